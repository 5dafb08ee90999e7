from odoo import models

# The account of the agreement on which each kind of result is booked.
RESULT_ACCOUNTS = {
    "interest": "interest_account_id",
    "equalization": "equalization_account_id",
    "iof": "iof_account_id",
    "extension": "expense_account_id",
}


class VendorFinancingContract(models.Model):
    """Where results of a contract are booked: on income and expenses, as they are agreed."""

    _inherit = "vendor.financing.contract"

    def _find_result_account(self, kind):
        """Return how to find the account of a result; it is asked for where there is one.

        :param kind: interest, equalization, iof or extension
        """
        self.ensure_one()
        return self.agreement_id._find_account(RESULT_ACCOUNTS[kind])

    def _prepare_ended_results(self, parts):
        """Return the further lines of an entry by which instalments end.

        :param parts: of which nothing stays open
        """
        return []
