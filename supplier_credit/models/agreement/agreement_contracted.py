from odoo import fields, models


class SupplierCreditAgreement(models.Model):
    """What was contracted with Supplier, to compare its answers with.

    Seed 000, "regras de repasse e taxas, que são definidas […] na contratação".
    Nothing is calculated by it: amounts and dates are those of each answer.
    """

    _inherit = "supplier.credit.agreement"

    transfer_plan = fields.Selection(
        selection=[
            ("due", "After each instalment is due"),
            ("advance", "In advance, after the sale"),
        ],
        tracking=True,
        help="When Supplier passes on what customers owe, as contracted.",
    )
    transfer_days = fields.Integer(
        string="Days until the Transfer",
        tracking=True,
        help="Days after the due date, or after the sale where it is paid in advance.",
    )
    contracted_rate = fields.Float(
        string="Contracted Rate (%)",
        digits=(9, 4),
        tracking=True,
        help="What Supplier keeps of each instalment. Sales of another fee are marked. 0 compares "
        "nothing.",
    )

    _contracted_range = models.Constraint(
        "CHECK (transfer_days >= 0 AND contracted_rate BETWEEN 0 AND 100)",
        "The contracted rate is a percentage from 0 to 100, and days cannot be negative.",
    )

    def _get_contracted_fee(self, amounts):
        """Return the fee in BRL that was contracted for these instalments, or None."""
        self.ensure_one()
        if not self.contracted_rate:
            return None
        return sum(
            self.currency_id.round(amount * self.contracted_rate / 100) for amount in amounts
        )
