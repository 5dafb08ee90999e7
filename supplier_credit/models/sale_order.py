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
        help="An order on Supplier's credit is blocked until Supplier reserved enough for it, and "
        "while Supplier blocks the customer's term billing.",
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
    supplier_block_reason = fields.Char(
        compute="_compute_supplier_block_reason",
        help="What keeps the order from being confirmed or invoiced, and what to do.",
    )
    is_supplier_blocked = fields.Boolean(compute="_compute_supplier_block_reason")

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
            reasons = order._get_supplier_open_blocks().values()
            order.supplier_block_reason = "\n".join(reasons) or False
            order.is_supplier_blocked = bool(order._get_supplier_block_reason())

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
        """Return why this order may be neither confirmed nor invoiced and what to do, or False.

        Told from the reservation itself each time, never from the column kept for lists.
        """
        self.ensure_one()
        blocks = self._get_supplier_open_blocks()
        if not blocks or not self._has_supplier_analysis():
            return False
        return "\n".join(blocks.values())

    def _get_supplier_open_blocks(self):
        """Return the order's blocks that nobody released, as `_get_supplier_blocks` does."""
        self.ensure_one()
        blocks = self._get_supplier_blocks()
        released = self._get_supplier_released_kinds() if blocks else ()
        return {kind: reason for kind, reason in blocks.items() if kind not in released}

    def _get_supplier_blocks(self):
        """Return what blocks the order: a dict from the kind of `supplier.credit.release` to why.

        Empty for orders of other bearers, at the cost of no query.
        """
        self.ensure_one()
        if not self._filter_supplier_credit():
            return {}
        if self.currency_id.is_zero(self._get_supplier_reservable_amount()):
            return {}
        blocks = {
            "term_billing": self._get_supplier_term_block(),
            "reservation": self._get_supplier_reservation_block(),
        }
        return {kind: reason for kind, reason in blocks.items() if reason}

    def _has_supplier_analysis(self):
        """Return whether blocks count: the switch "Financial analysis" of the agreement."""
        self.ensure_one()
        agreement = self._find_supplier_agreement()
        return not agreement or agreement.financial_analysis

    def _find_supplier_agreement(self):
        """Return the agreement of the order's bearer; empty if it has none or not just one."""
        self.ensure_one()
        bearer = self.preferred_payment_method_line_id
        agreements = bearer._find_supplier_agreements(self.company_id)
        return agreements if len(agreements) == 1 else agreements.browse()

    def _get_supplier_term_block(self):
        """Return that Supplier blocks the customer's term billing, and what to do, or False."""
        customer = self.env["supplier.credit.customer"]._find(
            self._find_supplier_agreement(), self.partner_invoice_id
        )
        if not customer.term_billing_blocked:
            return False
        return self.env._(
            "Order %(order)s is sold on Supplier's credit and blocked: Supplier has blocked the "
            "term billing of %(customer)s (Bloqueio de Faturamento a Prazo). Settle it with "
            "Supplier and refresh the customer's position, choose another bearer, or ask a manager "
            "to release the order.",
            order=self.name,
            customer=customer.partner_id.display_name,
        )

    def _get_supplier_reservation_block(self):
        """Return why no reservation covers the order, and what to do, or False."""
        reservation = self._get_live_preauthorization()
        needed = self._get_supplier_reservable_amount()
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
        assured = reservation._get_assured_amount()
        if self.currency_id.compare_amounts(needed, assured) > 0:
            return self.env._(
                "Order %(order)s is sold on Supplier's credit and blocked: %(needed)s is still "
                "to be invoiced, but pre-authorization %(code)s covers only %(reserved)s. Use Send "
                "Change on the pre-authorization, or lower the order. %(error)s",
                order=self.name,
                needed=self.currency_id.format(needed),
                code=reservation.code,
                reserved=self.currency_id.format(assured),
                error=reservation.error or "",
            ).strip()
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
        orders = self.sudo()
        orders._withdraw_fallen_supplier_releases()
        for order in orders:
            state = order._get_supplier_release_state()
            if order.supplier_release_state != state:
                order.supplier_release_state = state

    def _get_supplier_release_state(self):
        self.ensure_one()
        if not self._filter_supplier_credit() or self.state == "cancel":
            return False
        if not self._has_supplier_analysis():
            return "not_analysed"
        open_blocks = self._get_supplier_open_blocks()
        if open_blocks:
            return "blocked_term" if "term_billing" in open_blocks else "blocked"
        return "released_manual" if self._get_supplier_blocks() else "released_reservation"
