from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.api.errors import MalformedAnswer
from ...tools.api.preauthorization import Preauthorization, PreauthorizationRequest
from ..common.for_each import for_each
from ..common.supplier_user import check_supplier_user

IN_FORCE = ("active", "partially_used")
# Operations whose answer can be the first approval.
APPROVING = ("preauthorization_create", "preauthorization_query")
# Operations that request an amount.
REQUESTING = ("preauthorization_create", "preauthorization_change")
LIVE_STATES = ("sending", "in_analysis", *IN_FORCE)


class SupplierCreditPreauthorization(models.Model):
    """Credit reserved at Supplier for a sale order (Pré-Autorização). Seed 001."""

    _name = "supplier.credit.preauthorization"
    _description = "Pre-Authorization"
    _inherit = ["supplier.credit.abstract.guard", "supplier.credit.abstract.subject"]
    _check_company_auto = True
    _order = "id desc"
    # Supplier decides: its answers may skip states.
    _transitions = {
        "draft": {"sending"},
        "sending": {"draft"},
        "in_analysis": {"sending"},
        "active": {"sending", "in_analysis", "partially_used", "expired"},
        "declined": {"sending", "in_analysis"},
        "expired": {"sending", "in_analysis", "active", "partially_used"},
        # A cancellation that was being sent may arrive after the last day of validity.
        "cancelled": {"sending", "in_analysis", "active", "partially_used", "expired"},
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
    bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The bearer that the order had when the credit was reserved.",
    )
    # As text, so that the reservation still names its order when that is deleted.
    order_number = fields.Char(required=True, readonly=True)
    customer_vat = fields.Char(string="CNPJ/CPF", required=True, readonly=True)
    code = fields.Char(
        string="Pre-Authorization Code",
        tracking=False,
        help="Supplier's identifier of the reservation, for queries and invoicing.",
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
    order_amount = fields.Monetary(
        string="Amount to Invoice",
        readonly=True,
        help="The part of the order that was still to be invoiced when the reservation was sent.",
    )
    order_total = fields.Monetary(
        readonly=True,
        help="The order's total by ordered quantities when the reservation was sent or changed.",
    )
    requested_amount = fields.Monetary(
        readonly=True, help="The amount to invoice with the tolerance of parameter 3.1."
    )
    amount = fields.Monetary(string="Approved Amount", readonly=True)
    used_amount = fields.Monetary(
        readonly=True, help="The part that registered NF-e of the order use."
    )
    remaining_amount = fields.Monetary(compute="_compute_remaining_amount")
    valid_until = fields.Date(readonly=True, help="The last day it is valid.")

    _live_order_unique = models.UniqueIndex(
        "(order_id) WHERE state IN ('sending', 'in_analysis', 'active', 'partially_used')",
        "An order can have only one live pre-authorization.",
    )

    _order_number_idx = models.Index("(order_number)")

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
        """Query the present state of these reservations.

        :return: see `for_each`
        :raise UserError: naming a reservation without a code from Supplier
        """
        check_supplier_user(self)
        return for_each(self, lambda reservation: reservation._query_by_hand())

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_may_send(self):
        """Allow users who may change the orders."""
        self.sudo().order_id.with_user(self.env.user).check_access("write")
        return super()._check_may_send()

    def _query_by_hand(self):
        if not self.code:
            raise UserError(
                self.env._(
                    "The pre-authorization of order %(order)s has no code from Supplier yet, "
                    "so there is nothing to query. See Messages for what is waiting.",
                    order=self.order_number,
                )
            )
        self._queue_message(self.agreement_id, "preauthorization_query", None)

    @api.model
    def _cron_query(self):
        """Query the reservations in analysis, at the interval of parameter 2.2."""
        self._query_in_analysis("preauthorization_query")

    @api.model
    def _get_live_domain(self):
        return [("state", "in", LIVE_STATES)]

    @api.model
    def _get_in_force_domain(self):
        return [("state", "in", IN_FORCE)]

    @api.model
    def _get_live_states(self):
        return LIVE_STATES

    def _is_in_force(self):
        """Return whether the reserved credit may be changed or used."""
        self.ensure_one()
        return self.state in IN_FORCE and not self.cancel_requested

    def _is_for_customer(self, customer):
        """Return whether a company is the one whose CNPJ or CPF this reserves credit for."""
        self.ensure_one()
        return customer == self.partner_id and customer._get_supplier_vat() == self.customer_vat

    def _is_usable(self, customer):
        """Return whether a reservation is here, in force today, and for this customer."""
        return (
            bool(self)
            and self._is_in_force()
            and not self._is_overdue()
            and self._is_for_customer(customer)
        )

    def _check_in_force(self, what):
        """Raise UserError unless this reservation is in force.

        :param what: the refused action, as the end of a sentence
        """
        self.ensure_one()
        if not self._is_in_force():
            raise UserError(
                self.env._(
                    "Pre-authorization %(reservation)s is %(state)s and cannot %(what)s; only one "
                    "in force can.",
                    reservation=self.name,
                    state=self._state_label().lower(),
                    what=what,
                )
            )

    def _get_obstacle(self, message):
        """Return that the customer's term billing was blocked before the reservation was sent."""
        if message.operation == "preauthorization_create":
            order = self.order_id
            reason = order._get_supplier_term_block()
            released = "term_billing" in order._get_supplier_released_kinds() if reason else False
            if reason and not released and order._has_supplier_analysis():
                return reason
        return super()._get_obstacle(message)

    def _move_to(self, state, **values):
        """Change the state by the table, and update the release of the order."""
        result = super()._move_to(state, **values)
        self.order_id._update_supplier_release_state()
        return result

    def _send(self, instalments):
        """Queue the reservation's first message.

        :param instalments: list of `tools.api.wire.Instalment`, of the order's payment terms
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

    def _get_known_codes(self, operation):
        # Orders of two companies may have one number, and both one contract with Supplier.
        same = self.sudo().search([("order_number", "=", self.order_number)])
        return [code for one in same for code in (one.code, one.former_code) if code]

    def _apply_answer(self, message, body):
        answer = Preauthorization.from_wire(body)
        self._check_answer(message, answer)
        values = {"reason": answer.reason or False, **self._get_error_values(message, answer.state)}
        if answer.code:
            values["code"] = answer.code
        if answer.state in IN_FORCE:
            values.update(amount=float(answer.amount), valid_until=answer.valid_until)
        self._move_to(answer.state, **values, **self._get_operation_values(message, answer))
        if message.is_found:
            self._note_found(answer.code)
        self._follow_answer(message)
        if answer.state == "declined":
            self.message_post(
                body=self.env._("Supplier declined: %(reason)s", reason=answer.reason)
            )

    def _get_operation_values(self, message, answer):
        """Return the values that only answers to one operation have."""
        match message.operation:
            case "preauthorization_change":
                return self._get_change_values(message)
            case "preauthorization_renew":
                return self._get_renewal_values(answer)
        # What it was reserved for is not known: it is changed to what the order is now.
        return {"order_total": 0} if message.is_found else {}

    def _follow_answer(self, message):
        """Do what waited for the answer: the cancellation, the change, the confirmation."""
        if self.cancel_requested and message.operation == "preauthorization_create":
            if self.state in LIVE_STATES:
                self._queue_cancellation()
        if self.state in IN_FORCE and message.operation in APPROVING:
            if not self.order_total:
                self._sync_with_order()
            if self.agreement_id.confirm_on_approval:
                self.order_id._confirm_released()

    def _check_answer(self, message, answer):
        """Refuse an answer that cannot be one to this message.

        :raise MalformedAnswer: far more was granted than requested, or the code is another's
        """
        self._check_code_is_free(answer.code)
        if message.operation not in REQUESTING or message.is_found:
            return
        requested = Decimal(message._load(message.request)["valorPreAutorizacao"])
        # Supplier may round up; an amount of another kind is a mistake.
        if answer.amount > 2 * requested:
            raise MalformedAnswer(f"{answer.amount} was granted, {requested} requested")

    def _apply_rejection(self, message, reason):
        match message.operation:
            case "preauthorization_create":
                # No credit is reserved, so there is nothing to cancel either.
                self._move_to("draft", error=reason, cancel_requested=False)
            case "preauthorization_change":
                # The old reservation stays, and the order is blocked if its total rose.
                self.write({"refused_total": self.pending_total, "error": reason})
            case _:
                self.error = reason

    def _show_problem(self, message, text):
        self.error = text
