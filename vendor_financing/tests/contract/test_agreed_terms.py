from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestAgreedTerms(VendorFinancingContractCommon):
    """What a bank agreed to for a contract stays, whatever the agreement says for later ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.invoice = cls._create_vendor_invoice(10000.0)

    def change_agreement(self):
        self.agreement.write(
            {
                "convention": "simple",
                "iof_borne_by": "company",
                "recourse_days": 60,
                "rounding": "half_even",
            }
        )

    def test_terms_of_an_effective_contract_stay(self):
        contract = self.make_effective(self.invoice)
        part = contract.installment_ids
        before = (
            contract.iof_borne_by,
            contract.expected_amount,
            contract.difference,
            part.recourse_date,
            self.agreement._price_extension(part, self.day("2026-05-04"), self.day("2026-03-03")),
        )
        self.change_agreement()
        self.assertEqual(
            before,
            (
                contract.iof_borne_by,
                contract.expected_amount,
                contract.difference,
                part.recourse_date,
                self.agreement._price_extension(
                    part, self.day("2026-05-04"), self.day("2026-03-03")
                ),
            ),
        )

    def test_withdrawal_credits_no_iof_that_was_never_debited(self):
        contract = self.make_effective(self.invoice)
        self.assertGreater(contract.iof, 0)
        self.change_agreement()
        contract.sudo()._withdraw(contract.title_ids, contract.credit_date)
        iof = self.env["account.move.line"].search([("account_id", "=", self.iof_account.id)])
        self.assertFalse(iof)
        self.assert_proven()

    def test_drafts_follow_the_agreement(self):
        contract = self.make_contract(self.invoice)
        self.change_agreement()
        self.assertEqual(contract.iof_borne_by, "company")
        self.assertEqual(
            contract.expected_amount, contract.principal + contract.interest - contract.iof
        )

    def test_agreement_with_open_contracts_is_not_archived(self):
        contract = self.make_effective(self.invoice)
        with self.assertRaisesRegex(UserError, contract.number):
            self.agreement.with_user(self.manager_user).active = False
        undone = contract.operation_ids[-1:]
        undone.with_user(self.manager_user).action_undo()
        self.agreement.with_user(self.manager_user).active = False
        self.assertFalse(self.agreement.active)
