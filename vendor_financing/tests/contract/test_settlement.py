from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestSettlement(VendorFinancingContractCommon):
    """Seed 004: "credita Conta do Cliente no valor original […] e debita a Conta de Vendor"."""

    @staticmethod
    def last_operation(contract):
        return contract.operation_ids.sorted("id")[-1]

    def open_wizard(self, parts, kind="settlement", **values):
        action = getattr(
            parts.with_user(self.invoicing_user),
            "action_open_default" if kind == "default" else "action_open_settlement",
        )()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"date": "2026-04-02", "kind": kind, **values})
        return wizard

    def test_customer_pays_the_bank(self):
        invoice = self._create_vendor_invoice(10000.0)
        contract = self.make_effective(invoice)
        self.open_wizard(contract.installment_ids).action_confirm()
        move = self.last_operation(contract).move_id
        receivable = self.receivable(invoice)
        self.assertEqual(
            self.balances(move),
            {self.vendor_account: 10000.0, receivable.account_id: -10000.0},
        )
        self.assertEqual(contract.installment_ids.state, "settled")
        self.assertTrue(contract.installment_ids.vendor_line_id.reconciled)
        self.assertTrue(receivable.reconciled)
        self.assertEqual((invoice.payment_state, invoice.vendor_state), ("paid", "settled"))
        self.assertEqual(contract.state, "settled")
        self.assert_proven()

    def test_part_is_paid_and_undone(self):
        invoice = self._create_vendor_invoice(9000.0)
        contract = self.make_effective(invoice, plan="30/60/90")
        first, second, third = contract.installment_ids.sorted("number")
        wizard = self.open_wizard(first | second)
        wizard.line_ids[1].amount = 1000
        wizard.action_confirm()
        self.assertEqual(
            (first.state, second.state, second.open_amount), ("settled", "financed", 2000.0)
        )
        receivable = self.receivable(invoice)
        self.assertEqual(receivable.amount_residual, 5000.0)
        self.assertEqual(receivable.date_maturity, second.date_due)
        self.assertEqual(contract.state, "partially_settled")
        self.assert_proven()
        self.last_operation(contract).with_user(self.manager_user).action_undo()
        self.assertEqual(set(contract.installment_ids.mapped("state")), {"financed"})
        self.assertEqual(receivable.amount_residual, 9000.0)
        self.assertEqual((contract.state, third.open_amount), ("effective", 3000.0))
        self.assert_proven()

    def test_more_than_is_open_is_refused(self):
        contract = self.make_effective(self._create_vendor_invoice(1000.0))
        wizard = self.open_wizard(contract.installment_ids)
        wizard.line_ids.amount = 1000.01
        with self.assertRaisesRegex(UserError, "1,000.00 of its principal"):
            wizard.action_confirm()

    def test_bank_debits_what_the_customer_did_not_pay(self):
        invoice = self._create_vendor_invoice(10000.0)
        before = invoice.invoice_date_due
        contract = self.make_effective(invoice)
        self.open_wizard(contract.installment_ids, "default", charges=250).action_confirm()
        self.assertEqual(
            self.balances(self.last_operation(contract).move_id),
            {
                self.vendor_account: 10000.0,
                self.expense_account: 250.0,
                self.bank_account: -10250.0,
            },
        )
        receivable = self.receivable(invoice)
        self.assertEqual((invoice.vendor_state, invoice.payment_state), ("debited", "not_paid"))
        self.assertEqual((receivable.date_maturity, invoice.invoice_date_due), (before, before))
        self.assertFalse(receivable.no_followup)
        self.assert_proven()
        # The company collects again.
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_method_line_id": self.manual_line.id})._create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    def test_operations_are_undone_in_reverse_order(self):
        contract = self.make_effective(self._create_vendor_invoice(1000.0))
        self.open_wizard(contract.installment_ids).action_confirm()
        with self.assertRaisesRegex(UserError, "cannot be undone before"):
            contract.with_user(self.manager_user).action_undo()
        contract.operation_ids.with_user(self.manager_user).action_undo()
        self.assertEqual(contract.state, "reversed")
        self.assert_proven()

    def test_register_payment_offers_the_settlement(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        action = invoice.with_user(self.invoicing_user).action_register_payment()
        self.assertEqual(action["res_model"], "vendor.financing.settlement")
        other = self._create_vendor_invoice(1000.0, bearer=self.manual_line)
        with self.assertRaisesRegex(UserError, "apart"):
            (invoice | other).action_register_payment()
        self.assertEqual(other.action_register_payment()["res_model"], "account.payment.register")

    def test_every_other_door_is_closed(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        doors = {
            "reset": invoice.button_draft,
            "cancel": invoice.button_cancel,
            "state": lambda: invoice.write({"state": "draft"}),
            "bearer": lambda: invoice.write(
                {"preferred_payment_method_line_id": self.manual_line.id}
            ),
            "credit note": lambda: invoice._reverse_moves(cancel=True),
            "payment": lambda: self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_method_line_id": self.manual_line.id})
            ._create_payments(),
            "entry": self.env["vendor.financing.operation"].search([])[0].move_id.button_draft,
        }
        for name, door in doors.items():
            with self.subTest(name), self.assertRaises(UserError), self.env.cr.savepoint():
                door()
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "not_paid"))

    def test_settlement_is_not_unreconciled_by_hand(self):
        invoice = self._create_vendor_invoice(1000.0)
        contract = self.make_effective(invoice)
        self.open_wizard(contract.installment_ids).action_confirm()
        with self.assertRaisesRegex(UserError, "reconciled by a vendor contract"):
            self.receivable(invoice).remove_move_reconcile()

    def test_copy_carries_no_mark(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        copy = invoice.copy()
        self.assertFalse(copy.vendor_financing_state)
        self.assertFalse(self.receivable(copy).vendor_title_id)
