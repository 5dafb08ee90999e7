from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_available_payment_method_lines(self, payment_type):
        """Supplier bearers say how a sale is charged; nobody pays with one."""
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines - lines._filter_supplier()
