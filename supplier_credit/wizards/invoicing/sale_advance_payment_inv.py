from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    supplier_order_names = fields.Char(compute="_compute_supplier_order_names")

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("sale_order_ids")
    def _compute_supplier_order_names(self):
        """Name the orders that get a separate invoice, if several orders are chosen."""
        for wizard in self:
            ours = wizard.sale_order_ids._filter_supplier_credit()
            several = len(wizard.sale_order_ids) > 1
            wizard.supplier_order_names = several and ", ".join(ours.mapped("name"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _create_invoices(self, sale_orders):
        """Refuse down payments of Supplier orders: Supplier accepts only the NF-e of the sale.

        :raise UserError: naming the orders
        """
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
