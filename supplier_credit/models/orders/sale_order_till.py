from odoo import models
from odoo.exceptions import UserError

from ...tools.activity import find_working_user
from ...tools.finished_class import replace_method


class SaleOrder(models.Model):
    """Orders at a till (pos_sale).

    What is blocked is not loaded: it could not be confirmed after it is paid. What is paid there is
    no sale on Supplier's credit.
    """

    _inherit = "sale.order"

    def _register_hook(self):
        super()._register_hook()
        orders = self.env.registry[self._name]
        replace_method(orders, "load_sale_order_from_pos", _load_at_till)
        if "pos.order" in self.env.registry:
            replace_method(self.env.registry["pos.order"], "action_pos_order_paid", _pay_at_till)

    def _leave_supplier_credit_at_till(self):
        """Take the bearer from orders that a till settles, wholly or in part; tell their salesmen.

        Their reservations are cancelled by that.
        """
        for order in self._filter_supplier_credit():
            order.preferred_payment_method_line_id = False
            order.message_post(
                body=self.env._(
                    "The customer paid at the till, so that this order is not on Supplier's credit "
                    "any more, and nothing is reserved for it. If Supplier is to finance the rest, "
                    "choose its bearer again."
                ),
                partner_ids=find_working_user(order, order.user_id).partner_id.ids,
            )


def _load_at_till(load, orders, *args, **options):
    _check_for_till(orders)
    return load(orders, *args, **options)


def _pay_at_till(pay, till_orders):
    result = pay(till_orders)
    lines = till_orders.sudo().lines
    if "sale_order_origin_id" in lines._fields:
        lines.sale_order_origin_id._leave_supplier_credit_at_till()
    return result


def _check_for_till(orders):
    """Refuse to load orders at a till that wait for Supplier's credit.

    :raise UserError: naming the orders and why they are blocked
    """
    if blocked := orders._filter_supplier_blocked():
        raise UserError(
            orders.env._(
                "The till cannot take %(orders)s: it could not be confirmed after it is paid.\n"
                "%(reasons)s\nIf the customer pays here, choose another bearer on the order first.",
                orders=", ".join(blocked.mapped("name")),
                reasons="\n".join(order._get_supplier_block_reason() for order in blocked),
            )
        )
