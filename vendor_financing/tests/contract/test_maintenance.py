from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestMaintenance(VendorFinancingContractCommon):
    """Seed 004, "Manutenção de Vendor": each change an entry of its day, undone by a mirror."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.invoice = cls._create_vendor_invoice(10000.0)
        cls.contract = cls.make_effective(cls.invoice)
        cls.part = cls.contract.installment_ids

    def maintain(self, kind, part=None, user=None, **values):
        user = user or self.invoicing_user
        action = (part or self.part).with_user(user).action_open_maintenance()
        wizard = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        with Form(wizard) as form:
            form.kind = kind
            for name, value in values.items():
                form[name] = value
        wizard.action_confirm()

    def settle(self, kind, **values):
        action = self.part.with_user(self.invoicing_user).action_open_settlement()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"kind": kind, "date": "2026-03-20", **values})
        wizard.action_confirm()

    def last_operation(self):
        posted = self.contract.operation_ids.filtered(lambda one: one.state == "posted")
        return posted.sorted("id")[-1]

    def undo_last(self):
        self.last_operation().with_user(self.manager_user).action_undo()
        self.assert_proven()

    def test_due_date_is_corrected_and_the_correction_undone(self):
        before = self.part.vendor_line_id
        self.maintain("correction", date_due="2026-04-10")
        receivable = self.receivable(self.invoice)
        day = self.day("2026-04-10")
        self.assertEqual(
            (self.part.date_due, receivable.date_maturity, self.invoice.invoice_date_due),
            (day, day, day),
        )
        self.assertTrue(before.reconciled)
        self.assertEqual(self.part.vendor_line_id.date_maturity, day)
        self.assertEqual(self.balances(self.last_operation().move_id), {self.vendor_account: 0.0})
        self.assert_proven()
        self.undo_last()
        day = self.day("2026-04-02")
        self.assertEqual((self.part.date_due, receivable.date_maturity), (day, day))
        self.assertEqual((self.part.vendor_line_id, before.amount_residual), (before, -10000.0))

    def test_interest_is_corrected_against_expenses_or_bank(self):
        with self.assertRaisesRegex(AccessError, "manager"), self.env.cr.savepoint():
            self.maintain("correction", interest=60.0)
        self.agreement.tolerance = 10
        self.maintain("correction", interest=60.0)
        self.assertEqual((self.part.interest, self.part.customer_total), (60.0, 10302.6))
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {self.interest_account: -10.0, self.expense_account: 10.0},
        )
        self.maintain("correction", interest=-5.0, settled_by="bank")
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {
                self.interest_account: 60.0,
                self.equalization_account: 5.0,
                self.bank_account: -65.0,
            },
        )
        self.undo_last()
        self.undo_last()
        self.assertEqual((self.part.interest, self.part.customer_total), (50.0, 10292.6))

    def test_nothing_to_correct_is_refused(self):
        with self.assertRaisesRegex(UserError, "Nothing of"):
            self.maintain("correction")

    def test_interest_that_leaves_the_customer_less_than_nothing_to_pay_is_refused(self):
        with self.assertRaisesRegex(UserError, "less than nothing"):
            self.maintain("correction", interest=-10300.0)

    def test_extension_is_asked_for_then_granted_at_the_customers_cost(self):
        self.maintain("request", date_due="2026-05-04")
        self.assertEqual(self.part.extension_state, "requested")
        self.maintain("extension", iof=26.24, bank_interest=192.0)
        self.assertEqual(
            (self.part.extension_state, self.part.date_due),
            ("granted", self.day("2026-05-04")),
        )
        self.assertEqual(self.part.customer_total, 10510.84)
        self.assertEqual(self.balances(self.last_operation().move_id), {self.vendor_account: 0.0})
        self.undo_last()
        self.assertEqual(
            (self.part.extension_state, self.part.date_due, self.part.customer_total),
            ("requested", self.day("2026-04-02"), 10292.6),
        )

    def test_extension_proposes_iof_of_the_added_days_and_the_banks_interest(self):
        # 2026-04-02 → 2026-05-04 are 32 days; the quote of the day of the extension counts.
        self.quote(2.1, 2.6, date="2026-04-01")
        with freeze_time("2026-04-01 12:00:00"):
            action = self.part.with_user(self.invoicing_user).action_open_maintenance()
            wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
            with Form(wizard.browse(action["res_id"])) as form:
                form.kind = "extension"
                self.assertEqual((form.iof, form.bank_interest), (0.0, 0.0))
                form.date_due = "2026-05-04"
                self.assertEqual(form.iof, 26.24)
                interest = 10292.6 * (1.021 ** (32 / 30) - 1)
                self.assertAlmostEqual(form.bank_interest, interest, delta=0.005)
                form.date_due = "2028-05-04"
                # The first tax took 30 of at most 365 days.
                self.assertEqual(form.iof, 274.7)

    def test_extension_at_the_companys_cost_is_booked(self):
        self.maintain(
            "extension", date_due="2026-05-04", iof=26.24, bank_interest=192.0, borne_by="company"
        )
        self.assertEqual(self.part.customer_total, 10292.6)
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {
                self.vendor_account: 0.0,
                self.iof_account: 26.24,
                self.expense_account: 192.0,
                self.bank_account: -218.24,
            },
        )
        self.assert_proven()

    def test_extension_is_denied(self):
        self.maintain("request", date_due="2026-05-04")
        self.maintain("denial", note="limit")
        self.assertEqual(
            (self.part.extension_state, self.part.date_due), ("denied", self.day("2026-04-02"))
        )

    def test_locked_period_refuses_maintenance_with_the_reason(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "locked period"), self.env.cr.savepoint():
            self.maintain("correction", date_due="2026-04-10")
        self.assertEqual(self.part.date_due, self.day("2026-04-02"))

    def test_early_settlement_with_the_banks_rebate(self):
        self.settle("early_settlement", rebate=30.0)
        self.assertEqual(self.part.state, "settled_early")
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {
                self.vendor_account: 10000.0,
                self.receivable(self.invoice).account_id: -10000.0,
                self.bank_account: 30.0,
                self.income_account: -30.0,
            },
        )
        self.undo_last()
        self.assertEqual((self.part.state, self.invoice.payment_state), ("financed", "not_paid"))

    def test_title_is_taken_back_alone(self):
        pair = self._create_vendor_invoice(2000.0) | self._create_vendor_invoice(3000.0)
        contract = self.contract = self.make_effective(pair, number="CT-3")
        part = contract.installment_ids[0]
        rest = contract.installment_ids - part
        interest = part.interest
        before = part.title_id.original_invoice_date_due
        with self.assertRaisesRegex(AccessError, "manager"):
            self.maintain("withdrawal", part)
        chief = self._create_user(
            "vendor_chief",
            "account.group_account_invoice,vendor_financing.vendor_financing_group_manager",
        )
        self.maintain("withdrawal", part, chief)
        move = part.title_id.move_id
        self.assertEqual((part.state, rest.state), ("withdrawn", "financed"))
        self.assertEqual((move.vendor_state, move.invoice_date_due), ("pending", before))
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {
                self.vendor_account: part.principal,
                self.interest_account: interest,
                self.bank_account: -part.principal - interest,
            },
        )
        self.assertEqual(contract.principal, rest.principal)
        self.assert_proven()
        # While another contract finances it, it does not come back.
        again = self.make_contract(move, number="CT-4")
        with self.assertRaisesRegex(UserError, "CT-4"), self.env.cr.savepoint():
            self.last_operation().with_user(self.manager_user).action_undo()
        again.action_cancel()
        self.undo_last()
        self.assertEqual((part.state, move.vendor_state), ("financed", "financed"))

    def test_another_invoice_takes_the_titles_place(self):
        other = self._create_vendor_invoice(10000.0)
        self.maintain("substitution", line_id=self.receivable(other))
        self.assertEqual((self.invoice.vendor_state, other.vendor_state), ("pending", "financed"))
        new = self.contract.installment_ids - self.part
        self.assertEqual((self.part.state, new.state), ("withdrawn", "financed"))
        self.assertEqual((new.interest, new.customer_total), (50.0, 10292.6))
        self.assertEqual(self.contract.principal, 10000.0)
        self.assertEqual(self.receivable(other).date_maturity, self.part.date_due)
        self.assert_proven()
        self.undo_last()
        self.assertEqual((self.invoice.vendor_state, other.vendor_state), ("financed", "pending"))
        self.assertEqual((self.part.state, new.state), ("financed", "withdrawn"))
        self.contract.with_user(self.manager_user).action_undo()
        self.assertEqual(self.invoice.vendor_state, "pending")
        self.assert_proven()

    def test_substitute_of_another_amount_or_customer_is_refused(self):
        small = self._create_vendor_invoice(9000.0)
        foreign = self._create_vendor_invoice(10000.0)
        foreign.button_draft()
        foreign.partner_id = self.partner_b
        foreign.invoice_payment_term_id = self.pay_terms_a
        foreign.preferred_payment_method_line_id = self.bearer
        foreign.action_post()
        for invoice, reason in ((small, "same amount"), (foreign, "same customer")):
            with self.subTest(reason), self.assertRaisesRegex(UserError, reason):
                self.maintain("substitution", line_id=self.receivable(invoice))

    def test_equalization_is_paid_when_the_customer_pays(self):
        self.agreement.equalization = "maturity"
        self.quote(1.8, 1.2)
        invoice = self._create_vendor_invoice(10000.0)
        self.contract = self.make_effective(invoice, number="CT-2")
        self.part = self.contract.installment_ids
        self.settle("settlement")
        self.assertEqual(
            self.balances(self.last_operation().move_id),
            {
                self.vendor_account: 10000.0,
                self.receivable(invoice).account_id: -10000.0,
                self.payable_account: 60.0,
                self.bank_account: -60.0,
            },
        )

    def test_customer_pays_the_company_after_a_default(self):
        self.settle("default", charges=100.0)
        operation = self.last_operation()
        (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"payment_method_line_id": self.manual_line.id})
            ._create_payments()
        )
        self.assertEqual(self.part.state, "recovered")
        with self.assertRaisesRegex(UserError, "has paid"), self.env.cr.savepoint():
            operation.with_user(self.manager_user).action_undo()
        self.receivable(self.invoice).remove_move_reconcile()
        self.assertEqual(self.part.state, "debited")
        self.undo_last()
        self.assertEqual(self.part.state, "financed")

    def test_default_lets_everything_fall_due(self):
        invoice = self._create_vendor_invoice(9000.0)
        self.contract = self.make_effective(invoice, plan="30/60/90", number="CT-2")
        parts = self.contract.installment_ids.sorted("number")
        dates = parts.mapped("date_due")
        self.part = parts[0]
        self.settle("default", accelerate=True, date="2026-04-20")
        self.assertEqual(parts[1:].mapped("date_due"), [self.day("2026-04-20")] * 2)
        # The debited instalment is collected by the company, at the invoice's own due date.
        self.assertEqual(self.receivable(invoice).date_maturity, self.day("2026-03-03"))
        self.assertEqual(invoice.vendor_state, "partly_debited")
        self.assert_proven()
        self.undo_last()
        self.assertEqual(parts.mapped("date_due"), dates)
        self.undo_last()
        self.assertEqual(set(parts.mapped("state")), {"financed"})

    def test_recourse_is_over_when_the_companys_day_is(self):
        """The cron has no time zone: in Greenwich it is the next day from nine in the evening."""
        parts = self.env["vendor.financing.contract.installment"].with_context(tz=False)
        # Due on 2026-04-02, and 15 days; in UTC, with what is the day there and in the company.
        for zone, moment, expected in (
            ("America/Sao_Paulo", "2026-04-18 02:59", 0),
            ("America/Manaus", "2026-04-18 03:59", 0),
            ("America/Noronha", "2026-04-18 01:59", 0),
            ("America/Noronha", "2026-04-18 02:01", 1),
        ):
            self.company.partner_id.tz = zone
            with self.subTest(zone, moment=moment), freeze_time(moment):
                parts._cron_propose_defaults()
                self.assertEqual(len(self.contract.activity_ids), expected)

    def test_responsible_is_told_once_after_the_recourse_days(self):
        self.agreement.user_id = self.manager_user
        parts = self.env["vendor.financing.contract.installment"]
        domain = [("state", "=", "financed"), ("recourse_date", "<", "today")]
        # Due on 2026-04-02, and 15 days.
        for day, expected in (("2026-04-17", 0), ("2026-04-18", 1), ("2026-04-19", 1)):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                parts._cron_propose_defaults()
                self.assertEqual(len(self.contract.activity_ids), expected)
                self.assertEqual(self.part in parts.search(domain), bool(expected))
        self.assertEqual(self.contract.activity_ids.user_id, self.manager_user)
        self.maintain("extension", date_due="2026-05-04")
        with freeze_time("2026-05-21 12:00:00"):
            parts._cron_propose_defaults()
        self.assertEqual(len(self.contract.activity_ids), 2)
