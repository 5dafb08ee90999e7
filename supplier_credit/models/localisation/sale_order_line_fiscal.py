from odoo import models


class SaleOrderLine(models.Model):
    """What an item costs the customer where OCA's engine computes the taxes.

    Some are on top of the price and others inside it, and what is given away (CFOP without a
    financial move) stands in the NF-e, but in nobody's debt.
    """

    _inherit = "sale.order.line"

    def _has_oca_operation(self):
        """Return whether OCA's engine computes the taxes of this item."""
        self.ensure_one()
        return "fiscal_operation_id" in self._fields and bool(self.fiscal_operation_id)

    def _get_financial_total(self, quantity=None):
        """Return what the customer owes for this item, with taxes, in its currency.

        :param quantity: in its unit of measure; the ordered one if empty
        """
        self.ensure_one()
        if self._has_oca_operation() and self.cfop_id and not self.cfop_id.finance_move:
            return 0.0
        if quantity is None or not self.product_uom_qty:
            return self.price_total
        return self.price_total * quantity / self.product_uom_qty
