from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestRenegotiation(VendorFinancingContractCommon):
    """What a bank debited is financed again; the customer pays the new bank."""

    def test_debited_invoice_is_financed_again(self):
        invoice = self._create_vendor_invoice(1000.0)
        first = self.make_effective(invoice)
        first.sudo()._default({first.installment_ids.sudo(): 1000.0}, self.day("2026-04-20"))
        action = first.installment_ids.with_user(self.invoicing_user).action_renegotiate()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.invoicing_user)
            .with_context(**action["context"])
            .create({"agreement_id": self.agreement.id, "number": "CT-2", "plan": "90"})
        )
        second = self.env["vendor.financing.contract"].browse(wizard.action_confirm()["res_id"])
        self.assertEqual(second.title_ids.principal, 1000.0)
        second = second.with_user(self.invoicing_user)
        second.credited_amount = second.expected_amount
        second.action_effect()
        self.assertEqual(invoice.vendor_state, "financed")
        self.assert_proven()
        self.assertFalse(self.agreement.mismatch_count)
        second.sudo()._settle({second.installment_ids.sudo(): 1000.0}, self.day("2026-06-01"))
        self.assertEqual((invoice.vendor_state, invoice.payment_state), ("settled", "paid"))
        self.assertEqual(first.installment_ids.state, "recovered")
        self.assert_proven()
        self.assertFalse(self.agreement.mismatch_count)

    def test_only_what_no_bank_finances_any_more(self):
        contract = self.make_effective(self._create_vendor_invoice(900.0), plan="30/60")
        part, other = contract.installment_ids.sorted("number")
        contract.sudo()._default({part.sudo(): part.principal}, self.day("2026-04-20"))
        with self.assertRaisesRegex(UserError, "still finances"):
            part.action_renegotiate()
        with self.assertRaisesRegex(UserError, "was not debited"):
            other.action_renegotiate()


@tagged("post_install", "-at_install")
class TestPartialDefault(VendorFinancingContractCommon):
    """One instalment is debited, a bank finances the others: each is collected where it is owed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._create_vendor_invoice(9000.0)
        cls.due = cls.invoice.invoice_date_due
        cls.contract = cls.make_effective(cls.invoice, plan="30/60/90")
        cls.parts = cls.contract.installment_ids.sorted("number")
        cls.line = cls.receivable(cls.invoice)

    def open_wizard(self, parts, kind="settlement", **values):
        name = "action_open_default" if kind == "default" else "action_open_settlement"
        action = getattr(parts.with_user(self.invoicing_user), name)()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"date": "2026-04-20", "kind": kind, **values})
        return wizard

    def pay(self, amount=None):
        """Pay the invoice as the clerk does with Pay."""
        action = self.invoice.with_user(self.invoicing_user).action_register_payment()
        self.assertEqual(action["res_model"], "account.payment.register")
        form = Form(
            self.env["account.payment.register"]
            .with_user(self.invoicing_user)
            .with_context(**action["context"])
        )
        proposed = form.amount
        if amount:
            form.amount = amount
        form.payment_method_line_id = self.manual_line
        form.save()._create_payments()
        return proposed

    def test_debited_part_is_collected_by_the_company(self):
        self.open_wizard(self.parts[0], "default", charges=10).action_confirm()
        self.assertEqual(self.invoice.vendor_state, "partly_debited")
        self.assertEqual((self.line.date_maturity, self.invoice.invoice_date_due), (self.due,) * 2)
        self.assertFalse(self.line.no_followup)
        self.assertIn("3,000.00", self.invoice.vendor_notice)
        self.assertIn("pay us", self.invoice.vendor_notice)
        self.assertEqual(self.line.amount_residual, 9000.0)
        with self.assertRaisesRegex(UserError, "is financed by a bank"), self.env.cr.savepoint():
            self.pay(3000.01)
        self.assertEqual(self.pay(), 3000.0)
        self.assertEqual(self.parts[0].state, "recovered")
        # What is left is the bank's: by its next due date, and without follow-up.
        self.assertEqual(self.invoice.vendor_state, "financed")
        self.assertEqual(self.line.date_maturity, self.parts[1].date_due)
        self.assertTrue(self.line.no_followup)
        self.assertNotIn("pay us", self.invoice.vendor_notice)
        self.assert_proven()

    def test_part_payment_keeps_the_companys_due_date(self):
        self.open_wizard(self.parts[0], "default").action_confirm()
        self.assertEqual(self.pay(1000.0), 3000.0)
        self.assertEqual(self.invoice.vendor_state, "partly_debited")
        self.assertEqual((self.line.date_maturity, self.invoice.invoice_date_due), (self.due,) * 2)
        self.assertEqual(self.pay(), 2000.0)
        self.assertEqual(self.invoice.vendor_state, "financed")

    def test_part_of_one_instalment_is_debited(self):
        wizard = self.open_wizard(self.parts[0], "default")
        wizard.line_ids.amount = 1200.0
        wizard.action_confirm()
        self.assertEqual(self.invoice.vendor_state, "partly_debited")
        self.assertEqual(self.pay(), 1200.0)
        self.assertEqual((self.invoice.vendor_state, self.parts[0].state), ("financed",) * 2)
        self.assert_proven()

    def test_pay_proposes_what_is_due(self):
        action = self.invoice.with_user(self.invoicing_user).action_register_payment()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        amounts = {line.installment_id: line.amount for line in wizard.line_ids}
        self.assertEqual(
            [amounts[part] for part in self.parts], [self.parts[0].open_amount, 0.0, 0.0]
        )

    def test_undone_default_cancels_the_draft_of_its_charges(self):
        self.agreement.charge_product_id = self.product_a
        self.open_wizard(self.parts[0], "default", charges=10, bill_charges=True).action_confirm()
        operation = self.contract.operation_ids.sorted("id")[-1]
        draft = operation.charge_move_ids
        self.assertEqual((draft.state, draft.amount_untaxed), ("draft", 10.0))
        operation.with_user(self.manager_user).action_undo()
        self.assertEqual(draft.state, "cancel")
        self.open_wizard(self.parts[0], "default", charges=10, bill_charges=True).action_confirm()
        operation = self.contract.operation_ids.sorted("id")[-1]
        operation.charge_move_ids.action_post()
        with self.assertRaisesRegex(UserError, operation.charge_move_ids.name):
            operation.with_user(self.manager_user).action_undo()

    def test_acceleration_leaves_other_customers_alone(self):
        other = self._create_vendor_invoice(600.0)
        other.button_draft()
        other.partner_id = self.partner_b
        other.preferred_payment_method_line_id = self.bearer
        other.action_post()
        mine = self._create_vendor_invoice(600.0)
        contract = self.make_effective(mine | other, plan="30/60", number="CT-2")
        first = contract.installment_ids.filtered(lambda part: part.move_id == mine)[0]
        of_other = contract.installment_ids.filtered(lambda part: part.move_id == other)
        dates = of_other.mapped("date_due")
        self.open_wizard(first, "default", accelerate=True).action_confirm()
        self.assertEqual(of_other.mapped("date_due"), dates)
        later = contract.installment_ids.filtered(
            lambda part: part.move_id == mine and part != first
        )
        self.assertEqual(later.date_due, self.day("2026-04-20"))
        self.open_wizard(later, "default", accelerate=True, accelerate_others=True).action_confirm()
        self.assertEqual(set(of_other.mapped("date_due")), {self.day("2026-04-20"), dates[0]})
