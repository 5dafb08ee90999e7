import json

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestPortal(BillingCommon, HttpCase):
    """A client sees its own faturas in the portal, and no others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        new_test_user(
            cls.env,
            login="client",
            password="client-password",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            partner_id=cls.client_partner.id,
        )
        other = cls._create_contract(cls._create_client("Lua"))
        cls.foreign = cls.make_registered(partner=other.partner_id)

    def setUp(self):
        super().setUp()
        self.authenticate("client", "client-password")

    def read_state(self, fatura, token=""):
        response = self.url_open(
            f"/my/faturas/{fatura.id}/charge",
            data=json.dumps({"jsonrpc": "2.0", "params": {"access_token": token or None}}),
            headers={"Content-Type": "application/json"},
        )
        return response.json().get("result")

    def test_page_shows_what_is_needed_to_pay(self):
        page = self.url_open(f"/my/invoices/{self.fatura.id}").text
        for text in (self.fatura.slip_line, self.fatura.pix_payload, self.fatura.charge_url):
            self.assertIn(text, page)
        for text in ("There are pending transactions", "waiting for approval", "/> Pending"):
            self.assertNotIn(text, page)

    def test_fatura_is_no_pro_forma(self):
        page = self.url_open(f"/my/invoices/{self.fatura.id}?report_type=html").text
        self.assertIn(self.fatura.name, page)
        self.assertNotIn("Proforma", page)

    def test_status_is_live_and_only_ones_own(self):
        self.assertEqual(self.read_state(self.fatura), "awaiting")
        self.assertIsNone(self.read_state(self.foreign))
        self.assertEqual(
            self.read_state(self.foreign, self.foreign._portal_ensure_token()), "awaiting"
        )
        self.asaas.pay(self.fatura.charge_id.provider_reference)
        self.receive_event(self.fatura)
        self.assertEqual(self.read_state(self.fatura), "received")
        page = self.url_open(f"/my/invoices/{self.fatura.id}").text
        # Clients in Brazil are written to in Portuguese, where that is installed.
        self.assertTrue("Thank you" in page or "Obrigado" in page)

    def read_page(self):
        return self.url_open(f"/en{self.fatura.get_portal_url()}").text

    def test_underpaid_fatura_is_partly_paid_and_never_green(self):
        self.asaas.pay(self.fatura.charge_id.provider_reference, value=60.0)
        self.receive_event(self.fatura)
        page = self.read_page()
        block = page[page.index("o_reseller_billing_charge") :]
        block = block[: block.index("o_portal_html_view")]
        self.assertNotIn("text-bg-success", block)
        self.assertIn("text-bg-warning", block)
        self.assertIn("40", block)

    def test_cancelled_fatura_says_so(self):
        self.fatura.with_user(self.accountant).button_cancel_fatura()
        page = self.read_page()
        self.assertTrue("was cancelled" in page or "foi cancelada" in page)
        self.assertNotIn(self.fatura.pix_payload, page)

    def test_faturas_of_others_are_not_shown(self):
        response = self.url_open(f"/my/invoices/{self.foreign.id}")
        self.assertNotIn(self.foreign.slip_line, response.text)
        self.assertNotIn(self.foreign.name, self.url_open("/my/invoices").text)
