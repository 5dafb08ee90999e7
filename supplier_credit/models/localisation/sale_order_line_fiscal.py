from odoo import api, models


class SaleOrderLine(models.Model):
    """What an item costs the customer where OCA's engine computes the taxes.

    Some are on top of the price and others inside it, and what is given away (CFOP without a
    financial move) stands in the NF-e, but in nobody's debt.
    """

    _inherit = "sale.order.line"

    @api.model
    def _has_oca_engine(self):
        """Return whether OCA's engine takes part in totals: of all items, where it is installed."""
        return "fiscal_operation_id" in self._fields

    def _get_financial_total(self, quantity=None):
        """Return what the customer owes for this item, with taxes, in its currency.

        :param quantity: in its unit of measure; the ordered one if empty
        """
        self.ensure_one()
        # Salespeople need not be users of the fiscal app.
        cfop = self.sudo().cfop_id if self._has_oca_engine() else None
        if cfop and not cfop.finance_move:
            return 0.0
        if quantity is None or not self.product_uom_qty:
            return self.price_total
        return self.price_total * quantity / self.product_uom_qty
