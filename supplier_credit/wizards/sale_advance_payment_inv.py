from odoo import models
from odoo.exceptions import UserError


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        """Refuse down payments of Supplier orders: Supplier takes the NF-e of what is sold."""
        ours = sale_orders._filter_supplier_credit()
        if ours and self.advance_payment_method != "delivered":
            raise UserError(
                self.env._(
                    "Orders on Supplier's credit take no down payment: %(orders)s. Create regular "
                    "invoices, or choose another bearer on the order.",
                    orders=", ".join(ours.mapped("name")),
                )
            )
        return super()._create_invoices(sale_orders)
