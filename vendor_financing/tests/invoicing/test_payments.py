from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestPayments(VendorFinancingCommon):
    """No payment has a Vendor bearer; every other method works as before."""

    def _register(self, invoice, user=None, **values):
        return (
            self.env["account.payment.register"]
            .with_user(user or self.invoicing_user)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(values)
        )

    def test_paying_a_vendor_invoice_does_not_offer_the_bearer(self):
        wizard = self._register(self._create_vendor_invoice())
        self.assertEqual(wizard.journal_id, self.journal)
        self.assertNotIn(self.bearer, wizard.available_payment_method_line_ids)
        self.assertEqual(wizard.payment_method_line_id, self.manual_line)

    def test_customer_who_pays_the_company_is_still_recorded(self):
        invoice = self._create_vendor_invoice(amount=1234.56)
        wizard = self._register(invoice)
        payment = wizard._create_payments()
        self.assertEqual(payment.payment_method_line_id, self.manual_line)
        self.assertEqual(payment.amount, 1234.56)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_bearer_forced_into_the_wizard_is_refused_by_name(self):
        invoice = self._create_vendor_invoice()
        wizard = self._register(invoice, payment_method_line_id=self.bearer.id)
        with self.assertRaises(UserError) as refused:
            wizard.action_create_payments()
        self.assertIn(invoice.name, str(refused.exception))
        self.assertIn("Vendor Banco A", str(refused.exception))
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_several_vendor_invoices_are_paid_without_the_bearer(self):
        invoices = self._create_vendor_invoice() + self._create_vendor_invoice(amount=50.0)
        wizard = self._register(invoices, group_payment=False)
        payments = wizard._create_payments()
        self.assertEqual(payments.payment_method_line_id, self.manual_line)
        self.assertEqual(len(payments), 2)

    def test_journal_that_only_bears_vendor_is_not_offered(self):
        journal = self.env["account.journal"].create(
            {"name": "Vendor", "code": "VEND", "type": "bank", "company_id": self.company.id}
        )
        journal.inbound_payment_method_line_ids.unlink()
        bearer = self._create_bearer(journal, "Vendor Banco C")
        wizard = self._register(self._create_vendor_invoice(bearer=bearer))
        self.assertNotIn(journal, wizard.available_journal_ids)
        self.assertNotEqual(wizard.payment_method_line_id.code, "vendor")

    def test_payment_form_does_not_offer_the_bearer(self):
        self.partner_a.property_inbound_payment_method_line_id = self.bearer
        form = Form(
            self.env["account.payment"]
            .with_user(self.invoicing_user)
            .with_context(default_payment_type="inbound", default_partner_type="customer")
        )
        form.partner_id = self.partner_a
        form.amount = 10.0
        payment = form.save()
        self.assertNotIn(self.bearer, payment.available_payment_method_line_ids)
        self.assertEqual(payment.payment_method_line_id, self.manual_line)

    def test_no_payment_carries_the_bearer(self):
        with self.assertRaisesRegex(ValidationError, "Vendor Banco A"):
            self.env["account.payment"].with_user(self.invoicing_user).create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.partner_a.id,
                    "amount": 10.0,
                    "journal_id": self.journal.id,
                    "payment_method_line_id": self.bearer.id,
                }
            )

    def test_invoice_without_vendor_bearer_pays_as_before(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        wizard = self._register(invoice)
        self.assertEqual(wizard.payment_method_line_id, self.manual_line)
        wizard.action_create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
