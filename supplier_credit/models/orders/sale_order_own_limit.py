from odoo import api, models


class SaleOrder(models.Model):
    """The warning about the company's own credit limit follows the bearer."""

    _inherit = "sale.order"

    @api.depends("preferred_payment_method_line_id")
    def _compute_partner_credit_warning(self):
        return super()._compute_partner_credit_warning()
