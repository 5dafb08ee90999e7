from datetime import date

from freezegun import freeze_time

from ..common import VendorFinancingCommon

TODAY = "2026-03-03"


class VendorFinancingContractCommon(VendorFinancingCommon):
    """An agreement with a bank, with accounts of its own and the rates of the examples."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 12:00:00"))
        cls.vendor_account = cls._create_account("V210", "Vendor", "liability_current")
        cls.interest_account = cls._create_account("V410", "Receita de juros", "income_other")
        cls.expense_account = cls._create_account("V510", "Despesas bancárias", "expense")
        cls.income_account = cls._create_account("V411", "Outras receitas", "income_other")
        cls.equalization_account = cls._create_account("V511", "Equalização", "expense")
        cls.payable_account = cls._create_account(
            "V211", "Equalização a pagar", "liability_current"
        )
        cls.iof_account = cls._create_account("V512", "IOF", "expense")
        cls.bank_account = cls._create_account("V110", "Banco em trânsito", "asset_current")
        cls.bank = cls.env["res.partner"].create({"name": "Banco A"})
        cls.agreement = cls.env["vendor.financing.agreement"].create(
            {
                "name": "Vendor Banco A",
                "partner_id": cls.bank.id,
                "journal_id": cls.journal.id,
                "entry_journal_id": cls.company_data["default_journal_misc"].id,
                "bank_account_id": cls.bank_account.id,
                "vendor_account_id": cls.vendor_account.id,
                "interest_account_id": cls.interest_account.id,
                "expense_account_id": cls.expense_account.id,
                "income_account_id": cls.income_account.id,
                "equalization_account_id": cls.equalization_account.id,
                "equalization_payable_account_id": cls.payable_account.id,
                "iof_account_id": cls.iof_account.id,
                # The clock stands still, while contracts live on.
                "days_ahead": 3650,
            }
        )

    @classmethod
    def _create_account(cls, code, name, account_type):
        return cls.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": account_type,
                "reconcile": account_type in ("liability_current", "asset_current"),
            }
        )

    @classmethod
    def quote(cls, bank_rate, customer_rate, **values):
        """Create the bank's quote of today, in % a month."""
        return cls.env["vendor.financing.rate"].create(
            {
                "agreement_id": cls.agreement.id,
                "date": TODAY,
                "bank_rate": bank_rate,
                "customer_rate": customer_rate,
                **values,
            }
        )

    @classmethod
    def make_contract(cls, invoices, plan="30", **values):
        """Return a draft contract of the accountant on these invoices."""
        contract = (
            cls.env["vendor.financing.contract"]
            .with_user(cls.invoicing_user)
            .create(
                {
                    "agreement_id": cls.agreement.id,
                    "number": "CT-1",
                    "date": TODAY,
                    "credit_date": TODAY,
                    "plan": plan,
                    **values,
                }
            )
        )
        contract._add_titles(cls.receivable(invoices).with_user(cls.invoicing_user))
        return contract

    @classmethod
    def make_effective(cls, invoices, plan="30", credited=None, **values):
        """Return an effective contract of the accountant on these invoices."""
        contract = cls.make_contract(invoices, plan, **values)
        contract.credited_amount = contract.expected_amount if credited is None else credited
        contract.action_effect()
        return contract

    @staticmethod
    def receivable(invoices):
        return invoices.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def balances(self, move):
        """Return {account: balance in BRL} of an entry."""
        found = {}
        for line in move.line_ids:
            found[line.account_id] = round(found.get(line.account_id, 0.0) + line.balance, 2)
        return found

    def assert_proven(self):
        """Assert that vendor account and open financed principal agree."""
        self.agreement.invalidate_recordset()
        self.assertEqual(self.agreement.proof_difference, 0.0)

    def day(self, text):
        return date.fromisoformat(text)
