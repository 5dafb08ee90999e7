from datetime import timedelta

from odoo import fields, models

from ...const import TIME_ZONE


class SupplierCreditAgreement(models.Model):
    """When the next regular exchange of an agreement is due (parameters 2.2, 2.3 and 3.3)."""

    _inherit = "supplier.credit.agreement"

    changes_sent_at = fields.Datetime(readonly=True, copy=False)

    def _filter_interval_over(self, name, interval):
        """Return the active agreements whose interval has passed since something was last done.

        :param name: the field that says when it was last done
        :param interval: the field with the interval in minutes; 0 is never
        """
        now = fields.Datetime.now()
        active = self.search([("enabled", "=", True), (interval, ">", 0)])
        return active.filtered(
            lambda agreement: not agreement[name]
            or agreement[name] + timedelta(minutes=agreement[interval]) <= now
        )

    def _is_renewal_time(self):
        """Return whether the time of day of parameter 3.3 has come at the company."""
        self.ensure_one()
        zone = self.company_id.partner_id.tz or TIME_ZONE
        now = fields.Datetime.context_timestamp(self.with_context(tz=zone), fields.Datetime.now())
        return now.hour + now.minute / 60 >= self.renewal_time

    def _add_tolerance(self, amount):
        """Return an amount in BRL with the additional tolerance of parameter 3.1."""
        self.ensure_one()
        return self.currency_id.round(amount * (1 + self.tolerance_percent / 100))
