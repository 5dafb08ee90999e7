from odoo import api, fields, models
from odoo.tools import format_date

# What makes an order Supplier's, or decides whether it is released.
RELEASE_FIELDS = {
    "preferred_payment_method_line_id",
    "partner_id",
    "partner_invoice_id",
    "company_id",
    "order_line",
    "state",
}


class SaleOrder(models.Model):
    """The block of orders sold on Supplier's credit. Seed 001, "Bloqueio de Pedidos"."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # Written by methods and not computed, so that an install on a large table only adds columns.
    # none → blocked ⇄ released by reservation
    supplier_release_state = fields.Selection(
        selection=[
            ("blocked", "Blocked: awaiting reservation"),
            ("released_reservation", "Released by reservation"),
        ],
        string="Supplier Release",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="An order on Supplier's credit is blocked until Supplier reserved enough for it.",
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
        help="The latest one; the order may have had others before.",
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
    is_supplier_credit = fields.Boolean(
        string="On Supplier's Credit", compute="_compute_is_supplier_credit"
    )
    supplier_block_reason = fields.Char(compute="_compute_supplier_block_reason")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("preferred_payment_method_line_id")
    def _compute_is_supplier_credit(self):
        ours = self._filter_supplier_credit()
        ours.is_supplier_credit = True
        (self - ours).is_supplier_credit = False

    @api.depends(
        "preferred_payment_method_line_id",
        "amount_total",
        "supplier_preauthorization_ids.state",
        "supplier_preauthorization_ids.amount",
    )
    def _compute_supplier_block_reason(self):
        for order in self:
            order.supplier_block_reason = order._get_supplier_block_reason()

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if ours := orders._filter_supplier_credit():
            ours._update_supplier_release_state()
        return orders

    def write(self, vals):
        touched = not RELEASE_FIELDS.isdisjoint(vals)
        before = self._filter_supplier_credit() if touched else self.browse()
        result = super().write(vals)
        if touched and (ours := before | self._filter_supplier_credit()):
            ours._update_supplier_release_state()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._get_supplier_block_reason()

    def _filter_supplier_credit(self):
        """Return the orders whose bearer has charge type Supplier; costs no query."""
        ours = self.env["account.payment.method.line"]._supplier_line_ids()
        if not ours:
            return self.browse()
        return self.filtered(lambda order: order.preferred_payment_method_line_id.id in ours)

    def _get_live_preauthorization(self):
        """Return the order's reservation that is sent or in force, if any."""
        self.ensure_one()
        return self.sudo().supplier_preauthorization_ids.filtered_domain(
            self.env["supplier.credit.preauthorization"]._live_domain()
        )[:1]

    def _get_supplier_block_reason(self):
        """Return why this order may not be confirmed and what to do, or False.

        Told from the reservation itself each time, never from the column kept for lists.
        """
        self.ensure_one()
        if not self._filter_supplier_credit():
            return False
        needed = self._get_supplier_reservable_amount()
        if self.currency_id.is_zero(needed):
            return False
        reservation = self._get_live_preauthorization()
        if not reservation:
            return self._describe_missing_reservation()
        if reservation.cancel_requested:
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: its former "
                "pre-authorization %(code)s is being cancelled at Supplier. Send a new one once "
                "that is done. %(error)s",
                order=self.name,
                code=reservation.code or "",
                error=reservation.error or "",
            ).strip()
        if reservation.state in ("sending", "in_analysis"):
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: its pre-authorization "
                "is %(state)s. It is released when Supplier approves. %(error)s",
                order=self.name,
                state=reservation._state_label(reservation.state).lower(),
                error=reservation.error or "",
            ).strip()
        if reservation._is_overdue():
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: its pre-authorization "
                "%(code)s was valid through %(date)s and has expired. Renew it at Supplier and use "
                "Query on it, or send a new one once it shows as expired.",
                order=self.name,
                code=reservation.code,
                date=format_date(self.env, reservation.valid_until),
            )
        if self.currency_id.compare_amounts(needed, reservation.remaining_amount) > 0:
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: %(needed)s is still "
                "to be invoiced, but pre-authorization %(code)s covers only %(reserved)s. Lower "
                "the order.",
                order=self.name,
                needed=self.currency_id.format(needed),
                code=reservation.code,
                reserved=self.currency_id.format(reservation.remaining_amount),
            )
        return False

    def _describe_missing_reservation(self):
        """Return why no credit is reserved for this order: never sent, refused or declined."""
        latest = self.sudo().supplier_preauthorization_id
        if latest.state == "declined":
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: Supplier declined its "
                "pre-authorization (%(reason)s). Choose another bearer, or settle it with Supplier "
                "and send again.",
                order=self.name,
                reason=latest.reason or "-",
            )
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: no credit is reserved for "
            "it. Use Send Pre-Authorization. %(error)s",
            order=self.name,
            error=latest.error or "",
        ).strip()

    def _update_supplier_release_state(self):
        """Bring the column that lists and filters use up to date; writes only what changed."""
        for order in self.sudo():
            ours = order._filter_supplier_credit() and order.state != "cancel"
            state = False
            if ours:
                blocked = order._get_supplier_block_reason()
                state = "blocked" if blocked else "released_reservation"
            if order.supplier_release_state != state:
                order.supplier_release_state = state
