from odoo import models
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    """Quantities of a cancelled sale are to be invoiced again. Seed 002, "Cancelamento"."""

    _inherit = "sale.order.line"

    def _prepare_qty_invoiced(self):
        quantities = super()._prepare_qty_invoiced()
        for line in self:
            for item in line._get_invoice_lines()._filter_mirrors():
                quantities[line] -= item._get_quantity_in(line.product_uom_id)
        return quantities

    def _is_coming_back(self):
        """Return whether more of this item is invoiced than is delivered, or ordered."""
        self.ensure_one()
        return self.qty_to_invoice < 0 < self.qty_invoiced

    def _is_billed_by(self, invoices):
        """Return whether these invoices, less what came back, bill the ordered quantity."""
        self.ensure_one()
        items = self.invoice_lines
        billed = items.filtered(lambda item: item.move_id in invoices)
        back = items._filter_mirrors() | items.filtered(
            lambda item: item.move_id.move_type == "out_refund" and item.parent_state != "cancel"
        )
        unit = self.product_uom_id
        quantity = sum(item._get_quantity_in(unit) for item in billed)
        quantity += self._get_quantity_of_till()
        quantity -= sum(item._get_quantity_in(unit) for item in back)
        return float_compare(quantity, self.product_uom_qty, precision_rounding=unit.rounding) >= 0
