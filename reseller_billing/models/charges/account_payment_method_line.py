from odoo import models
from odoo.exceptions import AccessError

from ...const import ASAAS_CODE, MANAGER

# Where the money of charges is booked, and by whom it comes.
BOOKED_BY = frozenset(
    {"journal_id", "payment_account_id", "payment_method_id", "payment_provider_id"}
)
KEEPERS = (MANAGER, "account.group_account_manager", "base.group_system")


class AccountPaymentMethodLine(models.Model):
    """Where the receipts of a receipts provider are booked: no invoicing user says so."""

    _inherit = "account.payment.method.line"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        if not BOOKED_BY.isdisjoint(vals):
            self._check_billing_keeper()
        return super().write(vals)

    def unlink(self):
        self._check_billing_keeper()
        return super().unlink()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_billing_keeper(self):
        """Refuse that others than managers change where receipts of charges are booked.

        :raise AccessError: naming the payment methods
        """
        if self.env.su or any(self.env.user.has_group(group) for group in KEEPERS):
            return
        lines = self.sudo().filtered(lambda line: line.payment_provider_id.code == ASAAS_CODE)
        if lines:
            raise AccessError(
                self.env._(
                    "%(methods)s receives the money of charges, so only a manager of subscription "
                    "control or of accounting changes where it is booked. Ask one.",
                    methods=", ".join(lines.mapped("display_name")),
                )
            )
