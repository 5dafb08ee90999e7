from odoo import models

from ...const import VENDOR_METHOD_CODE


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_available_payment_method_lines(self, payment_type):
        """Leave Vendor bearers out: a Vendor invoice is paid by the bank, not by a payment.

        The payment form and the payment wizard of the host offer what this method returns.
        """
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines.filtered(lambda line: line.code != VENDOR_METHOD_CODE)
