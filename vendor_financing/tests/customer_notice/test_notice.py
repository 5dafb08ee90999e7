from freezegun import freeze_time
from lxml import html
from odoo.tests import HttpCase, new_test_user, tagged

from ..contract.common import VendorFinancingContractCommon

# What the host says where it asks for a payment.
INVITATIONS = (
    "Please remit payment",
    "Payment Communication",
    "on this account",
    "Pay Now",
    "PAY IN A FLASH",
    "Scan this QR",
    "Due Date",
    "Amount Due",
    "Left to Pay",
    "Waiting for Payment",
)


class NoticeCommon(VendorFinancingContractCommon):
    """A company that does all to be paid: codes on its invoices, an account, a payment term."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        cls.company.write({"qr_code": True, "link_qr_code": True})
        cls.bank_account = cls.env["res.partner.bank"].create(
            {
                "acc_number": "12345-6",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "À vista",
                "note": "Payment at sight by Pix",
                "line_ids": [(0, 0, {"value": "percent", "value_amount": 100, "nb_days": 0})],
            }
        )
        cls.partner_a.email = "cliente@example.com"
        cls.quote(1.8, 2.3)

    def invoice(self, bearer=None, amount=10000.0):
        return self._create_vendor_invoice(
            amount,
            bearer=bearer or self.bearer,
            invoice_payment_term_id=self.term.id,
            partner_bank_id=self.bank_account.id,
        )

    def finance(self, invoice, plan="30/60"):
        contract = self.make_effective(invoice, plan)
        self.env.invalidate_all()
        return contract

    def text(self, source):
        return " ".join(html.fromstring(f"<div>{source}</div>").text_content().split())

    def print_invoice(self, invoice):
        # The host cannot draw its own codes everywhere; whether one is shown is asked of the field.
        self.company.link_qr_code = bool(invoice.vendor_collection)
        self.company.qr_code = bool(invoice.vendor_collection)
        invoice.invalidate_recordset(["display_qr_code", "display_link_qr_code"])
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        source, _type = report._render_qweb_html(
            "account.report_invoice_with_payments", invoice.ids
        )
        return source.decode()

    def assert_invites_nothing(self, text):
        self.assertFalse([words for words in (*INVITATIONS, "12345-6", "at sight by Pix")
                          if words in text])  # fmt: skip


@tagged("post_install", "-at_install")
class TestNotice(NoticeCommon):
    """The customer is told to pay the bank: on paper, in the mail, on screen."""

    def test_block_names_bank_due_dates_boletos_and_cost(self):
        invoice = self.invoice()
        self.assertIn("a bank will collect", self.text(invoice.vendor_notice))
        contract = self.finance(invoice)
        text = self.text(invoice.vendor_notice)
        self.assertIn("Please pay Banco A, not us", text)
        for part in contract.installment_ids:
            self.assertIn(f"{part.date_due:%m/%d/%Y}", text)
            self.assertIn(f"{part.customer_total:,.2f}", text)
        self.assertIn(f"{sum(contract.installment_ids.mapped('customer_total')):,.2f}", text)
        cost = contract.installment_ids._get_effective_cost()
        self.assertIn(f"{cost:.2f} % a year", text)

    def test_cost_is_that_of_the_example(self):
        contract = self.finance(self.invoice(), plan="30")
        (part,) = contract.installment_ids
        days = (part.date_due - contract.credit_date).days
        expected = ((part.customer_total / part.principal) ** (365 / days) - 1) * 100
        self.assertAlmostEqual(part._get_effective_cost(), expected, places=3)

    def test_others_are_told_nothing(self):
        plain = self.invoice(bearer=self.manual_line)
        self.assertFalse(plain.vendor_notice)
        draft = self._create_vendor_invoice(post=False)
        self.assertFalse(draft.vendor_notice)
        self.env.flush_all()
        plain.invalidate_recordset()
        plain.mapped("vendor_financing_state")
        with self.assertQueryCount(0):
            plain.mapped("vendor_notice")

    def test_paper_invites_no_payment_while_a_bank_collects(self):
        plain = self.print_invoice(self.invoice(bearer=self.manual_line))
        for words in ("Due Date", "Payment Communication", "12345-6", "at sight by Pix"):
            self.assertIn(words, self.text(plain))
        invoice = self.invoice()
        self.assert_invites_nothing(self.text(self.print_invoice(invoice)))
        self.finance(invoice)
        text = self.text(self.print_invoice(invoice))
        self.assert_invites_nothing(text)
        self.assertIn("Please pay Banco A, not us", text)
        self.assertFalse(invoice.display_qr_code or invoice.display_link_qr_code)

    def test_debited_invoices_are_normal_again(self):
        invoice = self.invoice()
        contract = self.finance(invoice, plan="30")
        (part,) = contract.installment_ids
        with freeze_time(f"{part.recourse_date} 12:00:00"):
            wizard = self.env["vendor.financing.settlement"].with_user(self.invoicing_user)
            action = part.with_user(self.invoicing_user).action_open_default()
            wizard = wizard.browse(action["res_id"])
            wizard.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(invoice.vendor_financing_state, "debited")
        self.assertFalse(invoice.vendor_notice)
        self.assertTrue(invoice.display_qr_code and invoice.display_link_qr_code)
        self.assertIn("Payment Communication", self.text(self.print_invoice(invoice)))
        self.assertEqual(
            invoice._get_mail_template(), self.env.ref("account.email_template_edi_invoice")
        )

    def test_mail_names_the_bank_and_asks_for_nothing(self):
        plain, invoice = self.invoice(bearer=self.manual_line), self.invoice()
        self.finance(invoice)
        wizard = self.env["account.move.send.wizard"]
        told = wizard.with_context(active_model="account.move", active_ids=plain.ids).create({})
        self.assertIn("Please remit payment", self.text(told.body))
        told = wizard.with_context(active_model="account.move", active_ids=invoice.ids).create({})
        text = self.text(told.body)
        self.assert_invites_nothing(text)
        self.assertIn("Please pay Banco A, not us", text)
        for move, is_due in ((plain, True), (invoice, False)):
            message = move.message_post()
            context = move._notify_by_email_prepare_rendering_context(message)
            self.assertEqual("due" in context["subtitles"][-1], is_due)

    def test_form_shows_the_block(self):
        view = self.env["account.move"].with_user(self.invoicing_user).get_view(view_type="form")
        self.assertIn('name="vendor_notice"', view["arch"])


@tagged("post_install", "-at_install")
class TestNoticeInPortal(NoticeCommon, HttpCase):
    """The customer's own page of the invoice, and the list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user = new_test_user(cls.env, login="notice_buyer", groups="base.group_portal")
        cls.portal_user.partner_id.parent_id = cls.partner_a

    def read_page(self, path):
        self.env.flush_all()
        self.authenticate("notice_buyer", "notice_buyer")
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.text)

    def page_text(self, path):
        return " ".join(self.read_page(path).xpath("//main")[0].text_content().split())

    def test_page_and_list_name_the_bank(self):
        plain, invoice, pending = self.invoice(self.manual_line), self.invoice(), self.invoice()
        self.finance(invoice)
        self.assertIn("Pay Now", self.page_text(f"/my/invoices/{plain.id}"))
        text = self.page_text(f"/my/invoices/{invoice.id}")
        self.assert_invites_nothing(text)
        self.assertIn("Please pay Banco A, not us", text)
        self.assert_invites_nothing(self.page_text(f"/my/invoices/{pending.id}"))
        page = self.read_page("/my/invoices")
        rows = {
            row.xpath("string(.//a/@title)"): " ".join(row.text_content().split())
            for row in page.xpath("//main//tbody/tr")
        }
        self.assertIn("Waiting for Payment", rows[plain.name])
        for move in (invoice, pending):
            self.assertIn("Paid to the bank", rows[move.name])
            self.assertNotIn("Waiting for Payment", rows[move.name])
            self.assertNotIn("Pay Now", rows[move.name])
        # Of the pending one the date at sight is not shown either.
        self.assertEqual(rows[pending.name].count("/2026"), 1 + pending.name.count("/2026"))
