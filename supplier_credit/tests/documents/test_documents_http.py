import base64
import json
from contextlib import contextmanager

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...tools.fiscal.danfe import draw_danfe
from .common import WITHHELD, SupplierCreditDocumentsCommon
from .test_danfe_content import Nfe

WAITING = "waiting for Supplier"
NOISE = (
    "odoo.http", "odoo.addons.web.controllers.report", "odoo.addons.base.models.ir_http",
    "werkzeug", "odoo.addons.http_routing.models.ir_http",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestDocumentsHttp(SupplierCreditDocumentsCommon, HttpCase):
    """The addresses from which a document can be downloaded, before and after the approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user = cls._create_portal_user("portal", cls.customer)
        stranger = cls.env["res.partner"].create({"name": "Padaria", "is_company": True})
        cls.stranger = cls._create_portal_user("stranger", stranger)
        cls.post()

    @classmethod
    def _create_portal_user(cls, name, customer):
        user = new_test_user(
            cls.env,
            f"supplier_{name}",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
            lang="en_US",
        )
        user.partner_id.parent_id = customer
        return user

    @contextmanager
    def enter_registry_test_mode(self):
        """Flush for other cursors and read afresh; HttpCase is in test mode all the time."""
        self.env.flush_all()
        yield
        self.env.invalidate_all()

    def as_user(self, user):
        self.authenticate(user and user.login, user and user.login)

    def get(self, url):
        self.env.flush_all()
        with mute_logger(*NOISE):
            response = self.url_open(url, allow_redirects=False, timeout=60)
        self.env.invalidate_all()
        return response

    def report_urls(self):
        def download(name, kind="qweb-pdf"):
            data = json.dumps([f"/report/{kind[5:]}/{name}/{self.invoice.id}", kind])
            return f"/report/download?data={data}"

        invoice = self.invoice.id
        return [
            f"/report/pdf/account.report_invoice/{invoice}",
            f"/report/pdf/account.report_invoice_with_payments/{invoice}",
            f"/report/html/account.report_invoice_with_payments/{invoice}",
            f"/report/text/account.report_invoice/{invoice}",
            f"/report/pdf/supplier_credit.report_danfe/{invoice}",
            download("account.report_invoice_with_payments"),
            download("supplier_credit.report_danfe"),
        ]

    def download_urls(self):
        return [
            f"/account/download_invoice_documents/{self.invoice.id}/pdf",
            f"/account/download_invoice_documents/{self.invoice.id}/all",
        ]

    def portal_urls(self, token=None):
        address = f"/my/invoices/{self.invoice.id}"
        suffix = f"&access_token={token}" if token else ""
        return [
            f"{address}?report_type=html{suffix}",
            f"{address}?report_type=pdf{suffix}",
            f"{address}?report_type=text{suffix}",
            f"{address}?report_type=pdf&download=true{suffix}",
        ]

    def assert_reports(self, *, opened):
        for user in (self.salesman, self.accountant, self.manager):
            self.as_user(user)
            urls = self.report_urls()
            if user != self.salesman:
                urls += self.download_urls()
            for url in urls:
                with self.subTest(user=user.login, url=url):
                    response = self.get(url)
                    has_document = (
                        response.content.startswith(b"%PDF") or "Granola" in response.text
                    )
                    self.assertEqual(has_document, opened, response.content[:300])
                    if not opened:
                        self.assertIn(WITHHELD, response.text)

    def test_reports_and_downloads_of_the_office(self):
        self.assert_reports(opened=False)
        self.approve()
        self.assert_reports(opened=True)

    def test_danfe_that_cannot_be_drawn_is_a_message(self):
        self.approve()
        nfe = Nfe().change("transp/modFrete", "7")
        self.invoice.sudo().supplier_nfe_file = base64.b64encode(nfe.to_bytes())
        self.as_user(self.accountant)
        for url in self.report_urls():
            if "danfe" in url:
                response = self.get(url)
                self.assertLess(response.status_code, 500, url)
                self.assertIn("could not be drawn: KeyError", response.text)

    def test_portal_shows_a_text_until_the_approval(self):
        token = self.invoice._portal_ensure_token()
        for user in (self.portal_user, self.stranger, None):
            self.as_user(user)
            urls = self.portal_urls(token)
            if user == self.portal_user:
                urls += self.portal_urls()
            for url in urls:
                with self.subTest(user=user and user.login, url=url):
                    response = self.get(url)
                    self.assertIn(WAITING, response.text)
                    self.assertIn(self.invoice.name, response.text)
                    self.assertNotIn("Granola", response.text)
                    self.assertEqual(
                        response.status_code, 200 if "report_type=html" in url else 403
                    )

    def test_portal_has_the_document_after_the_approval(self):
        token = self.invoice._portal_ensure_token()
        self.approve()
        for user, urls in (
            (self.portal_user, self.portal_urls() + self.portal_urls(token)),
            (None, self.portal_urls(token)),
        ):
            self.as_user(user)
            for url in urls:
                with self.subTest(user=user and user.login, url=url):
                    response = self.get(url)
                    self.assertEqual(response.status_code, 200)
                    self.assertIn("Granola", response.text)
                    for date in ("12/22/2026", "01/21/2027", "02/20/2027"):
                        self.assertNotIn(date, response.text)

    def test_another_customer_gets_neither_document_nor_text(self):
        for approve in (False, True):
            if approve:
                self.approve()
            self.as_user(self.stranger)
            for url in self.portal_urls() + self.portal_urls("wrong"):
                with self.subTest(approved=approve, url=url):
                    response = self.get(url)
                    self.assertEqual(response.status_code, 303)
                    self.assertTrue(response.headers["Location"].endswith("/my"))

    def test_portal_page_and_list_name_no_due_date(self):
        plain = self.create_plain_invoice()
        self.approve()
        self.as_user(self.portal_user)
        page = self.get(f"/my/invoices/{plain.id}").text
        self.assertIn("Next Installment", page)
        page = self.get(f"/my/invoices/{self.invoice.id}").text
        self.assertIn(self.invoice.name, page)
        for text in ("Next Installment", "2026-12-22", "2027-02-20", "Pay Now"):
            self.assertNotIn(text, page)
        rows = {
            row.split("</tr>")[0]
            for row in self.get("/my/invoices").text.split("<tr>")
            if "/my/invoices/" in row
        }
        ours = [row for row in rows if f"/my/invoices/{self.invoice.id}" in row]
        others = [row for row in rows if f"/my/invoices/{plain.id}" in row]
        self.assertIn("02/20/2027", others[0])
        self.assertNotIn("02/20/2027", ours[0])

    def test_what_supplier_charges_is_never_overdue_in_the_portal(self):
        plain = self.create_plain_invoice()
        for invoice in plain | self.invoice:
            invoice.sudo().line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).date_maturity = "2020-01-01"
            invoice.sudo().invoice_date_due = "2020-01-01"
        self.portal_user.sudo().partner_id = self.customer
        self.as_user(self.portal_user)
        page = self.get("/my/invoices?filterby=overdue_invoices").text
        self.assertIn(f"/my/invoices/{plain.id}", page)
        self.assertNotIn(f"/my/invoices/{self.invoice.id}", page)

    def test_attachment_by_its_id(self):
        """A PDF drawn before the invoice was on Supplier's credit is open to managers only."""
        invoice = self.create_plain_invoice()
        pdf = self.send_by_mail(invoice).sudo()
        # In tests the host stores HTML instead.
        pdf.raw = draw_danfe(self.nfe_content())
        sent = (invoice.message_ids.attachment_ids.sudo() - pdf)[:1]
        token = pdf.generate_access_token()[0]
        own = invoice._portal_ensure_token()
        urls = [
            f"/web/content/{pdf.id}",
            f"/web/content/{pdf.id}?access_token={token}",
            f"/web/content/{pdf.id}?access_token={pdf._get_raw_access_token()}",
            f"/web/content/{sent.id}?access_token={sent._get_raw_access_token()}",
            f"/mail/attachment/pdf_first_page/{pdf.id}",
            f"/account/download_invoice_attachments/{pdf.id}",
            f"/web/content/account.move/{invoice.id}/invoice_pdf_report_file",
            f"/my/invoices/{invoice.id}?report_type=pdf&download=true&access_token={own}",
        ]
        self.as_user(self.accountant)
        for url in urls:
            with self.subTest(url=url):
                self.assertEqual(self.get(url).status_code, 200)
        invoice.preferred_payment_method_line_id = self.bearer
        for user in (self.salesman, self.accountant, self.portal_user, self.stranger, None):
            self.as_user(user)
            for url in urls:
                with self.subTest(user=user and user.login, url=url):
                    self.assertNotEqual(self.get(url).status_code, 200)
        self.as_user(self.manager)
        self.assertEqual(self.get(urls[0]).status_code, 200)
