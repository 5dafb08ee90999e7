from odoo import fields

from ...const import TIME_ZONE


def get_company_today(company):
    """Return the current date where a company is, whoever asks.

    The host asks in the user's time zone. Crons have no user who would have one, and Greenwich's
    day begins at nine in the evening in São Paulo.
    """
    zone = company.partner_id.tz or TIME_ZONE
    return fields.Date.context_today(company.with_context(tz=zone))
