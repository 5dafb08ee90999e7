from odoo import fields, models

from ..common.user_language import in_user_language


class SaleOrder(models.Model):
    """One NF-e per order. Seed 001, "Emissão de Notas Fiscais com Cobrança Supplier"."""

    _inherit = "sale.order"

    supplier_invoice_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="supplier_order_id",
        string="Invoices on Supplier's Credit",
        readonly=True,
        copy=False,
    )

    def _prepare_invoice(self):
        """Refuse orders that were blocked again after their confirmation.

        What came back needs no credit: an order with nothing else to invoice is not blocked here.

        :raise UserError: with the reasons
        """
        billing = self._filter_supplier_credit().filtered(lambda order: not order._only_came_back())
        in_user_language(billing)._check_supplier_release()
        values = super()._prepare_invoice()
        values["supplier_order_id"] = self._filter_supplier_credit().id
        return values

    def _only_came_back(self):
        """Return whether all that is to be invoiced of this order is to be credited."""
        self.ensure_one()
        quantities = self.order_line.mapped("qty_to_invoice")
        return any(quantity < 0 for quantity in quantities) and max(quantities) <= 0

    def _get_invoice_grouping_keys(self):
        """Never group Supplier orders: Supplier accepts one order per NF-e."""
        return [*super()._get_invoice_grouping_keys(), "supplier_order_id"]
