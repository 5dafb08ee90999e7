from odoo import fields, models


class VendorFinancingRecognition(models.Model):
    """What an operation deferred, or recognised, of one instalment. Nothing is ever changed here.

    The sum of an instalment is what it still has to recognise. Undone operations stay, with a
    mirror of the day on which they were undone: the rows of a date are the ledger of that date.
    """

    _name = "vendor.financing.recognition"
    _description = "Deferred or Recognised Amount of an Instalment"
    _inherit = "vendor.financing.abstract.guard"
    _order = "date, id"

    operation_id = fields.Many2one(
        comodel_name="vendor.financing.operation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    contract_id = fields.Many2one(related="operation_id.contract_id", store=True, index=True)
    agreement_id = fields.Many2one(related="contract_id.agreement_id", store=True, index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True, help="The day of the entry.")
    kind = fields.Selection(
        selection=[
            ("interest", "Interest"),
            ("equalization", "Equalization"),
            ("iof", "IOF"),
            ("extension", "Interest of an Extension"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(
        required=True,
        readonly=True,
        help="In BRL: what was deferred; negative is what was recognised.",
    )
    is_recognised = fields.Boolean(
        readonly=True, help="Income or expense, not deferred or taken back."
    )
