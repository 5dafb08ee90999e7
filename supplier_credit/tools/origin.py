"""Where a document of the host comes from. Apps that are not installed have no fields here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.models import BaseModel


def is_of_till(invoice: BaseModel) -> bool:
    """Return whether an invoice is of sales at a till (point_of_sale), which were paid there.

    :param invoice: account.move; the host makes it with `linked_to_pos` in the context, under
        which its sales are not linked yet
    """
    if "pos_order_ids" not in invoice._fields:
        return False
    return bool(invoice.env.context.get("linked_to_pos") or invoice.sudo().pos_order_ids)


def filter_of_shop(orders: BaseModel) -> BaseModel:
    """Return the orders of an online shop (website_sale) among some.

    :param orders: sale.order
    """
    return orders.filtered("website_id") if "website_id" in orders._fields else orders.browse()
