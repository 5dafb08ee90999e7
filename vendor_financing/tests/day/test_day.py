from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestDay(VendorFinancingContractCommon):
    """Pending notes are put to banks side by side, and become contracts. Seed 004."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.other_bank = cls.agreement.copy({"name": "Vendor Banco B"})
        cls.quote(1.5, 1.9, agreement_id=cls.other_bank.id)
        cls.first = cls._create_vendor_invoice(1000.0)
        cls.second = cls._create_vendor_invoice(2000.0)

    def open_day(self, moves=None):
        """Return the day's screen of the accountant, opened by the menu or from the list."""
        user = self.invoicing_user
        if moves is None:
            action = self.env["vendor.financing.day"].with_user(user)._open_today()
        else:
            action = moves.with_user(user).action_open_vendor_day()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def note_of(self, day, move):
        return day.note_ids.filtered(lambda note: note.move_id == move)

    def bank_of(self, day, agreement):
        return day.bank_ids.filtered(lambda bank: bank.agreement_id == agreement)

    def row_of(self, form, agreement):
        """Return a bank as the form shows it."""
        rows = form.bank_ids._records
        return next(row for row in rows if row["agreement_id"] == agreement.id)

    def contracts_of(self, action):
        contracts = self.env["vendor.financing.contract"]
        return (
            contracts.search(action["domain"])
            if action.get("domain")
            else contracts.browse(action["res_id"])
        )

    def approve_and_invoice(self, price, plan="30/60"):
        order = self._create_order(self.bearer)
        order.order_line.write({"price_unit": price, "tax_ids": [Command.clear()]})
        request = self.env["vendor.financing.request"].create({"order_id": order.id})
        request.write({"plan": plan, "rate": 2.1})
        request.action_request()
        request.with_user(self.manager_user).action_approve()
        order.action_confirm()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_pending_notes_and_banks_are_listed(self):
        financed = self._create_vendor_invoice(500.0)
        self.make_contract(financed)
        day = self.open_day()
        self.assertEqual(day.note_ids.move_id, self.first | self.second)
        self.assertEqual(day.amount, 3000.0)
        self.assertEqual(day.bank_ids.agreement_id, self.agreement | self.other_bank)
        self.assertIn("1-365: 1.80 / 2.30", self.bank_of(day, self.agreement).quotes)
        chosen = self.open_day(self.first | financed)
        self.assertEqual(chosen.note_ids.move_id, self.first)
        with self.assertRaisesRegex(UserError, "Choose pending invoices"):
            self.open_day(financed)

    def test_approved_terms_come_along(self):
        invoice = self.approve_and_invoice(3000.0)
        day = self.open_day(invoice)
        note = day.note_ids
        self.assertEqual((note.plan, note.approved_rate), ("30/60", 2.1))
        self.assertEqual(note.approved_total, invoice.vendor_approved_total)
        note.agreement_id = self.agreement
        contract = self.contracts_of(day.action_make_contracts())
        self.assertEqual(len(contract.installment_ids), 2)
        self.assertEqual(contract.title_ids.rate_source, "approved")
        self.assertAlmostEqual(contract.customer_total, note.customer_total, 2)

    def test_sums_follow_the_choice_in_the_form(self):
        self.agreement.limit_amount = 2500.0
        day = self.open_day()
        form = Form(day)
        with form.note_ids.edit(0) as note:
            note.agreement_id = self.agreement
        row = self.row_of(form, self.agreement)
        self.assertEqual((row["chosen_amount"], row["left_amount"]), (1000.0, 1500.0))
        self.assertEqual(form.chosen_amount, 1000.0)
        with form.note_ids.edit(1) as note:
            note.agreement_id = self.agreement
            self.assertGreater(note.margin, 0)
            self.assertGreater(note.cost, 20)
        row = self.row_of(form, self.agreement)
        self.assertEqual((row["chosen_amount"], row["left_amount"]), (3000.0, -500.0))
        self.assertTrue(row["is_over"])

    def test_figures_are_those_of_the_contracts(self):
        day = self.open_day()
        self.note_of(day, self.first).agreement_id = self.agreement
        self.note_of(day, self.second).agreement_id = self.other_bank
        shown = {
            bank.agreement_id: (bank.chosen_amount, bank.net_credit, bank.margin)
            for bank in day.bank_ids
        }
        totals = {note.agreement_id: note.customer_total for note in day.note_ids}
        contracts = self.contracts_of(day.action_make_contracts())
        self.assertEqual(contracts.agreement_id, self.agreement | self.other_bank)
        for contract in contracts:
            self.assertEqual(
                (contract.principal, contract.expected_amount, contract.interest),
                shown[contract.agreement_id],
            )
            self.assertEqual(contract.customer_total, totals[contract.agreement_id])
            self.assertEqual(contract.date, day.date)

    def test_the_best_is_chosen_by_margin_or_by_cost(self):
        day = self.open_day()
        day.action_choose_best()
        self.assertEqual(day.note_ids.agreement_id, self.agreement)
        day.goal = "customer"
        self.note_of(day, self.first).is_ticked = True
        day.action_choose_best()
        self.assertEqual(self.note_of(day, self.first).agreement_id, self.other_bank)
        self.assertEqual(self.note_of(day, self.second).agreement_id, self.agreement)
        day.action_clear()
        self.assertFalse(day.note_ids.agreement_id)

    def test_the_best_has_a_free_limit(self):
        self.agreement.limit_amount = 2000.0
        day = self.open_day()
        day.action_choose_best()
        self.assertEqual(self.note_of(day, self.first).agreement_id, self.agreement)
        self.assertEqual(self.note_of(day, self.second).agreement_id, self.other_bank)

    def test_ticked_notes_go_to_a_bank(self):
        day = self.open_day()
        self.note_of(day, self.second).is_ticked = True
        self.bank_of(day, self.other_bank).action_take_ticked()
        self.assertEqual(self.note_of(day, self.second).agreement_id, self.other_bank)
        self.assertFalse(self.note_of(day, self.first).agreement_id)
        self.assertFalse(day.note_ids.filtered("is_ticked"))

    def test_what_cannot_be_is_named(self):
        self.agreement.valid_until = "2026-03-01"
        third = self.agreement.copy({"name": "Vendor Banco C", "valid_until": False})
        self.other_bank.limit_amount = 1500.0
        day = self.open_day()
        self.assertIn("valid until", self.bank_of(day, self.agreement).problem)
        self.assertIn("no quote", self.bank_of(day, third).problem)
        self.note_of(day, self.first).agreement_id = self.agreement
        self.note_of(day, self.second).agreement_id = self.other_bank
        with self.assertRaises(UserError) as caught:
            day.action_make_contracts()
        message = str(caught.exception)
        self.assertIn(self.first.name, message)
        self.assertIn("valid until", message)
        self.assertIn("Vendor Banco B", message)
        self.assertIn("free limit", message)
        day.action_clear()
        with self.assertRaisesRegex(UserError, "No note has a bank"):
            day.action_make_contracts()

    def test_note_that_is_in_a_contract_meanwhile_is_named(self):
        day = self.open_day()
        day.action_choose_best()
        self.make_contract(self.first)
        with self.assertRaisesRegex(UserError, self.first.name):
            day.action_make_contracts()

    def test_days_of_the_screen_price_notes_without_approval(self):
        day = self.open_day()
        note = self.note_of(day, self.first)
        note.agreement_id = self.agreement
        before = note.customer_total
        day.plan = "60"
        self.assertGreater(note.customer_total, before)
        day.plan = "soon"
        self.assertIn("no list of days", note.problem)

    def test_colleagues_and_other_roles_see_no_screen(self):
        day = self.open_day()
        with self.assertRaises(AccessError):
            day.with_user(self.manager_user).read(["amount"])
        for user in (self.salesman, self.foreign_user):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                day.with_user(user).read(["amount"])
        with self.assertRaises(AccessError):
            self.env["vendor.financing.day"].with_user(self.salesman)._open_today()

    def test_more_notes_cost_no_more_queries(self):
        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            day = self.open_day(moves)
            day.action_choose_best()
            self.assertEqual(len(day.note_ids.filtered("agreement_id")), len(moves))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = self.first | self.second
        many = few.browse().union(*(self._create_vendor_invoice(100.0 + n) for n in range(20)))
        count(few)
        self.assertLessEqual(count(many), count(few) + 5)
