from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Chosen invoices on the day's screen, where banks are compared."""

    _inherit = "account.move"

    def action_open_vendor_day(self):
        """Open the day's screen on these invoices.

        :raise UserError: where they are of several companies, or nothing of them is pending
        """
        self.check_access("read")
        if len(self.company_id) != 1:
            raise UserError(
                self.env._(
                    "Choose the invoices to finance, of one company. These are of: %(companies)s",
                    companies=", ".join(self.company_id.mapped("name")) or "-",
                )
            )
        return self.env["vendor.financing.day"]._open(self.company_id, self)
