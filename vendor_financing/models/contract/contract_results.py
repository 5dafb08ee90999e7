from odoo import models

from ..agreement.agreement_recognition import DEFERRED_ACCOUNTS, OVER_TERM

# The account of the agreement on which each kind of result is booked, and where it waits before.
RESULT_ACCOUNTS = {
    "interest": "interest_account_id",
    "equalization": "equalization_account_id",
    "iof": "iof_account_id",
    "extension": "expense_account_id",
}
DEFERRED_ON = {kind: name for name, (kinds, _sign) in DEFERRED_ACCOUNTS.items() for kind in kinds}


class VendorFinancingContract(models.Model):
    """Where results of a contract are booked: on income and expenses, or where they wait."""

    _inherit = "vendor.financing.contract"

    def _is_over_term(self):
        """Return whether results of this contract wait for their days."""
        self.ensure_one()
        return self.recognition in OVER_TERM

    def _find_result_account(self, kind):
        """Return how to find the account of a result; it is asked for where there is one.

        :param kind: interest, equalization, iof or extension
        """
        names = DEFERRED_ON if self._is_over_term() else RESULT_ACCOUNTS
        return self.agreement_id._find_account(names[kind])
