from odoo import models

from ...tools.booked import filter_rebooked


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        """Keep the journals of receipts as they are while something lives on them."""
        self.env["payment.provider"]._check_booked_kept(filter_rebooked(self, vals))
        return super().write(vals)
