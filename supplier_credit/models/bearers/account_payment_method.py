from odoo import api, models

from ...const import SUPPLIER_CODE


class AccountPaymentMethod(models.Model):
    """Charge type (Tipo de Cobrança). Seed 001, "Identificação de Vendas Supplier"."""

    _inherit = "account.payment.method"

    @api.model
    def _get_payment_method_information(self):
        information = super()._get_payment_method_information()
        information[SUPPLIER_CODE] = {"mode": "multi", "type": ("bank", "cash", "credit")}
        return information

    def _auto_link_payment_methods(self, payment_methods, methods_info):
        """Leave the choice of the journal to the admin: ours makes no line at install."""
        ours = payment_methods.filtered(lambda method: method.code == SUPPLIER_CODE)
        super()._auto_link_payment_methods(payment_methods - ours, methods_info)
        return payment_methods
