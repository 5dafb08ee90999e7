from odoo import fields, models


class SupplierCreditTransaction(models.Model):
    """How far Supplier's fee is from what was contracted when the calendar came."""

    _inherit = "supplier.credit.transaction"

    contracted_difference = fields.Monetary(
        string="Fee above Contract",
        readonly=True,
        copy=False,
        help="Supplier's fees less those by the agreement's contracted rate, in BRL. A cent for "
        "each instalment is rounding and counts as none.",
    )

    def _keep_calendar(self, calendar):
        super()._keep_calendar(calendar)
        contracted = self.agreement_id._get_contracted_fee(
            [float(entry.amount) for entry in calendar]
        )
        if contracted is None:
            return
        charged = sum(entry.fee for entry in calendar)
        difference = self.currency_id.round(float(charged) - contracted)
        rounding = len(calendar) * self.currency_id.rounding
        if self.currency_id.compare_amounts(abs(difference), rounding) > 0:
            self.contracted_difference = difference
