from odoo import api, fields, models


class SupplierCreditTransactionInstallment(models.Model):
    """One line of the financial calendar (Calendário Financeiro). Seed 001, section 3."""

    _name = "supplier.credit.transaction.installment"
    _description = "Financial Calendar"
    _inherit = "supplier.credit.abstract.guard"
    _order = "transfer_date, id"

    transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="transaction_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    partner_id = fields.Many2one(related="transaction_id.partner_id", store=True, string="Customer")
    invoice_id = fields.Many2one(related="transaction_id.invoice_id")
    number = fields.Integer(string="Instalment", required=True, readonly=True)
    due_date = fields.Date(
        required=True, readonly=True, help="When the customer owes it to Supplier."
    )
    amount = fields.Monetary(required=True, readonly=True, help="The customer's debt to Supplier.")
    transfer_date = fields.Date(
        required=True, readonly=True, index=True, help="When Supplier transfers it to the company."
    )
    transfer_amount = fields.Monetary(
        required=True,
        readonly=True,
        help="Supplier's transfer to the company: the amount less the fee.",
    )
    fee = fields.Monetary(required=True, readonly=True, help="The part that Supplier keeps.")
    receivable_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        help="The receivable on Supplier that the approval posted for this transfer.",
    )

    _number_unique = models.Constraint(
        "UNIQUE (transaction_id, number)", "An instalment's number occurs once in a calendar."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("number", "invoice_id.name")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = f"{entry.invoice_id.name} / {entry.number}"
