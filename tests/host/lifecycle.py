"""Uninstalls an addon and compares the database with its state before the installation."""

import json

from .terminal import HostError

# What an addon may own in a database, as one query each; the rows are compared as text.
INVENTORY = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "XML ids": "SELECT module || '.' || name FROM ir_model_data",
    "crons": "SELECT cron_name FROM ir_cron",
    "payment methods": "SELECT code || '/' || payment_type FROM account_payment_method",
    "payment method lines": "SELECT id::text FROM account_payment_method_line",
    "payment providers": "SELECT to_jsonb(p)->>'code' || p.id FROM payment_provider p",
    "groups": "SELECT id::text FROM res_groups",
    "implied groups": "SELECT gid || '>' || hid FROM res_groups_implied_rel",
    "menus": "SELECT id::text FROM ir_ui_menu",
    "parameters": "SELECT key FROM ir_config_parameter",
}
# The host's own register of modules is written when it looks for addons, and stays.
REGISTER = "base.module_"


def snapshot(postgres, database):
    """Return the contents of a database by kind: tables, columns, XML ids and so on."""
    return {
        kind: set(postgres.query(sql, database).splitlines())
        for kind, sql in INVENTORY.items()
        if _applies(postgres, database, sql)
    }


def check_uninstall(databases, database, addon, before):
    """Uninstall the addon as an administrator does; raise HostError naming what it leaves."""
    script = f"""
module = env['ir.module.module'].search([('name', '=', '{addon}')])
module.button_immediate_uninstall()
"""
    databases.odoo_shell(database, script, what=f"Uninstalling {addon}")
    after = snapshot(databases.postgres, database)
    left = {
        kind: sorted(row for row in after[kind] - before.get(kind, set()) if not _register(row))
        for kind in after
    }
    gone = {
        kind: sorted(before[kind] - after.get(kind, set()))
        for kind in before
        if kind not in ("parameters",)
    }
    problems = {f"left {kind}": rows for kind, rows in left.items() if rows}
    problems |= {f"lost {kind}": rows for kind, rows in gone.items() if rows}
    if problems:
        raise HostError(
            f"Uninstalling {addon} did not restore the database: {json.dumps(problems, indent=1)}"
        )


def _applies(postgres, database, sql):
    table = sql.rsplit("FROM ", 1)[1].split()[0]
    return postgres.query(f"SELECT to_regclass('{table}') IS NOT NULL", database) == "t"


def _register(row):
    return row.startswith(REGISTER)
