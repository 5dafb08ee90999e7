from odoo import api, fields, models


class SupplierCreditPostSaleInstallment(models.Model):
    """The debit of one instalment of the sale by Supplier (Parcela de Débito). Seed 002, 3."""

    _name = "supplier.credit.post.sale.installment"
    _description = "Debit Instalment"
    _inherit = "supplier.credit.abstract.guard"
    _order = "debit_date, id"

    post_sale_id = fields.Many2one(
        comodel_name="supplier.credit.post.sale",
        string="Post-Sales Request",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="post_sale_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="post_sale_id.currency_id")
    partner_id = fields.Many2one(related="post_sale_id.partner_id", store=True, string="Customer")
    invoice_id = fields.Many2one(related="post_sale_id.invoice_id")
    number = fields.Integer(
        string="Instalment",
        required=True,
        readonly=True,
        help="Number of the instalment in the sale's calendar.",
    )
    debit_date = fields.Date(
        required=True, readonly=True, index=True, help="When Supplier debits it."
    )
    amount = fields.Monetary(
        required=True, readonly=True, help="The debited part of the instalment, including the fee."
    )
    fee_kept = fields.Monetary(
        required=True, readonly=True, help="The part of its fee that Supplier keeps."
    )
    fee_refunded = fields.Monetary(
        string="Fee Given Back",
        required=True,
        readonly=True,
        help="The part of its fee that Supplier gives back; it debits the amount less this part.",
    )
    receivable_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        help="The item on Supplier's receivable that the processing posted for this debit.",
    )

    _number_unique = models.Constraint(
        "UNIQUE (post_sale_id, number)", "An instalment's number occurs once in a request."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("number", "post_sale_id.name")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = f"{entry.post_sale_id.name} / {entry.number}"
