from odoo import models
from odoo.exceptions import UserError

from ...tools.finished_class import replace_method


class SaleOrder(models.Model):
    """Quotations at a till (pos_sale): what is blocked could not be confirmed after it is paid."""

    _inherit = "sale.order"

    def _register_hook(self):
        super()._register_hook()
        orders = self.env.registry[self._name]
        replace_method(orders, "load_sale_order_from_pos", _load_at_till)


def _load_at_till(load, orders, *args, **options):
    _check_for_till(orders)
    return load(orders, *args, **options)


def _check_for_till(orders):
    """Refuse to load orders at a till that wait for an approval of Vendor financing.

    :raise UserError: naming the orders and why they are blocked
    """
    reasons = {
        order: reason
        for order in orders
        if order.state in ("draft", "sent") and (reason := order._get_vendor_approval_error())
    }
    if reasons:
        raise UserError(
            orders.env._(
                "The till cannot take %(orders)s: it could not be confirmed after it is paid.\n"
                "%(reasons)s\nIf the customer pays here, choose another bearer on the order first.",
                orders=", ".join(order.name for order in reasons),
                reasons="\n".join(reasons.values()),
            )
        )
