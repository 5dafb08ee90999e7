from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Store what the monthly faturas of before have billed, so that none of it is billed again."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["reseller.billing.due"]._store_billed_before()
