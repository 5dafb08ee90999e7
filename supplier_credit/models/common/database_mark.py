"""Recognises that a database is not the one it was: a backup, a copy or a promoted replica."""

from odoo.tools import SQL


def read_database_mark(env, table):
    """Return what names this very database, and stays until it is restored, copied or promoted.

    A restored dump makes tables anew, a copy has another database, a promoted replica another
    timeline. Only a snapshot of the whole disk keeps all of them.

    :param env: of a user who may read the catalogue, as every user of the database may
    :param table: name of a table of the addon
    """
    ((cluster, timeline, database, relation),) = env.execute_query(
        SQL(
            """
            SELECT s.system_identifier, c.timeline_id, d.oid, to_regclass(%s)::oid
              FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d
             WHERE d.datname = current_database()
            """,
            table,
        )
    )
    return f"{cluster}/{timeline}/{database}/{relation}"
