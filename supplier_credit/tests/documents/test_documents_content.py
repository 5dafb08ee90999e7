from lxml import html
from odoo.tests import tagged

from .common import SupplierCreditDocumentsCommon

# The instalments of the invoice posted on 2026-11-22.
DUE_DATES = ("12/22/2026", "01/21/2027", "02/20/2027")
AMOUNTS = ("203.44", "203.49")


@tagged("post_install", "-at_install")
class TestDocumentsContent(SupplierCreditDocumentsCommon):
    """No print, e-mail or portal page shows the customer's instalments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post()
        cls.approve()

    def draw(self, invoice, report="account.report_invoice_with_payments"):
        content = invoice.env["ir.actions.report"]._render_qweb_html(report, invoice.ids)[0]
        return " ".join(html.fromstring(content).text_content().split())

    def test_printed_invoice_names_no_instalment(self):
        plain = self.draw(self.create_plain_invoice())
        for text in (*DUE_DATES, *AMOUNTS, "Due Date", "Installment", "Thirty", "Communication"):
            self.assertIn(text, plain, "the host prints it on other invoices")
        printed = self.draw(self.invoice)
        for text in (*DUE_DATES, *AMOUNTS, "Due Date", "Installment", "Thirty", "Communication"):
            self.assertNotIn(text, printed)
        for text in ("610.37", "Granola", self.invoice.name):
            self.assertIn(text, printed)

    def test_payment_lines_are_left_out(self):
        self.assertEqual(self.invoice.payment_state, "paid", "by the entry of the approval")
        self.assertTrue(self.invoice.invoice_payments_widget)
        printed = self.draw(self.invoice)
        self.assertNotIn("Paid on", printed)
        self.assertNotIn("Amount Due", printed)

    def test_no_qr_code_to_pay_with(self):
        self.assertFalse(self.invoice.display_qr_code)
        self.assertTrue(self.create_plain_invoice().display_qr_code)

    def test_other_invoices_are_printed_as_ever(self):
        """The print is the same, byte for byte, as without the addon's view."""
        plain = self.create_plain_invoice()
        report = plain.env["ir.actions.report"]
        view = self.env.ref("supplier_credit.report_invoice_document")
        for name in ("account.report_invoice", "account.report_invoice_with_payments"):
            with_view = report._render_qweb_html(name, plain.ids)[0]
            view.active = False
            without = report._render_qweb_html(name, plain.ids)[0]
            view.active = True
            self.assertEqual(with_view, without)
            self.assertIn(b"Due Date", without)

    def test_mail_asks_for_no_payment(self):
        wizard = (
            self.invoice.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({})
        )
        self.assertIn("Supplier sends you what to pay", wizard.body)
        self.assertNotIn("remit", wizard.body)
        self.assertNotIn("communication", wizard.body)
        self.assertIn(self.invoice.name, wizard.subject)

    def test_mail_asks_for_no_payment_with_the_hosts_template_either(self):
        host = self.env.ref("account.email_template_edi_invoice")
        send = self.invoice.env["account.move.send"]
        body = send._get_default_mail_body(self.invoice, host, "en_US")
        self.assertIn("Supplier sends you what to pay", body)
        plain = self.create_plain_invoice()
        self.assertIn("remit payment", send._get_default_mail_body(plain, host, "en_US"))
        self.assertEqual(plain._get_mail_template(), host)

    def test_heading_of_the_mail_names_no_due_date(self):
        # As while the entry of the approval waits: the host then writes the due date.
        self.invoice.sudo().supplier_transaction_ids._undo_processing()
        plain = self.create_plain_invoice()
        for invoice, shown in ((plain, True), (self.invoice, False)):
            message = invoice.message_post()
            context = invoice._notify_by_email_prepare_rendering_context(message)
            heading = " ".join(context["subtitles"])
            self.assertIn("610.37", heading)
            self.assertEqual("2027" in heading, shown)

    def test_portal_values_name_no_instalment(self):
        plain = self.create_plain_invoice()
        self.assertEqual(plain._get_invoice_portal_extra_values()["installment_state"], "next")
        values = self.invoice._get_invoice_portal_extra_values(custom_amount=203.43)
        self.assertEqual(values["invoice"], self.invoice)
        for name in ("installment_state", "next_due_date", "due_date", "next_amount_to_pay"):
            self.assertFalse(values[name])

    def test_nothing_to_pay_online(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", True
        )
        self.invoice.sudo().supplier_transaction_ids._undo_processing()
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertFalse(self.invoice._has_to_be_paid())
        self.assertIn("charged by Supplier", self.invoice._get_online_payment_error())
        plain = self.create_plain_invoice()
        self.assertTrue(plain._has_to_be_paid())
        self.assertNotIn("Supplier", plain._get_online_payment_error())
