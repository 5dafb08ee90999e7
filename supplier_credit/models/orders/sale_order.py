from odoo import api, fields, models

from ...const import BEARER_FIELD
from ...tools.origin import filter_of_shop

# Writing one of these may put an order on Supplier's credit, or change its release.
RELEASE_FIELDS = {
    BEARER_FIELD,
    "partner_id",
    "partner_invoice_id",
    "company_id",
    "currency_id",
    "pricelist_id",
    "order_line",
    "state",
}


class SaleOrder(models.Model):
    """Orders sold on Supplier's credit, and their block. Seed 001, "Bloqueio de Pedidos".

    The methods of the host stand here once, as a list of concerns; each concern has its own file.
    """

    _name = "sale.order"
    _inherit = ["supplier.credit.abstract.guard", "sale.order"]
    _has_figures = True

    # Written by methods and not computed, so that an install on a large table only adds columns.
    # none → blocked ⇄ released by reservation        (rises, expires, is cancelled: blocked again)
    #           ⇅    ⇄ released manually              (rises, other bearer: blocked again)
    #        blocked: term billing ⇄ released manually
    # not analysed: the agreement's switch is off, nothing is blocked
    supplier_release_state = fields.Selection(
        selection=[
            ("blocked", "Blocked: awaiting reservation"),
            ("blocked_term", "Blocked: term billing"),
            ("released_reservation", "Released by reservation"),
            ("released_manual", "Released manually"),
            ("not_analysed", "Not analysed"),
        ],
        string="Supplier Release",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="An order on Supplier's credit is blocked until Supplier has reserved enough credit, "
        "and while Supplier blocks the customer's term billing.",
    )
    supplier_preauthorization_ids = fields.One2many(
        comodel_name="supplier.credit.preauthorization",
        inverse_name="order_id",
        string="Pre-Authorizations",
        readonly=True,
        copy=False,
    )
    supplier_preauthorization_id = fields.Many2one(
        comodel_name="supplier.credit.preauthorization",
        string="Pre-Authorization",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The latest one; the order may have earlier ones.",
    )
    supplier_preauthorization_code = fields.Char(
        related="supplier_preauthorization_id.code", string="Pre-Authorization Code"
    )
    supplier_preauthorization_state = fields.Selection(
        related="supplier_preauthorization_id.state", string="Pre-Authorization State"
    )
    supplier_preauthorization_amount = fields.Monetary(
        related="supplier_preauthorization_id.amount", string="Approved Amount"
    )
    supplier_preauthorization_valid_until = fields.Date(
        related="supplier_preauthorization_id.valid_until", string="Valid Until"
    )
    supplier_preauthorization_error = fields.Text(
        related="supplier_preauthorization_id.error", string="Pre-Authorization Problem"
    )
    supplier_customer_id = fields.Many2one(
        comodel_name="supplier.credit.customer",
        string="Customer's Credit",
        compute="_compute_supplier_customer",
        help="The customer's credit, by Supplier's last answer.",
    )
    supplier_customer_state = fields.Selection(
        selection=lambda self: self.env["supplier.credit.customer"]
        ._fields["customer_state"]
        ._description_selection(self.env),
        string="Customer at Supplier",
        compute="_compute_supplier_customer",
    )
    supplier_limit_available = fields.Monetary(
        string="Available Limit", compute="_compute_supplier_customer"
    )
    supplier_position_date = fields.Datetime(
        string="Position of", compute="_compute_supplier_customer"
    )
    is_supplier_credit = fields.Boolean(
        string="On Supplier's Credit", compute="_compute_is_supplier_credit"
    )
    supplier_block_reason = fields.Char(
        compute="_compute_supplier_block_reason",
        help="Why the order can be neither confirmed nor invoiced, and what to do.",
    )
    is_supplier_blocked = fields.Boolean(compute="_compute_supplier_block_reason")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_preferred_payment_method_line_id(self):
        """Leave the default bearer out of a shop's orders: their customers pay there.

        Somebody may choose it on the order.
        """
        result = super()._compute_preferred_payment_method_line_id()
        filter_of_shop(self._filter_supplier_credit()).preferred_payment_method_line_id = False
        return result

    @api.depends("preferred_payment_method_line_id")
    def _compute_is_supplier_credit(self):
        ours = self._filter_supplier_credit()
        ours.is_supplier_credit = True
        (self - ours).is_supplier_credit = False

    @api.depends("preferred_payment_method_line_id", "partner_invoice_id", "company_id")
    def _compute_supplier_customer(self):
        customers = self.env["supplier.credit.customer"]
        for order in self:
            customer = customers.browse()
            if order._filter_supplier_credit():
                agreement = order._find_supplier_agreement()
                customer = customers._find(agreement, order.partner_invoice_id)
            order.supplier_customer_id = customer
            order.supplier_customer_state = customer.customer_state
            order.supplier_limit_available = customer.limit_available
            order.supplier_position_date = customer.position_date

    @api.depends(
        "preferred_payment_method_line_id",
        "amount_total",
        "supplier_preauthorization_ids.state",
        "supplier_preauthorization_ids.amount",
    )
    def _compute_supplier_block_reason(self):
        for order in self:
            reasons = order._get_supplier_open_blocks().values()
            order.supplier_block_reason = "\n".join(reasons) or False
            order.is_supplier_blocked = bool(order._get_supplier_block_reason())

    @api.depends("preferred_payment_method_line_id")
    def _compute_partner_credit_warning(self):
        # The warning about the company's own credit limit depends on the bearer.
        return super()._compute_partner_credit_warning()

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._filter_supplier_credit()._update_supplier_release_state()
        orders._check_created_confirmed()
        return orders

    def write(self, vals):
        self._check_supplier_confirmation(vals)
        before = self._filter_release_affected(vals)
        reserved = self._filter_reserved(vals)
        result = super().write(vals)
        after = self._filter_release_affected(vals)
        (after - before)._check_no_down_payments()
        (before | after)._update_supplier_release_state()
        reserved._cancel_superfluous_preauthorizations()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._get_supplier_block_reason()

    def _filter_supplier_credit(self):
        """Return the orders whose bearer has charge type Supplier; costs no query."""
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        if not ours:
            return self.browse()
        return self.filtered(lambda order: order.preferred_payment_method_line_id.id in ours)

    def _filter_release_affected(self, vals):
        """Return the Supplier orders whose release may change with these values; no query."""
        if RELEASE_FIELDS.isdisjoint(vals):
            return self.browse()
        return self._filter_supplier_credit()

    def _get_live_preauthorization(self):
        """Return the order's reservation that is sent or in force, if any."""
        self.ensure_one()
        return self.sudo().supplier_preauthorization_ids.filtered_domain(
            self.env["supplier.credit.preauthorization"]._get_live_domain()
        )[:1]

    def _update_supplier_release_state(self):
        """Update the column that lists and filters use; only changes are written.

        Released orders that the customer has signed or paid are confirmed.
        """
        if not self:
            return
        orders = self.sudo()
        orders._withdraw_void_supplier_releases()
        for order in orders:
            state = order._get_supplier_release_state()
            if order.supplier_release_state != state:
                order.supplier_release_state = state
        orders.filtered("supplier_confirm_on_release")._confirm_released()

    def _get_supplier_release_state(self):
        self.ensure_one()
        if not self._filter_supplier_credit() or self.state == "cancel":
            return False
        if not self._has_supplier_analysis():
            return "not_analysed"
        if self._get_supplier_currency_block():
            return "blocked"
        blocks = self._get_supplier_blocks()
        if not blocks:
            return "released_reservation"
        still_blocked = blocks.keys() - self._get_supplier_released_kinds()
        if not still_blocked:
            return "released_manual"
        return "blocked_term" if "term_billing" in still_blocked else "blocked"
