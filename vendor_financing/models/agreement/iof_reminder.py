from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.activity import tell_once

# Nobody is told that a table is old before that.
CHECKED_FOR = timedelta(days=365)


class VendorFinancingIofRate(models.Model):
    """Reminder that the table of rates is compared with the law once a year."""

    _inherit = "vendor.financing.iof.rate"

    @api.model
    def _cron_remind_to_check(self):
        """Tell the responsible of each company's first agreement that the table is old."""
        today = fields.Date.today()
        rates = self.search([("date_from", "<=", today)])
        checked = max(rates.mapped(lambda rate: rate.checked_on or rate.date_from), default=today)
        if today - checked < CHECKED_FOR:
            return
        agreements = self.env["vendor.financing.agreement"].search(
            [("active", "=", True)], order="id"
        )
        for of_company in agreements.grouped("company_id").values():
            agreement = of_company[0]
            user = agreement.user_id or agreement.create_uid
            agreement = agreement.with_context(lang=user.lang)
            tell_once(
                agreement,
                user,
                agreement.env._("Compare the IOF rates with the law"),
                agreement.env._(
                    "The table was last checked on %(date)s. Compare it, correct it under IOF "
                    "Rates, and enter today under Checked On of the rows that apply.",
                    date=format_date(agreement.env, checked),
                ),
            )
