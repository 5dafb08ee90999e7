from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.activity import end_told, find_working_user, tell_once
from .sale_order_term import BEARER_FIELDS

UNCONFIRMED = ("draft", "sent")


class SaleOrder(models.Model):
    """The check before a Vendor order is confirmed, whichever way. Seed 004.

    "Pede-se uma aprovação via planilha para o pedido ser emitido". The host calls
    `_confirmation_error_message`; the other ways are checked here as well: state or bearer written
    or created over RPC, the customer's signature, and an online payment.
    """

    _inherit = "sale.order"

    vendor_request_ids = fields.One2many(
        comodel_name="vendor.financing.request",
        inverse_name="order_id",
        string="Vendor Requests",
        readonly=True,
        copy=False,
    )
    vendor_approval_state = fields.Selection(
        selection=[
            ("none", "Not Needed"),
            ("missing", "To Request"),
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("outgrown", "To Request Again"),
        ],
        string="Vendor Approval",
        compute="_compute_vendor_approval_state",
        compute_sudo=True,
        help="To request again: the order has grown, or its bearer, currency, customer or debtor "
        "has changed, since it was approved or requested.",
    )
    vendor_confirm_on_approval = fields.Boolean(
        string="Confirm on Vendor Approval",
        readonly=True,
        copy=False,
        help="The customer has signed or paid; the order is confirmed when it is approved.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends(
        "is_vendor",
        "amount_total",
        "currency_id",
        "partner_id",
        "partner_invoice_id.commercial_partner_id.vat",
        "company_id.vendor_approval_required",
        "vendor_request_ids.state",
        "vendor_request_ids.amount",
        "vendor_request_ids.bearer_id",
        "vendor_request_ids.debtor_id",
        "vendor_request_ids.debtor_vat",
    )
    def _compute_vendor_approval_state(self):
        for order in self:
            order.vendor_approval_state = order._get_vendor_approval_state()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_confirm(self):
        """Confirm; of several orders name all that lack their approval, not only the first."""
        if len(self) > 1:
            self._check_vendor_approval()
        return super().action_confirm()

    def action_request_vendor_approval(self):
        """Open the order's request that is not decided yet, or a new one with the day's figures."""
        self.ensure_one()
        self.check_access("write")
        pending = self.vendor_request_ids.filtered(lambda request: request.state == "draft")
        if not pending:
            pending = self.env["vendor.financing.request"].create({"order_id": self.id})
        return pending[:1]._get_records_action(name=self.env._("Vendor Request"))

    def action_view_vendor_requests(self):
        self.ensure_one()
        return self.vendor_request_ids._get_records_action(name=self.env._("Vendor Requests"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_vendor_approval_state(self):
        self.ensure_one()
        if not self.is_vendor or not self.company_id.sudo().vendor_approval_required:
            return "none"
        requests = self.sudo().vendor_request_ids
        covering = requests.filtered(lambda request: request._is_covering_order())
        if any(request.state == "approved" for request in covering):
            return "approved"
        latest = requests.sorted("id")[-1:]
        if not latest:
            return "missing"
        if latest.state in ("approved", "requested") and latest not in covering:
            return "outgrown"
        return latest.state

    def _get_vendor_approval_error(self):
        """Return why this order may not be confirmed, or False. Other bearers cost no query."""
        self.ensure_one()
        if not self.is_vendor:
            return False
        if error := self._get_vendor_currency_error():
            return error
        state = self._get_vendor_approval_state()
        if state in ("none", "approved"):
            return False
        if state == "requested":
            return self.env._(
                "Order %(order)s is in vendor financing and its approval is requested, but not "
                "given yet. Ask a manager of Vendor financing for a decision.",
                order=self.name,
            )
        if state == "refused":
            return self.env._(
                "Order %(order)s is in vendor financing and its approval was refused: "
                "%(reason)s. Change the order or choose another bearer, then request it again.",
                order=self.name,
                reason=self.sudo().vendor_request_ids.sorted("id")[-1:].refusal or "",
            )
        if state == "outgrown":
            return self.env._(
                "Order %(order)s has grown, or changed its bearer, its customer or the customer's "
                "CNPJ, since its vendor approval was requested, so that does not cover it. Request "
                "it again.",
                order=self.name,
            )
        return self.env._(
            "Order %(order)s is in vendor financing and needs an approval. Use Request Vendor "
            "Approval on it.",
            order=self.name,
        )

    def _get_vendor_currency_error(self):
        """Return that no contract takes this Vendor order because of its currency, or False."""
        self.ensure_one()
        currency = self.company_id.currency_id
        if not self.is_vendor or self.currency_id == currency:
            return False
        return self.env._(
            "Order %(order)s is in vendor financing and in %(currency)s, but contracts are in "
            "%(own)s. Choose a pricelist in %(own)s, or another bearer.",
            order=self.name,
            currency=self.currency_id.name,
            own=currency.name,
        )

    def _check_vendor_approval(self):
        """Raise one UserError with the reasons of all of these orders that lack an approval."""
        reasons = [reason for order in self if (reason := order._get_vendor_approval_error())]
        if reasons:
            raise UserError("\n".join(reasons))

    def _check_vendor_approval_on_create(self):
        """Refuse orders created as confirmed without approval, by values or by defaults."""
        self.filtered(lambda order: order.state == "sale")._check_vendor_approval()

    def _get_confirmed_bearers(self, vals):
        """Return the bearers before a write, for `_check_vendor_approval_on_write`.

        :return: {order id: bearer id of an order that is confirmed already, else False}, or None
            where the values neither confirm orders nor change a bearer
        """
        if vals.get("state") != "sale" and not BEARER_FIELDS & vals.keys():
            return None
        return {
            order.id: order.state == "sale" and order.preferred_payment_method_line_id.id
            for order in self
        }

    def _check_vendor_approval_on_write(self, bearers):
        """Refuse a write that confirms orders, or changes their bearer, without approval.

        :param bearers: see `_get_confirmed_bearers`
        """
        if bearers is None:
            return
        self.filtered(
            lambda order: (
                order.state == "sale"
                and order.is_vendor
                and bearers[order.id] != order.preferred_payment_method_line_id.id
            )
        )._check_vendor_approval()

    def _check_vendor_approval_to_invoice(self):
        """Refuse to invoice an order that has outgrown its approval since it was confirmed.

        The host also makes down payment invoices of quotations, which nothing has approved yet.
        """
        if self.is_vendor and (self.state in UNCONFIRMED or self.sudo().vendor_request_ids):
            self._check_vendor_approval()

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._get_vendor_approval_error()

    def _validate_order(self):
        """Confirm signed orders; those without approval are confirmed by their approval."""
        blocked = self.filtered(lambda order: order._get_vendor_approval_error())
        blocked._confirm_on_vendor_approval()
        if others := self - blocked:
            return super(SaleOrder, others)._validate_order()
        return None

    def _confirm_on_vendor_approval(self):
        """Confirm these orders once they are approved; inform customer and salesman, once."""
        for order in self.filtered(lambda order: not order.vendor_confirm_on_approval):
            order.sudo().vendor_confirm_on_approval = True
            order.message_post(
                body=self.env._(
                    "Thank you. Order %(order)s is confirmed as soon as its financing is approved.",
                    order=order.name,
                ),
                subtype_xmlid="mail.mt_comment",
            )
            user = order._get_vendor_salesman()
            order = order.with_context(lang=user.lang)
            tell_once(
                order,
                user,
                order.env._("Signed or paid by the customer, vendor approval missing"),
                order._get_vendor_approval_error(),
            )

    def _get_vendor_salesman(self):
        """Return who is notified about this order: its salesman, or the current user.

        In the place of a salesman who left it is somebody who works there.
        """
        self.ensure_one()
        return find_working_user(self, self.user_id or self.env.user)

    def _confirm_approved(self):
        """Confirm, as their salesmen, the orders that were waiting for their approval only.

        Any other reason against the confirmation is shown on the order; the approval stays.
        """
        for order in self.filtered("vendor_confirm_on_approval"):
            if order.state not in UNCONFIRMED or order._get_vendor_approval_error():
                continue
            order.vendor_confirm_on_approval = False
            salesman = order._get_vendor_salesman()
            try:
                with self.env.cr.savepoint():
                    order.with_user(salesman).sudo()._validate_order()
            except (UserError, ValidationError) as error:
                summary = order.with_context(lang=salesman.lang).env._(
                    "Approved for vendor, but cannot be confirmed"
                )
                tell_once(order, salesman, summary, str(error))
            else:
                end_told(order)
