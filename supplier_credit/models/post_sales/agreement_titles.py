from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError

# The prefix of the fields of each credit title, by kind of request.
_SHARED = {
    "direct": "direct",
    "debit": "debit",
    "direct_reversal": "direct_reversal",
    "debit_reversal": "debit_reversal",
}
PREFIXES = {
    "return": {"temporary": "return", **_SHARED},
    "cancellation": {"temporary": "cancellation", **_SHARED},
    "bonus": {"temporary": "bonus", **{role: f"bonus_{name}" for role, name in _SHARED.items()}},
}


@dataclass(frozen=True)
class Title:
    """Journal, account and bearer of a credit title. A reversal has no account of its own."""

    journal: models.Model
    account: models.Model
    bearer: models.Model


class SupplierCreditAgreement(models.Model):
    """Journal, account and bearer of each credit title, by the parameters 5 and 6."""

    _inherit = "supplier.credit.agreement"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_make_post_sale_accounts(self):
        """Create the accounts that post-sales require, where they are missing."""
        self.check_access("write")
        for agreement in self:
            create = self._create_account
            values = {}
            if not agreement.return_account_id:
                values["return_account_id"] = create(
                    agreement.company_id,
                    "asset_receivable",
                    self.env._("Supplier Temporary Credits"),
                ).id
            if not agreement.post_sale_clearing_account_id:
                values["post_sale_clearing_account_id"] = create(
                    agreement.company_id, "asset_current", self.env._("Post-Sales Clearing")
                ).id
            agreement.write(values)
        return True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _create_account(self, company, account_type, name):
        """Create an account with a code beside the first of its type in the chart.

        :param account_type: a type of asset, which is reconcilable, or of expense
        """
        accounts = self.env["account.account"].with_company(company)
        beside = accounts.search(
            [("account_type", "=", account_type), ("company_ids", "in", company.ids)],
            order="code",
            limit=1,
        )
        return accounts.create(
            {
                "name": name,
                "code": accounts._search_new_account_code(beside.code or "1"),
                "account_type": account_type,
                "reconcile": account_type.startswith("asset_"),
                "company_ids": company.ids,
            }
        )

    def _get_post_sale_title(self, kind, role, partner):
        """Return journal, account and bearer of a credit title, by the parameters 5 and 6.

        :param kind: return, cancellation or bonus
        :param role: temporary, direct, debit, direct_reversal or debit_reversal
        :param partner: the customer
        :return: a Title; the account of a reversal is empty
        :raise UserError: when a temporary credit has no account, or one that the host would offer
        """
        self.ensure_one()
        prefix = PREFIXES[kind][role]
        account = self.env["account.account"]
        if not role.endswith("reversal"):
            account = self[f"{prefix}_account_id"] or self._get_default_account(role, partner)
        if role == "temporary":
            self._check_temporary_account(account, partner)
        return Title(
            journal=self[f"{prefix}_journal_id"] or self.journal_id,
            account=account,
            bearer=self[f"{prefix}_bearer_id"],
        )

    def _get_default_account(self, role, partner):
        if role == "temporary":
            return self.return_account_id
        if role == "debit":
            return self.receivable_account_id
        return self._get_customer_account(partner)

    def _get_customer_account(self, partner):
        customer = partner.commercial_partner_id.with_company(self.company_id)
        return customer.property_account_receivable_id

    def _check_temporary_account(self, account, partner):
        if not account:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no account for temporary credits. Use Make "
                    "Accounts on its page Post-Sales, or enter one there.",
                    agreement=self.name,
                )
            )
        if account in (self._get_customer_account(partner), self.receivable_account_id):
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s: %(account)s is where receivables of customers or of "
                    "Supplier stand. A temporary credit there would be offered for payment. Choose "
                    "an account of its own.",
                    agreement=self.name,
                    account=account.display_name,
                )
            )

    def _get_clearing_account(self):
        """Return the clearing account of post-sales.

        :raise UserError: when there is none
        """
        self.ensure_one()
        if not self.post_sale_clearing_account_id:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no post-sales clearing account. Use Make Accounts "
                    "on its page Post-Sales, or enter one there.",
                    agreement=self.name,
                )
            )
        return self.post_sale_clearing_account_id
