from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestEffectivation(VendorFinancingContractCommon):
    """Seed 004, "Efetivação de Vendor": the worked examples, to the cent, line by line."""

    def test_spread_is_interest_income_and_the_small_difference_bank_expense(self):
        """The customer's rate is above the bank's: 10,000.00 at 30 days, 1.80 % and 2.30 %."""
        self.quote(1.8, 2.3)
        invoice = self._create_vendor_invoice(10000.0)
        contract = self.make_contract(invoice)
        part = contract.installment_ids
        self.assertEqual(
            (part.date_due, part.interest, part.bank_charge, part.iof, part.customer_total),
            (self.day("2026-04-02"), 50.0, 180.0, 62.6, 10292.6),
        )
        self.assertEqual(contract.expected_amount, 10050.0)
        contract.credited_amount = 10049.12
        self.assertAlmostEqual(contract.difference, 0.88)
        contract.action_effect()
        self.assertEqual(contract.state, "effective")
        move = contract.operation_ids.move_id
        self.assertEqual(
            self.balances(move),
            {
                self.bank_account: 10049.12,
                self.expense_account: 0.88,
                self.vendor_account: -10000.0,
                self.interest_account: -50.0,
            },
        )
        self.assertEqual((move.date, move.state), (self.day("2026-03-03"), "posted"))
        vendor = move.line_ids.filtered(lambda line: line.account_id == self.vendor_account)
        self.assertEqual(vendor.date_maturity, self.day("2026-04-02"))
        self.assert_proven()

    def test_dialogue_opens_with_and_without_a_difference(self):
        """As the client reads it: without a difference there is no account to show."""
        self.quote(1.8, 2.3)
        contract = self.make_contract(self._create_vendor_invoice(10000.0))
        for off, account in (
            (0.0, self.env["account.account"]),
            (0.88, self.expense_account),
            (-0.5, self.income_account),
        ):
            with self.subTest(off):
                contract.credited_amount = contract.expected_amount - off
                action = contract.action_open_effectivation()
                wizard = self.env[action["res_model"]].browse(action["res_id"])
                wizard = wizard.with_user(self.invoicing_user)
                view = wizard.get_view(view_type="form")
                names = view["models"][wizard._name]
                wizard.invalidate_recordset()
                shown = {
                    name: {"fields": {"display_name": {}}}
                    if wizard._fields[name].type == "many2one"
                    else {}
                    for name in names
                }
                (values,) = wizard.web_read(shown)
                found = values["difference_account_id"]
                self.assertEqual(found["id"] if found else False, account.id)

    def test_bank_that_credits_more_is_other_income(self):
        self.quote(1.8, 2.3)
        contract = self.make_effective(self._create_vendor_invoice(10000.0), credited=10050.5)
        self.assertEqual(
            self.balances(contract.operation_ids.move_id),
            {
                self.bank_account: 10050.5,
                self.income_account: -0.5,
                self.vendor_account: -10000.0,
                self.interest_account: -50.0,
            },
        )

    def test_company_bears_the_difference_at_closing(self):
        """1.20 % against the bank's 1.80 %: the bank credits the present value."""
        self.quote(1.8, 1.2)
        contract = self.make_effective(self._create_vendor_invoice(10000.0))
        self.assertEqual(contract.credited_amount, 9941.06)
        self.assertEqual(contract.installment_ids.customer_total, 10120.0 + 62.6)
        self.assertEqual(
            self.balances(contract.operation_ids.move_id),
            {
                self.bank_account: 9941.06,
                self.equalization_account: 58.94,
                self.vendor_account: -10000.0,
            },
        )

    def test_company_bears_the_difference_at_maturity(self):
        self.agreement.equalization = "maturity"
        self.quote(1.8, 1.2)
        contract = self.make_effective(self._create_vendor_invoice(10000.0))
        self.assertEqual(
            self.balances(contract.operation_ids.move_id),
            {
                self.bank_account: 10000.0,
                self.equalization_account: 60.0,
                self.payable_account: -60.0,
                self.vendor_account: -10000.0,
            },
        )

    def test_iof_that_the_company_bears_is_its_expense(self):
        self.agreement.iof_borne_by = "company"
        self.quote(1.8, 2.3)
        contract = self.make_effective(self._create_vendor_invoice(10000.0))
        self.assertEqual(contract.installment_ids.customer_total, 10230.0)
        self.assertEqual(
            self.balances(contract.operation_ids.move_id),
            {
                self.bank_account: 9987.4,
                self.iof_account: 62.6,
                self.vendor_account: -10000.0,
                self.interest_account: -50.0,
            },
        )

    def test_three_instalments_have_an_item_each(self):
        """30,000.00 in 30, 60 and 90 days at 1.20 %: credits and IOF of the example."""
        self.quote(1.8, 1.2)
        contract = self.make_effective(self._create_vendor_invoice(30000.0), plan="30/60/90")
        parts = contract.installment_ids.sorted("number")
        # 02/05/2026 is a Saturday, so this instalment is two days later.
        self.assertEqual(
            parts.mapped("date_due"),
            [self.day("2026-04-02"), self.day("2026-05-04"), self.day("2026-06-01")],
        )
        self.assertEqual(parts.vendor_line_id.mapped("balance"), [-10000.0] * 3)
        self.assertEqual(parts.vendor_line_id.mapped("date_maturity"), parts.mapped("date_due"))
        self.assert_proven()

    def test_receivable_stays_open_with_the_new_due_date_and_mark(self):
        invoice = self._create_vendor_invoice(10000.0)
        self.assertEqual(invoice.vendor_state, "pending")
        before = invoice.invoice_date_due
        contract = self.make_effective(invoice)
        line = self.receivable(invoice)
        self.assertEqual((invoice.vendor_state, invoice.payment_state), ("financed", "not_paid"))
        self.assertEqual(line.amount_residual, 10000.0)
        self.assertEqual(line.date_maturity, self.day("2026-04-02"))
        self.assertEqual(invoice.invoice_date_due, self.day("2026-04-02"))
        self.assertTrue(line.no_followup)
        self.assertEqual(line.vendor_title_id.contract_id, contract)
        self.assertNotIn(
            invoice, self.env["account.move"].search([("vendor_state", "=", "pending")])
        )
        contract.with_user(self.manager_user).action_undo()
        self.assertEqual((invoice.vendor_state, contract.state), ("pending", "reversed"))
        self.assertEqual((line.date_maturity, invoice.invoice_date_due), (before, before))
        self.assertFalse(line.no_followup or line.vendor_title_id)
        self.assertEqual(line.amount_residual, 10000.0)
        self.assert_proven()

    def test_invoice_is_in_one_live_contract_only(self):
        invoice = self._create_vendor_invoice()
        first = self.make_contract(invoice)
        with self.assertRaisesRegex(UserError, "(?s)cannot be financed.*CT-1"):
            self.make_contract(invoice, number="CT-2")
        first.action_cancel()
        self.assertEqual(self.make_effective(invoice, number="CT-2").state, "effective")

    def test_large_difference_is_confirmed_by_a_manager(self):
        contract = self.make_contract(self._create_vendor_invoice(10000.0))
        contract.credited_amount = 9900
        with self.assertRaisesRegex(AccessError, "tolerance"):
            contract.action_effect()
        self.assertEqual((contract.state, len(contract.operation_ids)), ("draft", 0))
        with self.assertRaisesRegex(UserError, "enter why"):
            contract.with_user(self.manager_user).action_effect()
        reason = "Tarifa do contrato, e-mail do banco"
        contract.with_user(self.manager_user).action_effect(reason=reason)
        self.assertEqual((contract.state, contract.difference_reason), ("effective", reason))
        self.assertIn(reason, "".join(contract.message_ids.mapped("body")))

    def test_limit_is_not_exceeded(self):
        self.agreement.limit_amount = 15000
        self.make_effective(self._create_vendor_invoice(10000.0))
        self.assertEqual(self.agreement.available_amount, 5000.0)
        contract = self.make_contract(self._create_vendor_invoice(6000.0))
        contract.credited_amount = 6000
        with self.assertRaisesRegex(UserError, "exceeds the limit"):
            contract.action_effect()

    def test_interest_and_customer_total_follow_each_other(self):
        self.quote(1.8, 2.3)
        part = self.make_contract(self._create_vendor_invoice(10000.0)).installment_ids
        part.interest = 60
        self.assertEqual(part.customer_total, 10302.6)
        part.customer_total = 10292.6
        self.assertEqual(part.interest, 50.0)
        with self.assertRaisesRegex(UserError, "10,292.60"):
            part.write({"interest": 50, "customer_total": 11000})

    def test_terms_stand_once_effective(self):
        contract = self.make_effective(self._create_vendor_invoice())
        with self.assertRaisesRegex(UserError, "Effective"):
            contract.installment_ids.interest = 1
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            contract.with_user(self.manager_user).unlink()

    def test_all_pending_invoices_are_added(self):
        invoices = self._create_vendor_invoice(100.0) | self._create_vendor_invoice(200.0)
        self._create_vendor_invoice(300.0, post=False)
        self._create_vendor_invoice(400.0, bearer=self.manual_line)
        contract = self.make_contract(self.env["account.move"])
        contract.action_add_pending()
        self.assertEqual(contract.title_ids.move_id & invoices, invoices)
        self.assertEqual({*contract.title_ids.mapped("principal")}, {100.0, 200.0})
        with self.assertRaisesRegex(UserError, "Nothing waits"):
            contract.action_add_pending()

    def test_locked_period_refuses_and_changes_nothing(self):
        invoice = self._create_vendor_invoice()
        contract = self.make_contract(invoice)
        contract.credited_amount = contract.expected_amount
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "locked period"), self.env.cr.savepoint():
            contract.action_effect()
        self.assertEqual((contract.state, invoice.vendor_state), ("draft", "pending"))
