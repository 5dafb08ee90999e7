from odoo import models

from ...const import SUPPLIER_CODE


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["supplier.credit.abstract.guard", "account.payment"]
    _has_figures = True

    def _get_payment_method_codes_to_exclude(self):
        return [*super()._get_payment_method_codes_to_exclude(), SUPPLIER_CODE]
