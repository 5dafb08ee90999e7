from odoo import models

from ...const import SUPPLIER_CODE


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _get_payment_method_codes_to_exclude(self):
        return [*super()._get_payment_method_codes_to_exclude(), SUPPLIER_CODE]
