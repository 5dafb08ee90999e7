from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..contract.common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestMatching(VendorFinancingContractCommon):
    """The bank's statement is matched with what the contracts expect, by the accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.accountant = cls._create_user("vendor_accountant", "account.group_account_user")
        cls.contract = cls.make_effective(cls._create_vendor_invoice(10000.0), number="2026/77")
        cls.item = cls.contract.sudo().operation_ids.move_id.line_ids.filtered(
            lambda line: line.account_id == cls.bank_account
        )

    def receive(self, amount, text):
        """Return a line of the bank's statement."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": TODAY,
                "payment_ref": text,
                "amount": amount,
            }
        )

    def open_matching(self):
        action = self.agreement.with_user(self.accountant).action_match_statement()
        found = self.env[action["res_model"]].with_user(self.accountant)
        return found.browse(action["res_id"])

    def test_credit_of_a_named_contract_is_proposed_and_reconciled(self):
        credit = self.receive(10050.0, "CREDITO VENDOR 2026/77")
        self.receive(123.45, "TARIFA")
        matching = self.open_matching()
        pair = matching.line_ids
        self.assertEqual((pair.statement_line_id, pair.item_id), (credit, self.item))
        self.assertTrue(pair.is_named)
        self.assertTrue(pair.is_chosen)
        self.assertFalse(self.item.reconciled)
        matching.action_reconcile()
        self.assertTrue(self.item.reconciled)
        self.assertTrue(credit.is_reconciled)
        self.assertIn(self.bank_account, credit.move_id.line_ids.account_id)
        self.assert_proven()
        self.assertFalse(self.open_matching().line_ids)
        # The host undoes it.
        credit.action_undo_reconciliation()
        self.assertFalse(self.item.reconciled)

    def test_equal_amounts_are_proposed_and_not_ticked(self):
        credit = self.receive(10050.0, "CREDITO")
        matching = self.open_matching()
        self.assertEqual(matching.line_ids.statement_line_id, credit)
        self.assertFalse(matching.line_ids.is_chosen)
        with self.assertRaisesRegex(UserError, "No pair is ticked"):
            matching.action_reconcile()
        self.assertFalse(self.item.reconciled)

    def test_what_fits_twice_is_ticked_once(self):
        first = self.receive(10050.0, "VENDOR 2026/77")
        second = self.receive(10050.0, "VENDOR 2026/77")
        matching = self.open_matching()
        self.assertEqual(matching.line_ids.statement_line_id, first | second)
        self.assertFalse(any(matching.line_ids.mapped("is_chosen")))
        matching.line_ids.is_chosen = True
        with self.assertRaisesRegex(UserError, "several pairs"):
            matching.action_reconcile()
        matching.line_ids[0].is_chosen = False
        matching.action_reconcile()
        self.assertTrue(second.is_reconciled)
        self.assertFalse(first.is_reconciled)

    def test_debit_of_the_bank_is_proposed_too(self):
        part = self.contract.sudo().installment_ids
        part.contract_id._default({part: 10000.0}, self.contract.credit_date)
        debit = self.receive(-10000.0, "DEB VENDOR 2026/77")
        matching = self.open_matching()
        self.assertEqual(matching.line_ids.statement_line_id, debit)
        matching.action_reconcile()
        self.assertTrue(debit.is_reconciled)

    def test_stale_proposal_is_refused(self):
        credit = self.receive(10050.0, "VENDOR 2026/77")
        stale, matching = self.open_matching(), self.open_matching()
        matching.action_reconcile()
        with self.assertRaisesRegex(UserError, "no open pair"):
            stale.action_reconcile()
        other = self.receive(99.0, "OTHER")
        stale.line_ids.statement_line_id = other
        with self.assertRaisesRegex(UserError, "no open pair"):
            stale.action_reconcile()
        self.assertTrue(credit.is_reconciled)

    def test_account_that_waits_for_no_statement_is_said(self):
        other = self.agreement.copy({"bank_account_id": self.journal.default_account_id.id})
        with self.assertRaisesRegex(UserError, "waits for no statement"):
            other.with_user(self.accountant).action_match_statement()

    def test_only_accountants(self):
        self.receive(10050.0, "VENDOR 2026/77")
        for user in (self.salesman, self.manager_user):
            with self.assertRaises(AccessError):
                self.agreement.with_user(user).action_match_statement()
