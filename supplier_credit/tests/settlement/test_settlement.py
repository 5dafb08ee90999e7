from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FIRST_TRANSFER, SupplierCreditSettlementCommon


@tagged("post_install", "-at_install")
class TestSettlement(SupplierCreditSettlementCommon):
    """Seeds 000 and 002: transfers are matched and posted, and settle Supplier's debt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.agreement.fee_account_id
        cls.receivable = cls.agreement.receivable_account_id

    def post(self, entries):
        entries.settlement_id.with_user(self.accountant).action_post()
        self.assertEqual(
            (entries.settlement_id.state, entries.settlement_id.error), ("posted", False)
        )
        return entries.settlement_id.move_id

    def item(self, transaction, number=1):
        return transaction.installment_ids.filtered(
            lambda entry: entry.number == number
        ).receivable_line_id

    def test_exact_transfer_settles_its_item_and_awaits_the_bank(self):
        transaction = self.register()
        entry = self.run_import([self.statement_line()])
        self.assertEqual((entry.state, entry.settlement_id.state), ("matched", "matched"))
        self.assertEqual(entry.partner_id, self.customer)
        move = self.post(entry)
        self.assertEqual(self.balances(move), {self.outstanding: 198.34, self.receivable: -198.34})
        self.assertEqual((move.date, move.journal_id.type), (date(2026, 12, 23), "bank"))
        self.assertTrue(self.item(transaction).reconciled)
        self.assertFalse(self.item(transaction, 2).reconciled)
        self.assertEqual(entry.state, "posted")
        bank = move.line_ids.filtered(lambda line: line.account_id == self.outstanding)
        self.assertEqual((bank.amount_residual, bank.reconciled), (198.34, False))

    def test_fee_left_to_the_settlement_is_booked_by_it(self):
        self.agreement.fee_recognition = "settlement"
        transaction = self.register()
        # What counts is how the item was posted, not what 7.5 says by then.
        self.agreement.fee_recognition = "approval"
        entry = self.run_import([self.statement_line()])
        move = self.post(entry)
        self.assertEqual(
            self.balances(move),
            {self.outstanding: 198.34, self.fees: 5.09, self.receivable: -203.43},
        )
        self.assertTrue(self.item(transaction).reconciled)

    def test_difference_within_the_tolerance_goes_to_its_account(self):
        for recognition in ("approval", "settlement"):
            with self.subTest(recognition), self.cr.savepoint() as savepoint:
                # What is rolled back was never given.
                self.supplier.given.clear()
                self.agreement.fee_recognition = recognition
                transaction = self.register()
                less = {"valorPrincipal": "203.38", "valorLancamento": "198.29"}
                entry = self.run_import([self.statement_line(**less)])
                self.assertEqual((entry.state, entry.difference), ("matched", 0.05))
                booked = self.balances(self.post(entry))
                self.assertEqual(booked[self.difference_account], 0.05)
                self.assertEqual(booked[self.outstanding], 198.29)
                self.assertTrue(self.item(transaction).reconciled)
                savepoint.close(rollback=True)

    def test_larger_difference_is_proposed_and_accepted_for_what_was_paid(self):
        transaction = self.register()
        less = {"valorPrincipal": "203.37", "valorLancamento": "198.28"}
        entry = self.run_import([self.statement_line(**less)])
        self.assertEqual((entry.state, entry.difference), ("proposed", 0.06))
        self.assertEqual(entry.counterpart_line_id, self.item(transaction))
        with self.assertRaisesRegex(UserError, "LC-1"):
            entry.settlement_id.action_post()
        entry.action_accept()
        self.assertEqual(entry.settlement_id.state, "matched")
        self.post(entry)
        self.assertEqual(round(self.item(transaction).amount_residual, 2), 0.06)

    def test_larger_difference_is_written_off_by_decision(self):
        transaction = self.register()
        more = {"valorPrincipal": "213.43", "valorLancamento": "208.34"}
        entry = self.run_import([self.statement_line(**more)])
        self.assertEqual((entry.state, entry.difference), ("proposed", -10.0))
        self.decide(entry, write_off=True).action_choose()
        booked = self.balances(self.post(entry))
        self.assertEqual(booked[self.difference_account], -10.0)
        self.assertEqual(booked[self.outstanding], 208.34)
        self.assertTrue(self.item(transaction).reconciled)

    def test_tolerance_without_an_account_asks_a_person(self):
        self.agreement.difference_account_id = False
        self.register()
        less = {"valorPrincipal": "203.42", "valorLancamento": "198.33"}
        entry = self.run_import([self.statement_line(**less)])
        self.assertEqual(entry.state, "proposed")
        with self.assertRaisesRegex(UserError, r"7\.3"):
            self.decide(entry, write_off=True).action_choose()

    def test_unknown_event_stays_open_until_the_table_knows_it(self):
        entry = self.run_import([self.fee(tipoEvento="AJUSTE")])
        self.assertEqual((entry.state, entry.settlement_id.state), ("open", "imported"))
        self.assertIn("AJUSTE", entry.problem)
        attention = self.env["supplier.credit.attention"].with_user(self.accountant)
        self.assertIn("AJUSTE", attention.search([("kind", "=", "settlement")]).problem)
        with self.assertRaisesRegex(UserError, "LC-9"):
            entry.settlement_id.action_post()
        event = (
            self.env["supplier.credit.event"]
            .with_user(self.manager)
            .create(
                {
                    "code": "AJUSTE",
                    "name": "Ajuste",
                    "kind": "other",
                    "agreement_id": self.agreement.id,
                }
            )
        )
        entry.settlement_id.action_match()
        self.assertIn("no account", entry.problem)
        event.account_id = self.tax_account
        entry.settlement_id.action_match()
        self.assertEqual(entry.state, "matched")
        self.assertEqual(
            self.balances(self.post(entry)), {self.outstanding: -1.5, self.tax_account: 1.5}
        )

    def test_row_of_the_agreement_goes_before_the_general_one(self):
        self.env["supplier.credit.event"].create(
            {
                "code": "RPASSC",
                "name": "Tarifa",
                "kind": "other",
                "agreement_id": self.agreement.id,
                "account_id": self.tax_account.id,
            }
        )
        entry = self.run_import([self.fee()])
        self.assertEqual(
            self.balances(self.post(entry)), {self.outstanding: -1.5, self.tax_account: 1.5}
        )

    def test_fees_and_withheld_taxes_go_to_their_accounts(self):
        transaction = self.register()
        taxed = {"valorImpostos": "0.34", "valorLancamento": "198.00"}
        entries = self.run_import(
            [
                self.statement_line(**taxed),
                self.fee(),
                self.fee("LC-8", "0.50", tipoEvento="RPASSI"),
            ]
        )
        self.assertEqual(entries.mapped("state"), ["open", "open", "matched"])
        general = self.env["supplier.credit.event"].with_user(self.manager)
        general.search([("code", "=", "RPASSI")]).account_id = self.tax_account
        general.search([("code", "=", "IMPL")]).tax_account_id = self.tax_account
        entries.settlement_id.action_match()
        self.assertEqual(
            self.balances(self.post(entries)),
            {
                self.outstanding: 196.0,
                self.fees: 1.5,
                self.tax_account: 0.84,
                self.receivable: -198.34,
            },
        )
        self.assertTrue(self.item(transaction).reconciled)
        self.assertEqual(entries.mapped("fee_drift"), [0.0, 0.0, 1.5])

    def test_second_entry_for_the_same_item_stays_open(self):
        self.register()
        first, second = self.run_import([self.statement_line(), self.statement_line("LC-2")])
        self.assertEqual((first.state, second.state), ("matched", "open"))
        self.assertIn("LC-1", second.problem)
        self.decide(second, reason="Sent twice").action_ignore()
        self.assertEqual((second.state, second.ignore_reason), ("ignored", "Sent twice"))
        self.assertEqual(self.balances(self.post(first))[self.outstanding], 198.34)
        late = self.run_import(
            [self.statement_line(), self.statement_line("LC-2"), self.statement_line("LC-3")]
        )[-1]
        self.assertEqual(late.state, "open")
        self.assertIn("Nothing is open", late.problem)

    def test_unknown_transaction_is_open_or_proposed_by_amount(self):
        transaction = self.register()
        stray, near = self.run_import(
            [
                self.statement_line(
                    codigoTransacao="TR-X", valorPrincipal="10.00", valorTaxa="0.00"
                )
                | {"valorLancamento": "10.00"},
                self.statement_line("LC-2", codigoTransacao="TR-Y"),
            ]
        )
        self.assertEqual((stray.state, near.state), ("open", "proposed"))
        self.assertIn("TR-X", stray.problem)
        self.assertEqual(near.counterpart_line_id, self.item(transaction))
        near.action_accept()
        self.decide(stray, reason="Not ours").action_ignore()
        self.post(near)
        self.assertTrue(self.item(transaction).reconciled)

    def test_ignoring_needs_a_reason_and_can_be_taken_back(self):
        self.register()
        entry = self.run_import(
            [
                self.statement_line(codigoTransacao="TR-X", valorPrincipal="5.09")
                | {"valorLancamento": "0.00"}
            ]
        )
        with self.assertRaisesRegex(UserError, "LC-1"):
            self.decide(entry).action_ignore()
        self.decide(entry, reason="Test of Supplier").action_ignore()
        with self.assertRaisesRegex(UserError, "nothing to post"):
            entry.settlement_id.action_post()
        entry.action_reopen()
        self.assertEqual((entry.state, entry.ignore_reason), ("open", False))

    def test_amounts_that_do_not_add_up_are_never_matched(self):
        self.register()
        first, second = self.run_import(
            [
                self.statement_line(valorLancamento="200.00"),
                self.statement_line("LC-2", 2, valorPrincipal="-203.44", valorLancamento="-208.53"),
            ]
        )
        self.assertEqual((first.state, second.state), ("open", "open"))
        self.assertIn("do not add up", first.problem)
        with self.assertRaisesRegex(UserError, "do not add up"):
            line = self.env["account.move.line"].search(
                [("account_id", "=", self.receivable.id), ("date_maturity", "=", FIRST_TRANSFER)]
            )
            self.decide(first, counterpart_line_id=line).action_choose()

    def test_fee_of_a_negative_amount_waits_for_a_person(self):
        """A negative amount could mean held back or given back, so it is not booked."""
        entry = self.run_import([self.fee(value="-1.50")])
        self.assertEqual(entry.state, "open")
        self.assertRegex(entry.problem, "LC-9.*negative")
        self.decide(entry, reason="Corrected by Supplier").action_ignore()
        self.assertEqual(entry.state, "ignored")

    def test_approval_not_processed_yet_is_matched_once_it_is(self):
        transaction = self.register()
        transaction.with_user(self.manager).action_undo_processing()
        entry = self.run_import([self.statement_line()])
        self.assertEqual(entry.state, "open")
        self.assertIn("process the approval", entry.problem)
        transaction.with_user(self.accountant).action_process()
        self.run_import([], again=False)
        self.assertEqual((entry.state, entry.settlement_id.state), ("matched", "matched"))

    def test_undone_by_a_manager_and_posted_again(self):
        transaction = self.register()
        entry = self.run_import([self.statement_line(), self.fee()])[0]
        move = self.post(entry)
        with self.assertRaisesRegex(UserError, "already settled"):
            transaction.with_user(self.manager).action_undo_processing()
        entry.settlement_id.with_user(self.manager).action_undo()
        self.assertEqual((entry.state, entry.settlement_id.state), ("matched", "undone"))
        self.assertEqual(self.item(transaction).amount_residual, 198.34)
        mirror = entry.settlement_id.move_ids - move
        self.assertEqual(self.balances(mirror), {a: -b for a, b in self.balances(move).items()})
        again = self.post(entry)
        self.assertNotEqual(again, move)
        self.assertTrue(self.item(transaction).reconciled)

    def test_entry_of_a_settlement_is_changed_by_its_statement_alone(self):
        transaction = self.register()
        entry = self.run_import([self.statement_line()])
        move = self.post(entry)
        for attempt in (
            move.with_user(self.manager).button_draft,
            move.with_user(self.manager)._reverse_moves,
            self.item(transaction).with_user(self.manager).remove_move_reconcile,
        ):
            with self.assertRaisesRegex(UserError, "Undo on the statement"):
                attempt()

    def test_reconciled_with_the_bank_it_is_not_undone(self):
        self.register()
        entry = self.run_import([self.statement_line()])
        move = self.post(entry)
        journal = self.agreement.settlement_journal_id
        paid = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in (
                        (journal.default_account_id, 198.34),
                        (self.outstanding, -198.34),
                    )
                ],
            }
        )
        paid.action_post()
        lines = (move | paid).line_ids.filtered(lambda line: line.account_id == self.outstanding)
        lines.with_user(self.accountant).reconcile()
        with self.assertRaisesRegex(UserError, "reconciled with"):
            entry.settlement_id.with_user(self.manager).action_undo()
        lines.with_user(self.accountant).remove_move_reconcile()
        entry.settlement_id.with_user(self.manager).action_undo()
        self.assertEqual(entry.settlement_id.state, "undone")

    def test_locked_period_takes_the_next_open_day_and_says_so(self):
        transaction = self.register()
        entry = self.run_import([self.statement_line()])
        self.company.sudo().hard_lock_date = "2026-12-31"
        move = self.post(entry)
        self.assertGreater(move.date, date(2026, 12, 31))
        self.assertIn("locked period", entry.settlement_id.message_ids[0].body)
        self.assertTrue(self.item(transaction).reconciled)

    def test_item_settled_otherwise_meanwhile_stops_the_statement(self):
        transaction = self.register()
        entry = self.run_import([self.statement_line()])
        item = self.item(transaction)
        other = self.env["account.move"].create(
            {
                "journal_id": self.agreement.journal_id.id,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "balance": balance, "partner_id": partner}
                    )
                    for account, balance, partner in (
                        (self.receivable, -100, item.partner_id.id),
                        (self.fees, 100, False),
                    )
                ],
            }
        )
        other.action_post()
        (item | other.line_ids.filtered(lambda line: line.balance < 0)).reconcile()
        entry.settlement_id.action_post()
        self.assertIn("LC-1", entry.settlement_id.error)
        self.assertEqual(entry.settlement_id.state, "matched")

    def test_several_statements_are_posted_at_once(self):
        self.register()
        entries = self.run_import(
            [
                self.statement_line(),
                self.statement_line("LC-2", 2, dataLancamento="2027-01-22", valorPrincipal="203.44")
                | {"valorLancamento": "198.35"},
            ],
            day="2027-01-22",
        )
        self.assertEqual(len(entries.settlement_id), 2)
        entries.settlement_id.action_post()
        self.assertEqual(set(entries.settlement_id.mapped("state")), {"posted"})

    def test_no_outstanding_account_is_named(self):
        self.register()
        entry = self.run_import([self.statement_line()])
        self.agreement.settlement_journal_id = False
        entry.settlement_id.action_post()
        self.assertIn("7.1", entry.settlement_id.error)

    def test_three_way_proof_agrees_until_something_is_amiss(self):
        for recognition in ("approval", "settlement"):
            with self.subTest(recognition), self.cr.savepoint() as savepoint:
                # What is rolled back was never given.
                self.supplier.given.clear()
                self.assert_proof(recognition)
                savepoint.close(rollback=True)

    def assert_proof(self, recognition):
        self.agreement.fee_recognition = recognition
        transaction = self.register()
        gross = recognition == "settlement"
        owed = [203.43, 203.44, 203.50] if gross else [198.34, 198.35, 198.41]
        proof = self.env["supplier.credit.settlement.proof"].with_user(self.accountant)
        rows = proof.search([("agreement_id", "=", self.agreement.id)])
        self.assertEqual(rows.mapped("calendar_amount"), owed)
        self.assertEqual(rows.mapped("ledger_difference"), [0, 0, 0])
        self.assertEqual(rows.mapped("statement_difference"), owed)
        dates = transaction.installment_ids.sorted("number").mapped("transfer_date")
        page = [
            self.statement_line(
                f"LC-{place}",
                place,
                dataLancamento=str(day),
                lancamentoFuturo=str(day) > FIRST_TRANSFER,
                valorPrincipal=principal,
                valorLancamento=value,
            )
            for place, day, principal, value in zip(
                (1, 2, 3),
                dates,
                ("203.43", "203.44", "203.50"),
                ("198.34", "198.35", "198.41"),
                strict=True,
            )
        ]
        entries = self.run_import(page)
        self.assertEqual(proof.search([]).mapped("is_proven"), [True, True, True])
        self.post(entries[0])
        rows = proof.search([])
        self.assertEqual(rows.mapped("calendar_amount"), owed[1:])
        self.assertEqual(rows.mapped("is_proven"), [True, True])
        with freeze_time("2026-12-24 12:00:00"):
            entries[0].settlement_id.with_user(self.manager).action_undo()
        self.assertEqual(proof.search([]).mapped("is_proven"), [True, True, True])
        page[1]["valorPrincipal"], page[1]["valorLancamento"] = "200.00", "194.91"
        self.run_import(page)
        self.assertEqual(proof.search([]).mapped("is_proven"), [True, False, True])

    def test_overview_counts_what_waits(self):
        self.register()
        entries = self.run_import([self.statement_line(), self.fee(tipoEvento="AJUSTE")])
        card = self.overview(self.manager)
        self.assertEqual((card.settlement_entry_count, card.settlement_count), (1, 0))
        self.decide(entries[1], reason="Not ours").action_ignore()
        card = self.overview(self.manager)
        self.assertEqual((card.settlement_entry_count, card.settlement_count), (0, 1))
        action = card.with_context(overview="settlement_count").action_open_list()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), entries.settlement_id.sudo()
        )
