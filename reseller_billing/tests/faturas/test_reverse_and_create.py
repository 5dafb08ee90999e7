from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestReverseAndCreate(BillingCommon):
    """The host's Reverse and Create Invoice corrects a fatura: the new one bills the same month."""

    def reverse(self, faturas, button="modify_moves"):
        """Press a button of the host's wizard; return what it makes, as the accountant."""
        context = {"active_model": "account.move", "active_ids": faturas.ids}
        wizards = self.env["account.move.reversal"].with_user(self.accountant)
        with Form(wizards.with_context(**context)) as form:
            form.reason = "valor errado"
        getattr(form.record, button)()
        return form.record.new_move_ids.with_user(self.accountant)

    def test_new_fatura_has_contract_and_month_and_bills_it(self):
        fatura = self.make_charged()
        charge = fatura.charge_id
        new = self.reverse(fatura)
        self.assertEqual(
            (new.move_type, new.state, new.billing_contract_id, new.amount_total),
            ("out_invoice", "draft", self.contract, 100.0),
        )
        self.assertEqual((new.reference_month, new.reference_year), ("07", "2026"))
        self.assertFalse(new.is_one_off_fatura)
        self.assertEqual(new.billing_description, fatura.billing_description)
        self.assertEqual(str(new.invoice_date_due), "2026-07-10")
        self.send()
        self.assertEqual(fatura.payment_state, "reversed")
        self.assertEqual(charge.charge_state, "cancelled")
        self.assertEqual(self.contract.due_ids.state, "open")
        new.action_post()
        self.assertEqual(self.contract.due_ids.state, "billed")
        self.assertEqual(self.contract.due_ids.fatura_id, new.sudo(False).with_env(self.env))
        self.send()
        self.assertEqual(new.sudo().charge_state, "awaiting")

    def test_month_of_a_new_fatura_is_billed_once(self):
        fatura = self.make_fatura()
        new = self.reverse(fatura)
        new.action_post()
        self.run_cron("bill_contracts")
        faturas = self.contract.fatura_ids.filtered(lambda move: move.payment_state != "reversed")
        self.assertEqual(faturas.with_env(self.env), new.with_env(self.env))

    def test_another_value_of_the_monthly_fee_is_refused_by_name(self):
        new = self.reverse(self.make_fatura())
        new.invoice_line_ids.price_unit = 80
        with self.assertRaisesRegex(UserError, "monthly fee of 07/2026"):
            new.action_post()
        new.fatura_kind = "other"
        new.action_post()
        self.assertEqual(new.state, "posted")

    def test_fatura_over_something_else_stays_one(self):
        fatura = self.make_fatura(50.0, is_one_off_fatura=True)
        new = self.reverse(fatura)
        self.assertTrue(new.is_one_off_fatura)
        new.action_post()
        self.assertEqual(new.amount_total, 50.0)
        self.assertEqual(new.sudo().charge_id.amount, 50.0)

    def test_contract_that_is_cancelled_keeps_its_fatura(self):
        fatura = self.make_fatura()
        self.contract.action_cancel()
        with self.assertRaisesRegex(UserError, "is not active"):
            self.reverse(fatura)

    def test_other_invoices_are_reversed_as_ever(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client_partner.id,
                "invoice_date": "2026-07-01",
                "invoice_line_ids": [
                    (0, 0, {"product_id": self.product.id, "price_unit": 70.0, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        new = self.reverse(invoice)
        self.assertFalse(new.billing_contract_id)
        self.assertEqual((new.state, new.amount_total), ("draft", 70.0))

    def test_month_of_a_credited_fatura_is_free_for_another_one(self):
        fatura = self.make_fatura()
        self.reverse(fatura, "refund_moves").action_post()
        self.assertEqual(self.contract.due_ids.state, "open")
        again = self.make_fatura()
        self.assertEqual(self.contract.due_ids.fatura_id, again)
