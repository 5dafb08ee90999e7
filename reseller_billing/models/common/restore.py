"""Tells whether this database came back from a backup: PostgreSQL has it in another place.

A restored dump makes its tables anew, in the same database too; a copy is another database, a
promoted replica has another timeline, another server another identifier. A copy of all files of a
server keeps them: nothing may rest on this mark alone, and people can start by themselves what it
starts.
"""

import psycopg2
from odoo.tools import SQL, mute_logger

ADDON = __name__.split(".")[2]
PARAMETER = f"{ADDON}.database_mark"


def read_mark(env):
    """Return where PostgreSQL has this database, as a text."""
    ((place,),) = env.execute_query(
        SQL(
            "SELECT oid || '.' || 'ir_config_parameter'::regclass::oid"
            " FROM pg_database WHERE datname = current_database()"
        )
    )
    try:
        with mute_logger("odoo.sql_db"), env.cr.savepoint():
            ((system, timeline),) = env.execute_query(
                SQL(
                    "SELECT system_identifier, timeline_id"
                    " FROM pg_control_system(), pg_control_checkpoint()"
                )
            )
    except psycopg2.Error:
        # Not every server lets an application read its control file.
        return place
    return f"{place}:{system}:{timeline}"


def store_mark(env):
    """Remember where this database is now."""
    env["ir.config_parameter"].sudo().set_param(PARAMETER, read_mark(env))


def is_restored(env):
    """Return whether this database is elsewhere than remembered; the first look remembers it."""
    known = env["ir.config_parameter"].sudo().get_param(PARAMETER)
    if not known:
        store_mark(env)
        return False
    return known != read_mark(env)


def forget_mark(env):
    """Delete what was remembered."""
    env["ir.config_parameter"].sudo().search([("key", "=", PARAMETER)]).unlink()
