from odoo import models

from ...tools.booked import filter_rebooked


class AccountAccount(models.Model):
    _inherit = "account.account"

    def write(self, vals):
        """Keep the accounts of agreements as they are while something lives on them."""
        self.env["supplier.credit.agreement"]._check_booked_kept(filter_rebooked(self, vals))
        return super().write(vals)
