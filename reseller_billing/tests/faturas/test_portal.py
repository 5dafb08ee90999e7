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
        self.assertIn("Thank you", self.url_open(f"/my/invoices/{self.fatura.id}").text)

    def test_faturas_of_others_are_not_shown(self):
        response = self.url_open(f"/my/invoices/{self.foreign.id}")
        self.assertNotIn(self.foreign.slip_line, response.text)
        self.assertNotIn(self.foreign.name, self.url_open("/my/invoices").text)
