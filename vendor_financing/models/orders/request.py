from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import MANAGER
from ...tools.identity import is_same_number
from ...tools.pricing import parse_plan

TERMS = {"plan", "rate", "customer_total"}
# % a month, and times the order's total: more is a slip of the pen.
RATE_LIMIT = 100
TOTAL_LIMIT = 4
# What a decision is made on.
APPLICATION = TERMS | {"reason"}


class VendorFinancingRequest(models.Model):
    """Approval of an order in vendor financing (planilha de aprovação). Seed 004.

    "Pede-se uma aprovação via planilha para o pedido ser emitido". An approval covers the order up
    to its amount, with its bearer, customer and debtor; beyond, the order needs another one.
    """

    _name = "vendor.financing.request"
    _description = "Vendor Financing Request"
    _inherit = [
        "vendor.financing.abstract.guard",
        "mail.thread",
        "mail.activity.mixin",
        "vendor.financing.abstract.state",
    ]
    _order = "id desc"
    _rec_names_search = ("order_id",)
    _transitions = {
        "draft": set(),
        "requested": {"draft"},
        "approved": {"requested"},
        # An approval may be withdrawn until the order is confirmed.
        "refused": {"requested", "approved"},
    }

    order_id = fields.Many2one(
        comodel_name="sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    # Plain columns: whom a decision was about stays, whatever becomes of the order.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
        help="The order's customer when the approval was requested.",
    )
    debtor_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The company that owes the invoice to the bank: that of the order's invoice address "
        "when the approval was requested.",
    )
    debtor_vat = fields.Char(
        string="Debtor's CNPJ/CPF",
        readonly=True,
        copy=False,
        help="The debtor's number when the approval was requested; it covers no other one.",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    # Contracts are in the company's currency, and so is what is approved.
    currency_id = fields.Many2one(related="company_id.currency_id")
    bearer_id = fields.Many2one(
        comodel_name="account.payment.method.line", readonly=True, copy=False, ondelete="set null"
    )
    amount = fields.Monetary(
        readonly=True, copy=False, help="The order's total when the approval was requested, in BRL."
    )
    order_amount = fields.Monetary(related="order_id.amount_total", string="Order's Total")
    plan = fields.Char(
        string="Days",
        required=True,
        default="30",
        tracking=True,
        help="The terms that the customer asks for, in days: 30/60/90 is three instalments.",
    )
    rate = fields.Float(
        string="Customer's Rate (%)",
        digits=(9, 6),
        tracking=True,
        help="% a month; proposed from the quotes of the day.",
    )
    customer_total = fields.Monetary(
        tracking=True,
        help="To be paid by the customer to the bank, in BRL; proposed from the quotes of the day.",
    )
    requester_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.user,
    )
    reason = fields.Text(help="Why the customer buys through vendor financing.")
    approver_id = fields.Many2one(
        comodel_name="res.users", string="Decided By", readonly=True, copy=False
    )
    decision_date = fields.Datetime(string="Decided On", readonly=True, copy=False)
    refusal = fields.Text(string="Reason of the Refusal", readonly=True, copy=False, tracking=True)
    # draft → requested → approved | refused
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    is_outgrown = fields.Boolean(
        string="Does Not Cover the Order",
        compute="_compute_is_outgrown",
        help="The order has grown, or its bearer, currency, customer or debtor has changed, since "
        "this was requested.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("order_id", "bearer_id")
    def _compute_display_name(self):
        for request in self:
            parts = (request.sudo().order_id.name, request.sudo().bearer_id.name)
            request.display_name = " / ".join(part for part in parts if part)

    @api.depends(
        "state",
        "amount",
        "bearer_id",
        "debtor_id",
        "debtor_vat",
        "partner_id",
        "order_amount",
        "order_id.preferred_payment_method_line_id",
        "order_id.currency_id",
        "order_id.partner_id",
        "order_id.partner_invoice_id.commercial_partner_id.vat",
    )
    def _compute_is_outgrown(self):
        for request in self:
            request.is_outgrown = request.state != "draft" and not request._is_covering_order()

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("rate", "customer_total")
    def _check_terms_are_possible(self):
        """Refuse terms that no bank has: below nothing, or far above the order.

        Without interest the customer owes what the order costs. Totals are proposed where none is
        entered.
        """
        for request in self:
            is_open = request.state == "draft"
            owed = request.order_id.amount_total if is_open else request.amount
            total = request.customer_total
            currency = request.currency_id
            if not 0 <= request.rate < RATE_LIMIT:
                raise ValidationError(
                    self.env._(
                        "Request for %(order)s: a customer's rate of %(rate)s %% is none. Enter "
                        "the rate of one month, from 0 to less than %(limit)s %%.",
                        order=request.order_id.name,
                        rate=request.rate,
                        limit=RATE_LIMIT,
                    )
                )
            if total and not (
                currency.compare_amounts(owed, total) <= 0
                and currency.compare_amounts(total, owed * TOTAL_LIMIT) <= 0
            ):
                raise ValidationError(
                    self.env._(
                        "Request for %(order)s: the customer cannot owe the bank %(total)s for an "
                        "order of %(amount)s. Enter the sum of all instalments, or use "
                        "Calculate by Rates.",
                        order=request.order_id.name,
                        total=currency.format(total),
                        amount=currency.format(owed),
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests.order_id.check_access("write")
        requests._check_plan()
        for request in requests:
            request.sudo().write(
                {
                    "state": "draft",
                    "requester_id": self.env.uid,
                    **request._prepare_subject(),
                }
            )
        unpriced = requests.filtered(lambda request: not request.customer_total)
        unpriced.action_propose()
        return requests

    def write(self, vals):
        changes_terms = bool(TERMS & vals.keys())
        if APPLICATION & vals.keys() and not self.env.su:
            self.check_access("write")
            self._check_terms_open()
        result = super().write(vals)
        if "plan" in vals:
            self._check_plan()
        if changes_terms:
            for request in self.filtered(lambda request: request.state == "draft").sudo():
                # The amount that these terms are about.
                request.amount = request.order_id.amount_total
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if decided := self.filtered(lambda request: request.state in ("approved", "refused")):
            raise UserError(
                self.env._(
                    "The requests of %(orders)s are decided and cannot be deleted.",
                    orders=", ".join(decided.mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_propose(self):
        """Calculate rate and customer total from the quotes of the day: the customer's best bank.

        Without a quote for these days they stay as they are.
        """
        self.check_access("write")
        for request in self:
            values = request._prepare_proposal()
            if values:
                request.write(values)
        return True

    def action_request(self):
        """Request a decision of the managers on the order as it is now.

        :raise UserError: naming the order, if it has no Vendor bearer or was requested already
        """
        self.check_access("write")
        for request in self:
            request._check_state("draft")
            order = request.sudo().order_id
            if error := order._get_vendor_currency_error():
                raise UserError(error)
            if not order.is_vendor:
                raise UserError(
                    self.env._(
                        "Order %(order)s has no Vendor bearer, so it needs no approval. Choose "
                        "one on the order first.",
                        order=order.name,
                    )
                )
            subject = request._prepare_subject()
            is_of_amount = not request.currency_id.compare_amounts(
                subject["amount"], request.amount
            )
            if not is_of_amount or subject["debtor_id"] != request.sudo().debtor_id.id:
                # The terms were proposed, or entered, for another amount or debtor.
                request.action_propose()
            request.sudo()._move_to("requested", **subject)
            order._message_log(
                body=self.env._(
                    "Vendor approval requested: %(days)s days, customer total %(total)s.",
                    days=request.plan,
                    total=request.currency_id.format(request.customer_total),
                )
            )
        self.sudo()._notify_deciders()
        return True

    def action_view_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _is_covering_order(self):
        """Return whether this covers the order as it is now.

        Up to its amount, in its currency, with its bearer, for its customer, and for whom the
        invoice will be. The customer's own contacts and addresses count as the customer.
        """
        self.ensure_one()
        request = self.sudo()
        order = request.order_id
        return (
            request._is_covering_debtor(
                order.preferred_payment_method_line_id,
                order.partner_invoice_id.commercial_partner_id,
            )
            and order.partner_id.commercial_partner_id == request.partner_id.commercial_partner_id
            and order.currency_id == request.currency_id
            and order.currency_id.compare_amounts(order.amount_total, self.amount) <= 0
        )

    def _is_covering_debtor(self, bearer, debtor):
        """Return whether this is for a bearer and a debtor, who still has the same CNPJ or CPF."""
        self.ensure_one()
        return (
            bearer == self.bearer_id
            and debtor == self.debtor_id
            and is_same_number(debtor.vat, self.debtor_vat)
        )

    def _get_share_of_total(self, principal):
        """Return what the customer pays the bank for a part of the order, in BRL; 0 without one.

        :param principal: of an invoice of the order, in BRL
        """
        if not self or not self.amount:
            return 0.0
        return self.currency_id.round(self.customer_total * principal / self.amount)

    def _prepare_subject(self):
        """Return what a decision is about, as the order has it now."""
        self.ensure_one()
        order = self.sudo().order_id
        debtor = order.partner_invoice_id.commercial_partner_id
        return {
            "bearer_id": order.preferred_payment_method_line_id.id,
            "partner_id": order.partner_id.id,
            "debtor_id": debtor.id,
            "debtor_vat": debtor.vat,
            "amount": order.amount_total,
        }

    def _prepare_proposal(self):
        self.ensure_one()
        order = self.sudo().order_id
        agreements = (
            self.env["vendor.financing.agreement"]
            .sudo()
            .search([("company_id", "=", order.company_id.id)])
        )
        found = agreements._compare(
            [(order.amount_total, order.partner_invoice_id)],
            parse_plan(self.plan),
            fields.Date.context_today(self),
        )
        if not found:
            return {}
        best = min(found.values(), key=lambda figures: figures["customer_total"])
        return {"rate": best["customer_rate"], "customer_total": float(best["customer_total"])}

    def _check_plan(self):
        for request in self:
            try:
                parse_plan(request.plan)
            except ValueError as error:
                raise UserError(
                    self.env._(
                        "%(plan)s is no list of days. Enter for example 30 or 30/60/90 on the "
                        "request of %(order)s.",
                        plan=request.plan,
                        order=request.display_name,
                    )
                ) from error

    def _check_terms_open(self):
        """Refuse changes of terms by requesters once requested, by managers once decided."""
        is_manager = self.env.user.has_group(MANAGER)
        self._check_state("draft", *(["requested"] if is_manager else []))

    def _check_state(self, *states):
        """Refuse an action on requests that are in no state for it.

        :param states: that allow the action
        :raise UserError: naming the request and its state
        """
        for request in self:
            if request.state not in states:
                raise UserError(
                    self.env._(
                        "The request of %(order)s is %(state)s, so this cannot be done with it. "
                        "Make another request from the order where one is needed.",
                        order=request.display_name,
                        state=request._state_label(),
                    )
                )
