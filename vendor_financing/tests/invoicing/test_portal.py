from odoo.tests import HttpCase, new_test_user, tagged

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestPortal(VendorFinancingCommon, HttpCase):
    """The portal offers no online payment of invoices that the bank collects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        cls.portal_user = new_test_user(cls.env, login="vendor_buyer", groups="base.group_portal")
        cls.portal_user.partner_id.write(
            {"email": "buyer@example.com", "property_payment_term_id": False}
        )

    def _overdue(self, bearer):
        invoice = self._create_vendor_invoice(
            bearer=bearer, post=False, invoice_date="2020-01-15", invoice_date_due="2020-01-15"
        )
        invoice.partner_id = self.portal_user.partner_id
        invoice.preferred_payment_method_line_id = bearer
        invoice.action_post()
        return invoice

    def test_vendor_invoice_is_not_among_the_overdue(self):
        vendor, plain = self._overdue(self.bearer), self._overdue(self.manual_line)
        self.assertTrue(vendor.is_vendor)
        self.assertFalse(plain.is_vendor)
        self.authenticate("vendor_buyer", "vendor_buyer")
        page = self.url_open("/my/invoices/overdue").text
        self.assertIn(plain.name, page)
        self.assertNotIn(vendor.name, page)

    def test_page_of_a_vendor_invoice_offers_no_payment(self):
        vendor, plain = self._overdue(self.bearer), self._overdue(self.manual_line)
        self.authenticate("vendor_buyer", "vendor_buyer")
        for invoice, offered in ((vendor, False), (plain, True)):
            with self.subTest(invoice=invoice.name):
                page = self.url_open(f"/my/invoices/{invoice.id}")
                self.assertEqual(page.status_code, 200)
                self.assertIn(invoice.name, page.text)
                self.assertEqual('data-bs-target="#pay_with"' in page.text, offered)
