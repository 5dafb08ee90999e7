from odoo import models
from odoo.exceptions import UserError

from .title import CRON

# Contracts of which customers pay the bank.
TOLD_STATES = ("effective", "partially_settled")


class VendorFinancingContract(models.Model):
    """Telling the customers of a contract what they pay the bank, by mail and on paper."""

    _inherit = "vendor.financing.contract"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_send_letters(self):
        """Send each customer of these contracts its instalments, soon and in the background.

        :raise UserError: naming contracts that are not effective, or if there is nobody to tell
        """
        self.check_access("write")
        letters = self._get_letters()
        self.env["vendor.financing.contract.title"].check_access("write")
        letters.sudo().letter_state = "to_send"
        self.env.ref(CRON).sudo()._trigger()
        lost = letters.partner_id.filtered(lambda customer: not customer.email)
        message = self.env._("%(count)s letters are being sent.", count=len(letters))
        if lost:
            message += " " + self.env._(
                "Without an e-mail address: %(customers)s.",
                customers=", ".join(lost.mapped("display_name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lost else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_print_letters(self):
        """Print the letters to the customers of these contracts.

        :raise UserError: as `action_send_letters`
        """
        self.check_access("read")
        report = self.env.ref("vendor_financing.vendor_financing_letter_report_action")
        return report.report_action(self._get_letters())

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_letters(self):
        """Return the title that carries the letter of each customer of these contracts.

        :raise UserError: naming contracts of which customers pay no bank
        """
        if others := self.filtered(lambda contract: contract.state not in TOLD_STATES):
            raise UserError(
                self.env._(
                    "%(contracts)s: customers are told when a contract is effective and until it "
                    "is settled. Leave these out.",
                    contracts=", ".join(others.mapped("display_name")),
                )
            )
        letters = self.env["vendor.financing.contract.title"]
        for contract in self:
            for titles in contract.title_ids.grouped("partner_id").values():
                letters |= titles.filtered(lambda title: title._get_told_parts())[:1]
        if not letters:
            raise UserError(self.env._("No customer pays a bank for these contracts."))
        return letters
