"""Lets tests take companies that the template database holds ready.

A plugin of pytest. The host's tests make one or two companies with a chart of accounts for each
class, which takes longer than most tests; each class is rolled back, so the next one finds the
spare companies as they were. A class that needs more, or other companies, still creates them.
"""

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command

# As databases.py names them in the template, by the country that a class asks for.
NAMES = {"BR": "Spare company BR %", False: "Spare company generic %"}

_create_company = AccountTestInvoicingCommon._create_company.__func__


def _take_company(cls, **values):
    spare = cls.env["res.company"]
    name = NAMES.get(cls.country_code)
    if name and not cls.chart_template and values.keys() == {"name"}:
        spare = spare.search([("name", "=like", name)], limit=1)
    if not spare:
        return _create_company(cls, **values)
    spare.write(values)
    cls.env.user.company_ids = [Command.link(spare.id)]
    return spare


AccountTestInvoicingCommon._create_company = classmethod(_take_company)
