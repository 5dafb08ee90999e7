from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ..common.user_language import in_user_language


class SaleOrder(models.Model):
    """Down payments and Supplier's credit exclude each other, whichever comes first.

    Supplier registers the NF-e of the whole sale; nothing may have been paid of it.
    """

    _inherit = "sale.order"

    def _check_no_down_payments(self):
        """Refuse Supplier's bearer on orders with a down payment that is not credited.

        :raise UserError: naming the order and the invoices of its down payments
        """
        for order in in_user_language(self):
            if invoices := order._get_down_payment_invoices():
                raise UserError(
                    order.env._(
                        "Order %(order)s cannot be put on Supplier's credit: %(invoices)s is a "
                        "down payment of it, and Supplier takes over whole sales only. Delete or "
                        "credit the down payment first, keep the other bearer, or make another "
                        "order of what Supplier is to finance.",
                        order=order.name,
                        invoices=", ".join(invoices.mapped("display_name")),
                    )
                )

    def _get_down_payment_invoices(self):
        """Return the invoices of down payments that were neither credited nor deducted."""
        self.ensure_one()
        invoices = self.env["account.move"].sudo()
        for line in self.sudo().order_line.filtered("is_downpayment"):
            items = line.invoice_lines.filtered(lambda item: item.parent_state != "cancel")
            taken = sum(
                -item.quantity if item.move_id.move_type == "out_refund" else item.quantity
                for item in items
            )
            if not float_is_zero(taken, precision_rounding=line.product_uom_id.rounding or 0.01):
                invoices |= items.move_id
        return invoices
