from odoo import fields, models


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
        """Refuse what is blocked again since it was confirmed: risen, expired, term billing."""
        self._check_supplier_release()
        values = super()._prepare_invoice()
        values["supplier_order_id"] = self._filter_supplier_credit().id
        return values

    def _get_invoice_grouping_keys(self):
        """Supplier orders are never grouped: Supplier takes one order per NF-e."""
        return [*super()._get_invoice_grouping_keys(), "supplier_order_id"]
