from odoo import fields, models


class VendorFinancingLossRate(models.Model):
    """How much of the guaranteed principal is expected to be lost, by its days in arrears."""

    _name = "vendor.financing.loss.rate"
    _description = "Expected Loss by Arrears"
    _inherit = "vendor.financing.abstract.guard"
    _order = "agreement_id, days_from"

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    days_from = fields.Integer(
        string="Days in Arrears From",
        required=True,
        help="The rate applies from so many days after the due date; 0 is not in arrears.",
    )
    rate = fields.Float(
        string="Expected Loss (%)",
        digits=(5, 2),
        required=True,
        help="Of the guaranteed principal that is open, in %.",
    )

    _days_unique = models.Constraint(
        "UNIQUE (agreement_id, days_from)", "Each number of days has one rate of expected loss."
    )
    _range = models.Constraint(
        "CHECK (days_from >= 0 AND rate >= 0 AND rate <= 100)",
        "Days in arrears cannot be negative, and a rate of expected loss is from 0 to 100 %.",
    )
