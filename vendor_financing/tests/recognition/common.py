from datetime import date

from ..contract.common import VendorFinancingContractCommon


class RecognitionCommon(VendorFinancingContractCommon):
    """The agreement recognises over the term; helpers read the deferred accounts of a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred_income = cls._create_account(
            "V212", "Receitas a apropriar", "liability_current"
        )
        cls.deferred_cost = cls._create_account("V120", "Despesas a apropriar", "asset_prepayments")
        cls.agreement.write(
            {
                "deferred_income_account_id": cls.deferred_income.id,
                "deferred_cost_account_id": cls.deferred_cost.id,
                "recognition": "straight_line",
            }
        )
        cls.chief = cls._create_user(
            "vendor_chief",
            "account.group_account_invoice,vendor_financing.vendor_financing_group_manager",
        )

    @classmethod
    def close(cls, contract, day):
        """Recognise a month of a contract; return the operations."""
        return contract.sudo()._recognise_month(date.fromisoformat(day))

    def waiting(self, day=None):
        """Return the balances of deferred income and cost in the ledger, in cents."""
        self.env.flush_all()
        found = []
        for account, sign in ((self.deferred_income, -1), (self.deferred_cost, 1)):
            domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
            if day:
                domain.append(("date", "<=", day))
            items = self.env["account.move.line"].search(domain)
            found.append(round(sign * sum(items.mapped("balance")) * 100))
        return tuple(found)

    def assert_deferred_proven(self):
        """Assert that ledger, recognitions, instalments and report agree."""
        self.agreement.invalidate_recordset()
        self.assertEqual(self.agreement.deferred_difference, 0.0)
        self.assert_proven()
        parts = self.env["vendor.financing.contract.installment"].search([])
        self.assertEqual(
            (
                round(sum(parts.mapped("deferred_income")) * 100),
                round(sum(parts.mapped("deferred_cost")) * 100),
            ),
            self.waiting(),
        )
        self.assertFalse(self.agreement.mismatch_count)
