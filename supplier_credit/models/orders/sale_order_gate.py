from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.activity import end_told, find_working_user, tell_once

UNCONFIRMED = ("draft", "sent")


class SaleOrder(models.Model):
    """The one gate before a Supplier order is confirmed.

    The host calls `_confirmation_error_message`; the ways around that end here: a state that is
    written or created over RPC, the customer's signature, and an online payment.
    """

    _inherit = "sale.order"

    supplier_confirm_on_release = fields.Boolean(
        string="Confirm on Supplier's Release",
        readonly=True,
        copy=False,
        help="The customer has signed or paid; the order is confirmed when its reservation "
        "releases it.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_confirm(self):
        """Confirm the orders; of several, name all that are blocked, not only the first.

        :raise UserError: with the reasons of the blocked orders
        """
        if len(self) > 1:
            self._check_supplier_release()
        return super().action_confirm()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_created_confirmed(self):
        """Refuse to create blocked orders as confirmed ones, by values or by defaults."""
        self.filtered(lambda order: order.state == "sale")._check_supplier_release()

    def _check_supplier_confirmation(self, vals):
        """Refuse to write on blocked orders that they are confirmed."""
        if vals.get("state") == "sale":
            self.filtered(lambda order: order.state != "sale")._check_supplier_release()

    def _check_supplier_release(self):
        """Raise one UserError with the reasons of all of these orders that are blocked."""
        reasons = [
            reason
            for order in self._filter_supplier_credit()
            if (reason := order._get_supplier_block_reason())
        ]
        if reasons:
            raise UserError("\n".join(reasons))

    def _validate_order(self):
        """Store the customer's signature on a blocked order, and confirm it when it is released."""
        blocked = self._filter_supplier_blocked()
        blocked._await_supplier_release()
        if others := self - blocked:
            return super(SaleOrder, others)._validate_order()
        return None

    def _has_to_be_paid(self):
        """Let the portal ask for no payment: Supplier charges the customer."""
        return not self._filter_supplier_credit() and super()._has_to_be_paid()

    def _get_default_payment_link_values(self):
        """Refuse a payment link for an order on Supplier's credit.

        :raise ValidationError: naming the order
        """
        self._check_not_paid_online()
        return super()._get_default_payment_link_values()

    def _check_not_paid_online(self):
        """Refuse to take money online for orders on Supplier's credit.

        :raise ValidationError: naming the orders
        """
        if orders := self._filter_supplier_credit():
            raise ValidationError(
                self.env._(
                    "Supplier charges the customer for %(orders)s, so it takes no payment link or "
                    "online payment. Choose another bearer on the order first.",
                    orders=", ".join(orders.mapped("name")),
                )
            )

    def _filter_supplier_blocked(self):
        """Return the Supplier orders among these that may not be confirmed yet."""
        return self._filter_supplier_credit().filtered(
            lambda order: order.state in UNCONFIRMED and order._get_supplier_block_reason()
        )

    def _await_supplier_release(self):
        """Have these orders confirmed by their release; notify customer and salesman once."""
        for order in self.filtered(lambda order: not order.supplier_confirm_on_release):
            order.sudo().supplier_confirm_on_release = True
            order.message_post(
                body=self.env._(
                    "Thank you. Order %(order)s is confirmed as soon as its credit is approved.",
                    order=order.name,
                ),
                subtype_xmlid="mail.mt_comment",
            )
            tell_once(
                order,
                order._get_supplier_salesman(),
                order._get_waiting_summary(),
                order._get_supplier_block_reason(),
            )

    def _confirm_released(self):
        """Confirm, as their salesmen, those of these orders that are not blocked any more.

        If the host refuses the confirmation, the salesman is notified and the release stays.
        """
        for order in self.filtered(lambda order: order.state in UNCONFIRMED):
            if order._get_supplier_block_reason():
                continue
            order.supplier_confirm_on_release = False
            salesman = order._get_supplier_salesman()
            try:
                with self.env.cr.savepoint():
                    order.with_user(salesman).sudo()._validate_order()
            except (UserError, ValidationError) as error:
                end_told(order, order._get_waiting_summary())
                tell_once(order, salesman, order._get_unconfirmed_summary(), str(error))
            else:
                end_told(order)
                if order.state in UNCONFIRMED:
                    order._tell_unconfirmed(salesman)

    def _tell_unconfirmed(self, salesman):
        """Tell that another app asks something instead of confirming this order.

        Exceptions and risks of OCA's apps open a window, which nobody sees here.
        """
        self.ensure_one()
        reader = self.with_context(lang=salesman.lang)
        tell_once(
            self,
            salesman,
            self._get_unconfirmed_summary(),
            reader.env._(
                "Order %(order)s is released, but another app has a question before it is "
                "confirmed. Open the order and use Confirm, which shows it.",
                order=self.name,
            ),
        )

    def _get_supplier_salesman(self):
        """Return who is notified about this order: its salesman, or the current user.

        In the place of a salesman who left it is somebody who works there.
        """
        self.ensure_one()
        return find_working_user(self, self.user_id or self.env.user)

    def _get_waiting_summary(self):
        """Return the summary of the notice that a signed or paid order waits for its release."""
        reader = self.with_context(lang=self._get_supplier_salesman().lang)
        return reader.env._("Signed or paid by the customer, blocked by Supplier")

    def _get_unconfirmed_summary(self):
        """Return the summary of the notice that a released order cannot be confirmed."""
        reader = self.with_context(lang=self._get_supplier_salesman().lang)
        return reader.env._("Released by Supplier, but cannot be confirmed")
