from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.supplier_api import Preauthorization, PreauthorizationRequest
from .supplier_credit_transaction import UNDER_WAY

LIVE_STATES = ("sending", "in_analysis", "active", "partially_used")


class SupplierCreditPreauthorization(models.Model):
    """Credit reserved at Supplier for a sale order (Pré-Autorização). Seed 001."""

    _name = "supplier.credit.preauthorization"
    _description = "Pre-Authorization"
    _inherit = ["supplier.credit.abstract.subject"]
    _check_company_auto = True
    _order = "id desc"
    # Supplier is the master: its answers may skip steps.
    _transitions = {
        "draft": {"sending"},
        "sending": {"draft"},
        "in_analysis": {"sending"},
        "active": {"sending", "in_analysis", "partially_used", "expired"},
        "declined": {"sending", "in_analysis"},
        "expired": {"sending", "in_analysis", "active", "partially_used"},
        "cancelled": {"sending", "in_analysis", "active", "partially_used"},
        "partially_used": {"sending", "active", "expired"},
        "used": {"sending", "active", "partially_used", "expired"},
    }

    name = fields.Char(compute="_compute_name")
    order_id = fields.Many2one(
        comodel_name="sale.order",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
    )
    # As text, so that the reservation still says what it was for when the order is gone.
    order_number = fields.Char(required=True, readonly=True)
    customer_vat = fields.Char(string="CNPJ/CPF", required=True, readonly=True)
    code = fields.Char(
        string="Pre-Authorization Code",
        tracking=False,
        help="Supplier's identification of the reservation, for queries and invoicing.",
    )
    # draft ⇄ sending → in_analysis → active ⇄ partially_used → used
    #             ├────────┴──→ declined ⇅          ⇅
    #             │                      expired (renewed at Supplier: back) → used
    #             └──────────────────────┴──────────┴──→ cancelled
    state = fields.Selection(
        selection=[
            ("draft", "To Send"),
            ("sending", "Sending"),
            ("in_analysis", "In Analysis"),
            ("active", "In Force"),
            ("partially_used", "Partially Used"),
            ("used", "Used"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
            ("declined", "Declined"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    cancel_requested = fields.Boolean(
        string="Being Cancelled",
        readonly=True,
        help="The order no longer wants this reservation; Supplier is told to free the credit.",
    )
    order_amount = fields.Monetary(
        string="Amount to Invoice",
        readonly=True,
        help="What was still to be invoiced of the order when the reservation was sent.",
    )
    requested_amount = fields.Monetary(
        readonly=True, help="The amount to invoice with the tolerance of parameter 3.1."
    )
    amount = fields.Monetary(string="Approved Amount", readonly=True)
    used_amount = fields.Monetary(readonly=True, help="Consumed by registered NF-e of the order.")
    remaining_amount = fields.Monetary(compute="_compute_remaining_amount")
    valid_until = fields.Date(readonly=True, help="The last day it is valid.")

    _live_order_unique = models.UniqueIndex(
        "(order_id) WHERE state IN ('sending', 'in_analysis', 'active', 'partially_used')",
        "An order can have only one live pre-authorization.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("code", "order_number")
    def _compute_name(self):
        for reservation in self:
            reservation.name = " / ".join(
                filter(None, [reservation.order_number, reservation.code])
            )

    @api.depends("amount", "used_amount")
    def _compute_remaining_amount(self):
        for reservation in self:
            reservation.remaining_amount = reservation.amount - reservation.used_amount

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for reservation in self:
            if reservation.state != "draft" or reservation.code:
                raise UserError(
                    self.env._(
                        "Pre-authorization %(reservation)s was sent to Supplier and stays on "
                        "record; it cannot be deleted.",
                        reservation=reservation.name,
                    )
                )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_query(self):
        """Ask Supplier for the present state of these reservations."""
        for reservation in self:
            if not reservation.code:
                raise UserError(
                    self.env._(
                        "The pre-authorization of order %(order)s has no code from Supplier yet, "
                        "so there is nothing to query. See Messages for what is waiting.",
                        order=reservation.order_number,
                    )
                )
            reservation._queue_message(reservation.agreement_id, "preauthorization_query", None)

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _live_domain(self):
        return [("state", "in", LIVE_STATES)]

    def _move_to(self, state, **values):
        """Move by the table, and with it the release of the order."""
        result = super()._move_to(state, **values)
        self.order_id._update_supplier_release_state()
        return result

    def _send(self, instalments):
        """Queue the reservation's first message.

        :param instalments: `tools.supplier_api.Instalment` of the order's payment terms
        """
        self.ensure_one()
        request = PreauthorizationRequest(
            customer=self.customer_vat,
            order_number=self.order_number,
            order_amount=self.order_amount,
            reserved_amount=self.requested_amount,
            instalments=tuple(instalments),
        )
        self._move_to("sending", error=False, reason=False)
        self._queue_message(self.agreement_id, "preauthorization_create", request.to_wire())

    def _apply_answer(self, message, body):
        answer = Preauthorization.from_wire(body)
        values = {"error": False, "reason": answer.reason or False}
        if answer.code:
            values["code"] = answer.code
        if answer.state in ("active", "partially_used"):
            values.update(amount=float(answer.amount), valid_until=answer.valid_until)
        self._move_to(answer.state, **values)
        if self.cancel_requested and message.operation == "preauthorization_create":
            if self.state in LIVE_STATES:
                self._queue_cancellation()
        if answer.state == "declined":
            self.message_post(
                body=self.env._("Supplier declined: %(reason)s", reason=answer.reason)
            )

    def _apply_rejection(self, message, reason):
        if message.operation == "preauthorization_create":
            self._move_to("draft", error=reason)
        else:
            self.error = reason

    def _show_problem(self, message, reason):
        self.error = reason

    def _get_unclaimed_amount(self, claiming=None):
        """Return what no transaction under way has claimed yet of the remaining amount, in BRL.

        :param claiming: the transaction that asks; its own claim does not count
        """
        self.ensure_one()
        under_way = self.env["supplier.credit.transaction"].search(
            [
                ("preauthorization_id", "=", self.id),
                ("state", "in", UNDER_WAY),
                ("id", "not in", claiming.ids if claiming else []),
            ]
        )
        claimed = sum(under_way.mapped("reserved_amount"))
        return max(self.currency_id.round(self.remaining_amount - claimed), 0.0)

    def _request_cancellation(self):
        """Have Supplier free what these live reservations hold, once, whatever happens since.

        One that was never attempted is simply withdrawn. One whose sending is under way is
        cancelled as soon as its answer is known. Seed 001, section 3.
        """
        for reservation in self.filtered(lambda live: not live.cancel_requested):
            reservation.cancel_requested = True
            if reservation.state == "sending":
                reservation._withdraw()
            else:
                reservation._queue_cancellation()
        self.order_id._update_supplier_release_state()

    def _withdraw(self):
        """Take back the sending if nothing of it has left yet."""
        self.ensure_one()
        messages = self.env["supplier.credit.message"]
        message = messages._find_open(self, "preauthorization_create")
        if message and message.state == "waiting" and not message.attempts:
            message._move_to("withdrawn")
            self._move_to("cancelled")

    def _queue_cancellation(self):
        self.ensure_one()
        self._queue_message(self.agreement_id, "preauthorization_cancel", {})

    def _consume(self, amount, *, release_rest):
        """Book what a registered NF-e used of this reservation.

        :param amount: BRL
        :param release_rest: whether Supplier was told to free what remains
        """
        self.ensure_one()
        used = self.currency_id.round(self.used_amount + amount)
        fully = release_rest or self.currency_id.compare_amounts(used, self.amount) >= 0
        self._move_to("used" if fully else "partially_used", used_amount=used)
