from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoiceLockCommon


@tagged("post_install", "-at_install")
class TestUndoProcessing(InvoiceLockCommon):
    """Approval entries are undone in reverse order; the balances are those of before."""

    def _get_balances(self):
        self.env.flush_all()
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        balances = {}
        for line in lines:
            key = (line.account_id, line.partner_id)
            balance, residual = balances.get(key, (0, 0))
            balances[key] = (
                round(balance + line.balance, 2),
                round(residual + line.amount_residual, 2),
            )
        return {key: value for key, value in balances.items() if any(value)}

    def test_undone_processing_leaves_the_balances_of_before(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        before = self._get_balances()
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.deliver()
        transaction = self.invoice.sudo().supplier_transaction_ids
        entry = transaction.move_id
        self.assertNotEqual(self._get_balances(), before)
        transaction.with_user(self.manager).action_undo_processing()
        self.assertEqual(self._get_balances(), before)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertEqual(
            (transaction.state, transaction.processing_state), ("approved", "to_process")
        )
        self.assertEqual(len(transaction.entry_ids), 2, "both stay reachable")
        self.assertIn(entry, transaction.entry_ids)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            transaction.with_user(self.manager).action_undo_processing()
        transaction.with_user(self.manager).action_process()
        self.assertEqual(transaction.processing_state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_only_a_manager_undoes(self):
        transaction = self.register()
        for user in (self.accountant, self.salesman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                transaction.with_user(user).action_undo_processing()

    def test_settled_transfer_is_not_undone(self):
        transaction = self.register()
        owed = transaction.installment_ids[0].receivable_line_id
        bank = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "line_ids": [
                    Command.create({"account_id": owed.account_id.id, "credit": owed.debit}),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": owed.debit,
                        }
                    ),
                ],
            }
        )
        bank.action_post()
        (owed | bank.line_ids.filtered("credit")).reconcile()
        with self.assertRaisesRegex(UserError, "Undo the settlement first"):
            transaction.with_user(self.manager).action_undo_processing()

    def test_entries_leave_a_locked_period_alone(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.company.hard_lock_date = "2026-11-30"
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.deliver()
        transaction = self.invoice.sudo().supplier_transaction_ids
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))
        self.assertGreater(transaction.move_id.date, date(2026, 11, 30))
        transaction.with_user(self.manager).action_undo_processing()
        self.assertTrue(
            all(entry.date > date(2026, 11, 30) for entry in transaction.entry_ids),
            transaction.entry_ids.mapped("date"),
        )


@tagged("post_install", "-at_install")
class TestRounding(InvoiceLockCommon):
    """Cents of rounding are booked to 7.3; with a greater difference nothing is posted."""

    def _answer(self, cents):
        answer = self.transaction_answer()
        first = answer["calendario"][0]
        first["valorParcela"] = f"{203.43 + cents / 100:.2f}"
        first["valorRepasse"] = f"{198.34 + cents / 100:.2f}"
        return answer

    def _register_with(self, cents):
        self.supplier.on("POST", "/transacoes$", self._answer(cents), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()
        return self.invoice.sudo().supplier_transaction_ids

    def test_cents_within_rounding_go_to_the_difference_account(self):
        account = self.company_data["default_account_expense"].copy()
        self.agreement.difference_account_id = account
        for cents in (-3, 2):
            with self.subTest(cents=cents), self.cr.savepoint() as savepoint:
                transaction = self._register_with(cents)
                self.assertEqual(transaction.processing_state, "done")
                lines = transaction.move_id.line_ids
                rest = lines.filtered(lambda line: line.account_id == account)
                self.assertAlmostEqual(rest.balance, -cents / 100, 2)
                self.assertEqual(self.invoice.amount_residual, 0)
                savepoint.close(rollback=True)

    def test_without_difference_account_the_way_out_is_named(self):
        transaction = self._register_with(1)
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "error"))
        self.assertIn("Enter one under 7.3", transaction.error)
        self.agreement.difference_account_id = self.company_data["default_account_expense"]
        transaction.with_user(self.manager).action_process()
        self.assertEqual((transaction.processing_state, transaction.error), ("done", False))

    def test_more_than_rounding_posts_nothing(self):
        self.agreement.difference_account_id = self.company_data["default_account_expense"]
        transaction = self._register_with(4)
        self.assertEqual((transaction.state, transaction.processing_state), ("error", "none"))
        self.assertFalse(transaction.entry_ids)
        self.assertEqual(self.invoice.amount_residual, 610.37)
