from odoo import models

from ...const import VENDOR_METHOD_CODE


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_available_payment_method_lines(self, payment_type):
        """Leave Vendor bearers out: the bank pays a vendor invoice, no payment does.

        This is the host's one place that decides what the payment form and the payment
        wizard offer.
        """
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines.filtered(lambda line: line.code != VENDOR_METHOD_CODE)
