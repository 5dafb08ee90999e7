from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import RecognitionCommon


@tagged("post_install", "-at_install")
class TestRecognition(RecognitionCommon):
    """A contract over 30/60/90 days of 3,000.00 that earns 60.00 on each of three instalments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(0.0, 2.0, days_to=500)
        cls.invoice = cls._create_vendor_invoice(3000.0)
        cls.contract = cls.make_contract(cls.invoice, "30/60/90")
        for part in cls.contract.installment_ids:
            part.interest = 60.0
        cls.contract.credited_amount = cls.contract.expected_amount
        cls.contract.action_effect()
        cls.contract = cls.contract.sudo()
        cls.parts = cls.contract.installment_ids.sorted("number")

    def test_interest_waits_at_the_effectivation(self):
        entry = self.contract.operation_ids.move_id
        self.assertEqual(
            self.balances(entry),
            {
                self.bank_account: 3180.0,
                self.vendor_account: -3000.0,
                self.deferred_income: -180.0,
            },
        )
        self.assertEqual(self.contract.deferred_income, 180.0)
        self.assert_deferred_proven()

    def test_month_recognises_its_days(self):
        # Credited on 3 March; due on 2 April, 4 May (2 May is a Saturday) and 1 June.
        self.assertEqual(
            self.parts.mapped("date_due"),
            [date(2026, 4, 2), date(2026, 5, 4), date(2026, 6, 1)],
        )
        operation = self.close(self.contract, "2026-03-31")
        # 28 days of 30, 62 and 90: 56.00 + 27.10 + 18.67.
        self.assertEqual(
            self.balances(operation.move_id),
            {self.deferred_income: 101.77, self.interest_account: -101.77},
        )
        self.assertEqual(operation.move_id.date, date(2026, 3, 31))
        self.assertEqual(self.parts.mapped("deferred_income"), [4.0, 32.9, 41.33])
        self.assert_deferred_proven()

    def test_closing_twice_posts_nothing(self):
        self.close(self.contract, "2026-03-31")
        self.assertFalse(self.close(self.contract, "2026-03-31"))
        self.assertFalse(self.close(self.contract, "2026-02-28"))

    def test_months_that_were_left_out_are_posted_each(self):
        operations = self.close(self.contract, "2026-06-30")
        self.assertEqual(
            operations.sorted("id").mapped("date"),
            [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)],
        )
        self.assertEqual(self.waiting(), (0, 0))

    def test_effective_rate_earns_less_at_first(self):
        self.agreement.recognition = "effective"
        other = self.make_contract(self._create_vendor_invoice(1000.0), "60", number="CT-2")
        other.installment_ids.interest = 60.0
        other.credited_amount = other.expected_amount
        other.action_effect()
        operation = self.close(other, "2026-03-31")
        # 1000 · (1.06 ^ (28 / 62) - 1)
        self.assertEqual(self.balances(operation.move_id)[self.interest_account], -26.66)
        # The first contract keeps its terms.
        self.assertEqual(self.contract.recognition, "straight_line")

    def test_settlement_recognises_the_rest_and_the_months_before(self):
        part = self.parts[1]
        self.contract.sudo()._settle({part: 1000.0}, date(2026, 4, 10))
        march, settlement = self.contract.operation_ids.sorted("id")[1:]
        self.assertEqual((march.kind, march.date), ("recognition", date(2026, 3, 31)))
        self.assertEqual(self.balances(settlement.move_id)[self.interest_account], -32.9)
        self.assertEqual(part.deferred_income, 0.0)
        self.assert_deferred_proven()
        settlement.with_user(self.chief).action_undo()
        self.assertEqual(part.deferred_income, 32.9)
        self.assert_deferred_proven()

    def test_partial_settlement_recognises_nothing(self):
        self.contract.sudo()._settle({self.parts[0]: 400.0}, date(2026, 3, 20))
        self.assertEqual(self.contract.deferred_income, 180.0)

    def test_default_recognises_the_rest(self):
        self.contract.sudo()._default({self.parts[0]: 1000.0}, date(2026, 4, 20), charges=10.0)
        self.assertEqual(self.parts[0].deferred_income, 0.0)
        self.assert_deferred_proven()

    def test_title_that_is_taken_back_leaves_no_income(self):
        self.close(self.contract, "2026-03-31")
        title = self.contract.title_ids
        self.contract.sudo()._withdraw(title, date(2026, 4, 1))
        entries = self.contract.operation_ids.move_id
        income = entries.line_ids.filtered(lambda item: item.account_id == self.interest_account)
        self.assertEqual(round(sum(income.mapped("balance")), 2), 0.0)
        self.assertEqual(self.waiting(), (0, 0))
        self.assert_deferred_proven()

    def test_extension_spreads_what_is_left(self):
        self.close(self.contract, "2026-03-31")
        part = self.parts[2]
        self.contract.sudo()._extend(
            part,
            date(2026, 7, 30),
            date(2026, 4, 15),
            iof=9.0,
            bank_interest=18.0,
            borne_by="company",
        )
        self.assertEqual((part.deferred_income, part.deferred_cost), (41.33, 27.0))
        operation = self.close(self.contract, "2026-04-30")
        # 30 days of 121 to the new due date, for this instalment.
        rows = operation.recognition_ids.filtered(lambda row: row.installment_id == part)
        self.assertEqual(
            {row.kind: row.amount for row in rows},
            {"interest": -10.25, "iof": -2.23, "extension": -4.46},
        )
        self.assert_deferred_proven()

    def test_correction_changes_what_waits(self):
        part = self.parts[0]
        self.contract.sudo()._correct(
            part, part.date_due, 40.0, date(2026, 3, 10), settled_by="bank"
        )
        self.assertEqual(part.deferred_income, 40.0)
        self.contract.sudo()._correct(
            part, part.date_due, -5.0, date(2026, 3, 11), settled_by="bank"
        )
        self.assertEqual((part.deferred_income, part.deferred_cost), (0.0, 5.0))
        self.assert_deferred_proven()

    def test_substitution_hands_over_what_waits(self):
        self.close(self.contract, "2026-03-31")
        invoice = self._create_vendor_invoice(3000.0)
        self.contract.sudo()._substitute(
            self.contract.title_ids, self.receivable(invoice), date(2026, 4, 1)
        )
        parts = self.contract.installment_ids.filtered(lambda part: part.state == "financed")
        self.assertEqual(parts.sorted("number").mapped("deferred_income"), [4.0, 32.9, 41.33])
        self.assert_deferred_proven()

    def test_undoing_the_contract_undoes_its_months(self):
        self.close(self.contract, "2026-05-31")
        self.contract.with_user(self.chief).action_undo()
        self.assertEqual(self.waiting(), (0, 0))
        self.assertEqual(set(self.contract.operation_ids.mapped("state")), {"undone"})
        self.assert_deferred_proven()

    def test_months_are_undone_in_reverse_order(self):
        march, april = self.close(self.contract, "2026-04-30").sorted("id")
        with self.assertRaises(UserError):
            march.with_user(self.chief).action_undo()
        april.with_user(self.chief).action_undo()
        march.with_user(self.chief).action_undo()
        self.assertEqual(self.contract.deferred_income, 180.0)
        # They are posted again as if nothing had been.
        again = self.close(self.contract, "2026-03-31")
        self.assertEqual(self.balances(again.move_id)[self.interest_account], -101.77)

    def test_locked_month_counts_in_the_next(self):
        self.contract.company_id.sudo().fiscalyear_lock_date = date(2026, 3, 31)
        with self.assertRaises(UserError):
            self.close(self.contract, "2026-03-31")
        operation = self.close(self.contract, "2026-04-30")
        self.assertEqual(operation.date, date(2026, 4, 30))
        self.assert_deferred_proven()

    def test_report_is_the_ledger_of_each_month(self):
        self.close(self.contract, "2026-04-30")
        self.contract.sudo()._settle({self.parts[1]: 1000.0}, date(2026, 5, 4))
        self.env.flush_all()
        report = self.env["vendor.financing.recognition.report"]
        rows = report.search([("contract_id", "=", self.contract.id)], order="month")
        self.assertEqual(round(rows[0].opening, 2), 0.0)
        for row in rows:
            end = date(row.month.year, row.month.month, 28).replace(
                day={3: 31, 4: 30, 5: 31}[row.month.month]
            )
            self.assertEqual(round(row.closing * 100), self.waiting(end)[0])
            self.assertEqual(
                round(row.opening + row.deferred - row.recognised, 2), round(row.closing, 2)
            )

    def test_accounts_are_needed_and_stay_while_contracts_are_open(self):
        with self.assertRaises(ValidationError):
            self.agreement.copy({"deferred_cost_account_id": False})
        with self.assertRaises(UserError):
            self.agreement.deferred_income_account_id = self.payable_account
        other = self._create_account("V213", "Outra", "income_other")
        with self.assertRaises(ValidationError):
            self.agreement.copy({"deferred_income_account_id": other.id})

    def test_contract_at_closing_has_nothing_to_recognise(self):
        self.agreement.recognition = "closing"
        other = self.make_effective(self._create_vendor_invoice(500.0), number="CT-3")
        self.assertFalse(self.close(other, "2026-12-31"))
        self.assertFalse(other.installment_ids.recognition_ids)

    def test_wizard_closes_the_month_for_accountants_only(self):
        wizards = self.env["vendor.financing.month.end"]
        wizard = wizards.with_user(self.invoicing_user).create({"date": "2026-03-15"})
        self.assertEqual((wizard.contract_count, round(wizard.income, 2)), (1, 101.77))
        action = wizard.action_close()
        entries = self.env["account.move"].search(action["domain"])
        self.assertEqual(entries.date, date(2026, 3, 31))
        with self.assertRaises(UserError):
            wizard.action_close()
        with self.assertRaises(UserError):
            wizards.with_user(self.invoicing_user).create({"date": "2026-04-01"}).action_close()
        with self.assertRaises(AccessError):
            wizards.with_user(self.salesman).create({"date": "2026-03-15"})

    def test_job_closes_the_month_that_ended_once(self):
        for _night in range(2):
            with freeze_time("2026-04-01 12:00:00"), self.enter_registry_test_mode():
                self.env.ref("vendor_financing.ir_cron_close_month").method_direct_trigger()
            self.env.invalidate_all()
        months = self.contract.operation_ids.filtered(lambda one: one.kind == "recognition")
        self.assertEqual(months.mapped("date"), [date(2026, 3, 31)])
