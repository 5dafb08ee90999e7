from odoo import models
from odoo.exceptions import UserError

from ...const import VENDOR_METHOD_CODE
from ...tools.booked import filter_rebooked

# With another value of these the host makes all payment methods of a journal anew.
REMADE = ("currency_id", "type")


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def write(self, vals):
        """Keep the journals of bearers and agreements as they are while something lives on them."""
        remaking = {name: value for name, value in vals.items() if name in REMADE}
        filter_rebooked(self, remaking)._check_no_vendor_bearer()
        self.env["vendor.financing.agreement"]._check_booked_kept(filter_rebooked(self, vals))
        return super().write(vals)

    def _check_no_vendor_bearer(self):
        """Refuse values for which the host takes all bearers out of a journal and makes new ones.

        :raise UserError: naming the journal and its bearers
        """
        bearers = self.sudo().inbound_payment_method_line_ids._filter_vendor_bearers()
        if bearers:
            raise UserError(
                self.env._(
                    "Journal %(journal)s is that of bearer %(bearer)s, which charges by Vendor. "
                    "With another type or currency it would lose its bearers. Give the bearer "
                    "another journal first, or make a new journal.",
                    journal=bearers[0].journal_id.display_name,
                    bearer=", ".join(bearers.mapped("display_name")),
                )
            )

    def _get_available_payment_method_lines(self, payment_type):
        """Leave Vendor bearers out: a Vendor invoice is paid by the bank, not by a payment.

        The payment form and the payment wizard of the host offer what this method returns.
        """
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines.filtered(lambda line: line.code != VENDOR_METHOD_CODE)
