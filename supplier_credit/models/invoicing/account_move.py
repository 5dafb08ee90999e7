from odoo import api, fields, models

from ...tools.worth import filter_posted_by_hand, leave_unchanged_out, posting

# Supplier does not have the invoice, or rejected it: the company may change it.
FREE_STATES = ("to_send", "rejected")


class AccountMove(models.Model):
    """Invoices sold on Supplier's credit. Seed 001, "Faturamento".

    The methods of the host that create, write, post and delete invoices stand here once, as a list
    of concerns; each concern has a file in its own folder.
    """

    _name = "account.move"
    _inherit = ["supplier.credit.abstract.guard", "account.move"]
    _has_figures = True

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
    # Tracked on their own records; here tracking would slow down every write of every entry.
    supplier_state = fields.Selection(
        related="supplier_transaction_ids.state", string="Supplier State", tracking=False
    )
    supplier_processing_state = fields.Selection(
        related="supplier_transaction_ids.processing_state",
        string="Supplier Processing",
        tracking=False,
    )
    supplier_installment_ids = fields.One2many(
        related="supplier_transaction_ids.installment_ids", string="Financial Calendar"
    )
    supplier_error = fields.Text(
        related="supplier_transaction_ids.error", string="Supplier Problem"
    )
    # A column, so that other entries are told apart without a query.
    is_supplier_entry = fields.Boolean(
        string="Entry of Supplier's Decision",
        readonly=True,
        copy=False,
        help="Posted when Supplier approved the sale or decided on a post-sales request; it stays "
        "until the processing is undone.",
    )
    supplier_entry_transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        string="Made for Transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    supplier_settlement_id = fields.Many2one(
        comodel_name="supplier.credit.settlement",
        string="Made for Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    is_supplier_credit = fields.Boolean(
        string="On Supplier's Credit", compute="_compute_is_supplier_credit"
    )

    _is_supplier_entry_idx = models.Index("(id) WHERE is_supplier_entry")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_amount(self):
        """Protect what is computed: the host calls this for edited taxes, too, as its user."""
        with self.env.protecting(self.pool.field_computed[self._fields["amount_total"]], self):
            return super()._compute_amount()

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

    @api.model_create_multi
    def create(self, vals_list):
        # Looked up before the host drops what it had read of the sales.
        sales = self._get_returned_sales(vals_list)
        moves = super().create(vals_list)
        # The host refuses that in values only, and not in defaults, also of its own superuser.
        moves.filtered(lambda move: move.state == "posted")._check_supplier_posted_by_host()
        # Who creates an invoice of an order is told at once, and not who posts it later.
        moves.filtered("supplier_order_id")._check_supplier_amount_reserved()
        moves._link_returned_sales(sales)
        return moves

    def write(self, vals):
        self._withdraw_from_supplier_before(vals)
        vals = leave_unchanged_out(self, vals, lambda move: move._has_supplier_lock())
        by_hand = filter_posted_by_hand(self, vals)
        result = super().write(vals)
        by_hand._check_supplier_posted_by_host()
        self._withdraw_documents_after(vals)
        self._update_sefaz_state_after(vals)
        self._register_at_supplier_after(vals)
        self._cancel_sales_after(vals)
        self._update_returns_after(vals)
        return result

    def unlink(self):
        self._withdraw_returns()
        self._check_not_registered_at_supplier()
        self._check_never_prepared_for_supplier()
        self._detach_from_supplier_orders()
        return super().unlink()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def button_cancel(self):
        self._withdraw_from_supplier()
        return super().button_cancel()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        self._prepare_returns_for_posting()
        self._check_supplier_posting()
        self._withdraw_documents_of_drafts()
        self._set_online_payments_aside()
        with posting():
            posted = super()._post(soft)
        posted._filter_supplier_credit()._register_supplier_transactions()
        posted._request_returns()
        return posted

    def _check_draftable(self):
        self._withdraw_from_supplier()
        return super()._check_draftable()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_supplier_reversal(cancel)
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _filter_supplier_credit(self):
        """Return the customer invoices whose bearer has charge type Supplier; costs no query.

        Credit notes inherit the bearer and are left out: returns are post-sales (seed 002).
        """
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        if not ours:
            return self.browse()
        return self.filtered(
            lambda move: move.move_type == "out_invoice"
            and move.preferred_payment_method_line_id.id in ours
        )

    def _get_supplier_agreement(self):
        """Return the agreement of this invoice; errors are those of the bearer's method."""
        self.ensure_one()
        return self.preferred_payment_method_line_id._get_supplier_agreement(self.company_id)
