from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestFinancedInvoiceOnTheHostsScreens(VendorFinancingContractCommon):
    """A financed invoice on the host's own screens. Design page 20."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.invoice = cls._create_vendor_invoice(10000.0)
        cls.contract = cls.make_effective(cls.invoice)

    def test_register_payment_leads_to_the_settlement_at_the_bank(self):
        action = self.invoice.with_user(self.invoicing_user).action_register_payment()
        self.assertEqual(action["res_model"], "vendor.financing.settlement")
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard.browse(action["res_id"]).action_confirm()
        self.assertEqual(self.invoice.payment_state, "paid")
        settlement = self.contract.operation_ids.filtered(lambda one: one.kind == "settlement")
        self.assertEqual(
            self.balances(settlement.move_id),
            {self.vendor_account: 10000.0, self.receivable(self.invoice).account_id: -10000.0},
        )

    def test_credit_note_wizard_is_refused(self):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.invoicing_user)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        for method in ("reverse_moves", "modify_moves"):
            with self.subTest(method), self.assertRaisesRegex(UserError, self.invoice.name):
                getattr(wizard, method)()
        self.assertFalse(self.invoice.reversal_move_ids)

    def test_reset_and_cancel_are_refused(self):
        invoice = self.invoice.with_user(self.invoicing_user)
        for method in ("button_draft", "button_cancel"):
            with self.subTest(method), self.assertRaisesRegex(UserError, invoice.name):
                getattr(invoice, method)()
        self.assertEqual((invoice.state, invoice.vendor_state), ("posted", "financed"))

    def test_duplicate_is_pending_of_its_own(self):
        copy = self.invoice.with_user(self.invoicing_user).copy()
        self.assertFalse(copy.vendor_contract_id)
        self.assertFalse(self.receivable(copy).filtered("vendor_title_id"))
        copy.invoice_date = "2026-03-03"
        copy.action_post()
        self.assertEqual(copy.vendor_state, "pending")
        self.assertFalse(copy.no_followup)
        self.assertEqual(copy.invoice_date_due, self.day("2026-03-03"))

    def test_follow_up_passes_it_by_until_the_bank_debits(self):
        self.assertTrue(self.invoice.no_followup)
        action = self.contract.installment_ids.with_user(self.invoicing_user).action_open_default()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.date = "2026-04-20"
        wizard.action_confirm()
        self.assertEqual(self.invoice.vendor_state, "debited")
        self.assertFalse(self.invoice.no_followup)

    def test_overdue_counts_from_the_new_due_date(self):
        overdue = [("id", "=", self.invoice.id), ("invoice_date_due", "<", "today")]
        moves = self.env["account.move"]
        for day, expected in (("2026-03-20", 0), ("2026-04-02", 0), ("2026-04-03", 1)):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                self.assertEqual(moves.search_count(overdue), expected)

    def test_credit_limit_counts_it_once(self):
        self.company.account_use_credit_limit = True
        customer = self.invoice.partner_id
        customer.credit_limit = 12000.0
        self.assertEqual(customer.credit, 10000.0)
        other = self.env["account.move"].with_user(self.invoicing_user)
        with Form(other.with_context(default_move_type="out_invoice")) as form:
            form.partner_id = customer
            with form.invoice_line_ids.new() as line:
                line.name = "more"
                line.price_unit = 1999.0
                line.tax_ids = self.env["account.tax"]
        draft = form.record
        self.assertFalse(draft.partner_credit_warning)
        draft.invoice_line_ids = [Command.update(draft.invoice_line_ids.id, {"price_unit": 2001})]
        self.assertIn("12,001.00", draft.partner_credit_warning)
        action = self.contract.installment_ids.with_user(self.invoicing_user)
        action = action.action_open_settlement()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard.browse(action["res_id"]).action_confirm()
        customer.invalidate_recordset()
        self.assertEqual(customer.credit, 0.0)
