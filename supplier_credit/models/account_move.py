from odoo import api, fields, models
from odoo.exceptions import UserError

NFE_MODEL = "55"


class AccountMove(models.Model):
    """Invoices sold on Supplier's credit. Seed 001, "Faturamento"."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    supplier_order_id = fields.Many2one(
        comodel_name="sale.order",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        help="The one order on Supplier's credit that this invoice bills.",
    )
    supplier_transaction_ids = fields.One2many(
        comodel_name="supplier.credit.transaction",
        inverse_name="invoice_id",
        string="Supplier Transactions",
        readonly=True,
        copy=False,
    )
    supplier_transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        compute="_compute_supplier_transaction",
    )
    supplier_state = fields.Selection(
        related="supplier_transaction_ids.state", string="Supplier State"
    )
    supplier_processing_state = fields.Selection(
        related="supplier_transaction_ids.processing_state", string="Supplier Processing"
    )
    supplier_installment_ids = fields.One2many(
        related="supplier_transaction_ids.installment_ids", string="Financial Calendar"
    )
    supplier_error = fields.Text(
        related="supplier_transaction_ids.error", string="Supplier Problem"
    )
    # A column, so that entries that are not ours are told apart without a query.
    is_supplier_entry = fields.Boolean(
        string="Entry of Supplier's Approval",
        readonly=True,
        copy=False,
        help="Posted when Supplier approved the sale; stays as long as the sale does.",
    )
    is_supplier_credit = fields.Boolean(
        string="On Supplier's Credit", compute="_compute_is_supplier_credit"
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("preferred_payment_method_line_id", "move_type")
    def _compute_is_supplier_credit(self):
        ours = self._filter_supplier_credit()
        ours.is_supplier_credit = True
        (self - ours).is_supplier_credit = False

    @api.depends("supplier_transaction_ids")
    def _compute_supplier_transaction(self):
        for move in self:
            move.supplier_transaction_id = move.supplier_transaction_ids[:1]

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        if "preferred_payment_method_line_id" in vals:
            bearer = vals["preferred_payment_method_line_id"]
            self.filtered(
                lambda move: move.preferred_payment_method_line_id.id != bearer
            )._check_not_registered_at_supplier()
        result = super().write(vals)
        if vals.get("preferred_payment_method_line_id"):
            self._filter_supplier_credit()._register_supplier_transactions()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        ours = self._filter_supplier_credit()
        ours._check_nfe_agrees()
        ours._check_supplier_release()
        posted = super()._post(soft)
        if posted_ours := posted._filter_supplier_credit():
            posted_ours._register_supplier_transactions()
        return posted

    def _check_supplier_release(self):
        """Refuse to post invoices of blocked orders, and those without order of blocked customers.

        :raise UserError: one, with the reasons of all of these invoices
        """
        reasons = []
        for move in self:
            if move.supplier_order_id:
                reasons.append(move.sudo().supplier_order_id._get_supplier_block_reason())
            else:
                reasons.append(move._get_supplier_term_block())
        if any(reasons):
            raise UserError("\n".join(filter(None, reasons)))

    def _get_supplier_term_block(self):
        """Return that Supplier blocks the customer's term billing, and what to do, or False."""
        self.ensure_one()
        bearer = self.preferred_payment_method_line_id
        agreement = bearer._find_supplier_agreements(self.company_id)[:1]
        customers = self.env["supplier.credit.customer"]
        customer = customers._find_term_blocked(agreement, self.partner_id)
        if not customer or not agreement.financial_analysis:
            return False
        return self.env._(
            "Invoice %(invoice)s cannot be posted: Supplier has blocked the term billing of "
            "%(customer)s (Bloqueio de Faturamento a Prazo). Settle it with Supplier and refresh "
            "the customer's position, or choose another bearer.",
            invoice=self.display_name,
            customer=customer.partner_id.display_name,
        )

    def _filter_supplier_credit(self):
        """Return the customer invoices whose bearer has charge type Supplier; costs no query.

        Credit notes inherit the bearer and stay out: returns have a way of their own (seed 002).
        """
        ours = self.env["account.payment.method.line"]._supplier_line_ids()
        if not ours:
            return self.browse()
        return self.filtered(
            lambda move: move.move_type == "out_invoice"
            and move.preferred_payment_method_line_id.id in ours
        )

    def _get_supplier_agreement(self):
        """Return the agreement that this invoice belongs to; see the bearer's method for errors."""
        self.ensure_one()
        return self.preferred_payment_method_line_id._get_supplier_agreement(self.company_id)
