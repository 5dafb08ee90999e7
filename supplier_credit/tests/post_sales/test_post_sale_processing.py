from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..nfe.common import make_cancellation
from .common import PostSaleCommon

ROLES = ("temporary", "direct", "debit", "direct_reversal", "debit_reversal")
SHARED = ("direct", "debit", "direct_reversal", "debit_reversal")
# The parameters by their numbers, as users know them, in the order of ROLES.
PARAMETERS = {
    "return": ("return", *SHARED),
    "cancellation": ("cancellation", *SHARED),
    "bonus": ("bonus", *(f"bonus_{name}" for name in SHARED)),
}


@tagged("post_install", "-at_install")
class TestPostSaleParameters(PostSaleCommon):
    """Parameters 5.1 to 5.16 and 6.1 to 6.13: each decides where its title is posted."""

    def _make(self, kind):
        if kind == "cancellation":
            debits = [(2, "2027-01-22", "203.44", "0.00", "5.00")]
            self.on_request("203.44", "406.93", debits=debits)
            self.upload(make_cancellation(self.sale.nfe_key), cancel=True)
            self.deliver()
            return self.sale.post_sale_ids
        return self.make_return() if kind == "return" else self.make_bonus()

    def _find(self, request):
        """Return, by role, the journal item of each title."""
        entries = request._get_result_entries()
        temporary = request._get_temporary_lines()
        reversals = entries.line_ids.filtered(
            lambda line: line.account_id == temporary.account_id and line.balance > 0
        )
        customer = entries.line_ids.filtered(
            lambda line: line.partner_id == self.customer
            and line.balance == -request.direct_amount
            and line.account_id != self.clearing
        )
        return {
            "temporary": temporary,
            "direct": customer,
            "debit": request.installment_ids.receivable_line_id,
            "direct_reversal": reversals.filtered(
                lambda line: line.balance == request.direct_amount
            ),
            "debit_reversal": reversals.filtered(
                lambda line: line.balance == request.supplier_amount
            ),
        }

    def _set_all(self, kind):
        """Give every parameter of a kind a distinct value; return them."""
        expected = {}
        method = self.bearer.payment_method_id
        for number, (role, prefix) in enumerate(zip(ROLES, PARAMETERS[kind], strict=True)):
            sale = prefix == "return"
            journal = self.company_data[f"default_journal_{'sale' if sale else 'misc'}"]
            journal = journal.copy({"code": f"PV{number}", "name": f"{prefix} journal"})
            if sale:
                journal.l10n_br_invoice_serial = "1"
            bearer = self.env["account.payment.method.line"].create(
                {
                    "name": f"{prefix} bearer",
                    "payment_method_id": method.id,
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "supplier_agreement_id": self.agreement.id,
                }
            )
            values = {f"{prefix}_journal_id": journal.id, f"{prefix}_bearer_id": bearer.id}
            account = self.temporary
            if not role.endswith("reversal"):
                account = self.temporary.copy({"name": f"{prefix} account"})
                values[f"{prefix}_account_id"] = account.id
            self.agreement.write(values)
            expected[role] = (journal, account, bearer)
        return expected

    def test_each_parameter_governs_its_title(self):
        for kind in PARAMETERS:
            with self.subTest(kind), self.cr.savepoint() as savepoint:
                expected = self._set_all(kind)
                request = self._make(kind)
                self.assertEqual(request.processing_state, "done", request.error)
                for role, line in self._find(request).items():
                    journal, account, bearer = expected[role]
                    with self.subTest(kind=kind, role=role):
                        self.assertEqual(len(line), 1)
                        self.assertEqual(line.move_id.journal_id, journal)
                        self.assertEqual(line.supplier_bearer_id, bearer)
                        if not role.endswith("reversal"):
                            self.assertEqual(line.account_id, account)
                self.assert_cleared()
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_what_is_empty_comes_from_the_agreement(self):
        misc = self.company_data["default_journal_misc"]
        accounts = {
            "temporary": self.temporary,
            "direct": self.company_data["default_account_receivable"],
            "debit": self.agreement.receivable_account_id,
        }
        for kind in PARAMETERS:
            with self.subTest(kind), self.cr.savepoint() as savepoint:
                request = self._make(kind)
                self.assertEqual(request.processing_state, "done", request.error)
                for role, line in self._find(request).items():
                    journal = misc
                    if (kind, role) == ("return", "temporary"):
                        journal = self.invoice.journal_id
                    with self.subTest(kind=kind, role=role):
                        self.assertEqual(line.move_id.journal_id, journal)
                        self.assertFalse(line.supplier_bearer_id)
                        self.assertEqual(line.account_id, accounts.get(role, self.temporary))
                self.assertEqual(len(request._get_result_entries()), 1, "one journal, one entry")
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_bonus_costs_its_own_account_else_that_of_fees(self):
        expense = self.company_data["default_account_expense"].copy({"name": "Bonificações"})
        for account in (self.agreement.fee_account_id, expense):
            with self.cr.savepoint() as savepoint:
                if account == expense:
                    self.agreement.bonus_expense_account_id = expense
                entry = self.grant_bonus(50).temporary_move_id
                self.assertEqual(entry.line_ids.filtered("debit").account_id, account)
                savepoint.close(rollback=True)
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPostSaleProcessing(PostSaleCommon):
    """A + B = temporary credit, posted together or not at all. Seed 002, step 4."""

    def test_whatever_the_split_the_sides_are_equal(self):
        cases = {
            "all by Supplier": ("300.00", "0.00", [(3, "2027-02-22", "203.50", "5.09", "0.00")]),
            "all directly": ("0.00", "300.00", []),
            "cents": ("0.01", "299.99", [(1, "2026-12-23", "0.01", "0.00", "0.01")]),
        }
        cases["all by Supplier"][2].append((2, "2027-01-22", "96.50", "0.00", "2.41"))
        for name, (supplier, direct, debits) in cases.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                owed = self.balance(self.agreement.receivable_account_id)
                customer = self.balance(self.company_data["default_account_receivable"])
                request = self.make_return(300, supplier, direct, debits=debits)
                self.assertEqual(request.processing_state, "done", request.error)
                self.assert_cleared()
                net = sum(float(debit[2]) - float(debit[4]) for debit in debits)
                self.assertEqual(
                    self.balance(self.agreement.receivable_account_id), round(owed - net, 2)
                )
                self.assertEqual(
                    self.balance(self.company_data["default_account_receivable"]),
                    round(customer - float(direct), 2),
                )
                self.assertEqual(
                    [
                        -debit.receivable_line_id.balance
                        for debit in request.installment_ids.sorted("number")
                    ],
                    [round(float(debit[2]) - float(debit[4]), 2) for debit in sorted(debits)],
                )
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_absurd_answers_post_nothing(self):
        cases = {
            "is not 300": {"supplier": "200.00", "direct": "100.01"},
            "debits sum to": {"debits": [(2, "2027-01-22", "199.00", "0.00", "5.00")]},
            "repeat an instalment": {
                "debits": [(2, "2027-01-22", "100.00", "0.00", "1.00")] * 2,
            },
            "fees": {"debits": [(2, "2027-01-22", "200.00", "100.00", "100.01")]},
            "no part of": {"state": "APROVADA_PARCIAL"},
            "refused, and yet": {"state": "REPROVADA"},
            "is unknown": {"state": "NOVA"},
            "codigoSolicitacao": {"codigoSolicitacao": None},
            "is not an amount in BRL": {"supplier": "-200.00", "debits": []},
        }
        for reason, values in cases.items():
            with self.subTest(reason), self.cr.savepoint() as savepoint:
                with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
                    request = self.make_return(**values)
                self.assertEqual((request.state, request.processing_state), ("error", "none"))
                self.assertIn(reason, request.error)
                self.assertFalse(request.installment_ids)
                self.assert_cleared(temporary=300)
                savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_problem_in_the_ledger_is_shown_and_processed_again(self):
        self.archive_fee_account()
        request = self.make_return()
        self.assertEqual((request.state, request.processing_state), ("approved", "error"))
        self.assertTrue(request.error)
        self.assert_cleared(temporary=300)
        self.agreement.fee_account_id.active = True
        request.with_user(self.accountant).action_process()
        self.assertEqual((request.processing_state, request.error), ("done", False))
        self.assert_cleared()
        with self.assertRaisesRegex(UserError, "nothing to process"):
            request.with_user(self.accountant).action_process()

    def test_debits_that_do_not_make_up_the_credit_stop_with_an_explanation(self):
        self.archive_fee_account()
        request = self.make_return()
        self.agreement.fee_account_id.active = True
        request.installment_ids.amount = 150
        request.with_user(self.accountant).action_process()
        self.assertEqual(request.processing_state, "error")
        self.assertIn("do not make up the temporary credit", request.error)
        self.assert_cleared(temporary=300)

    def test_undone_processing_leaves_the_balances_of_before(self):
        request = self.make_return(state="EM_ANALISE", supplier="0.00", direct="0.00")
        before = self.snapshot_balances()
        self.on_query()
        request.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual(request.processing_state, "done")
        for user in (self.accountant, self.salesman):
            with self.assertRaises(AccessError):
                request.with_user(user).action_undo_processing()
        request.with_user(self.manager).action_undo_processing()
        self.assertEqual(self.snapshot_balances(), before)
        self.assertEqual((request.state, request.processing_state), ("approved", "to_process"))
        self.assertFalse(request.installment_ids.receivable_line_id)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            request.with_user(self.manager).action_undo_processing()
        request.with_user(self.manager).action_process()
        self.assertEqual(request.processing_state, "done")
        self.assert_cleared()

    def test_used_credit_is_not_undone(self):
        request = self.make_return()
        other = self.create_other_invoice()
        other.js_assign_outstanding_line(self.offered(other).id)
        with self.assertRaisesRegex(UserError, f"{other.name}.*Undo that first"):
            request.with_user(self.manager).action_undo_processing()

    def test_entries_are_nobodys_to_change(self):
        request = self.make_return()
        entry = request._get_result_entries()
        for door in (
            entry.button_draft,
            entry.unlink,
            lambda: entry._reverse_moves(cancel=True),
            request._get_temporary_lines().remove_move_reconcile,
            entry.line_ids.filtered(
                lambda line: line.account_id == self.clearing
            ).remove_move_reconcile,
        ):
            with self.assertRaisesRegex(UserError, "a post-sales request"), self.cr.savepoint():
                door()
        self.assert_cleared()

    def test_settled_debit_is_settled_and_unsettled_as_any_item(self):
        request = self.make_return()
        line = request.installment_ids.receivable_line_id
        bank = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "line_ids": [
                    (0, 0, {"account_id": line.account_id.id, "debit": 195}),
                    (
                        0,
                        0,
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "credit": 195,
                        },
                    ),
                ],
            }
        )
        bank.action_post()
        (line | bank.line_ids.filtered("debit")).reconcile()
        self.assertEqual(line.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "Undo that first"):
            request.with_user(self.manager).action_undo_processing()
        line.remove_move_reconcile()
        self.assertEqual(line.amount_residual, -195)

    def test_entries_leave_a_locked_period_alone(self):
        request = self.make_return(state="EM_ANALISE", supplier="0.00", direct="0.00")
        self.company.hard_lock_date = "2026-11-30"
        self.on_query()
        request.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual(request.processing_state, "done", request.error)
        entries = request._get_result_entries()
        self.assertTrue(all(entry.date > date(2026, 11, 30) for entry in entries))
        request.with_user(self.manager).action_undo_processing()
        made = request.entry_ids - request.temporary_move_id
        self.assertEqual(len(made), 2)
        self.assertTrue(all(entry.date > date(2026, 11, 30) for entry in made))
