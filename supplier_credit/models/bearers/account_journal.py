from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_available_payment_method_lines(self, payment_type):
        """Leave Supplier bearers out: they say how a sale is charged, and no payment uses one."""
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines - lines._filter_supplier()
