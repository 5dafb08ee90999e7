from odoo import models


class SaleOrderLine(models.Model):
    """Items of an order: what they are worth is computed, and what the gate believes."""

    _name = "sale.order.line"
    _inherit = ["vendor.financing.abstract.guard", "sale.order.line"]
    _has_figures = True
