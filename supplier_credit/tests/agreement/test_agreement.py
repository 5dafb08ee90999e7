import logging

import requests
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestAgreement(SupplierCreditCommon):
    """Parameters 1 and 4 of the agreement."""

    def _test_connection(self):
        with self.supplier.listening():
            return self.agreement.action_test_connection()

    def test_connection_that_works_says_so(self):
        action = self._test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(
            self.supplier.calls("POST", "/oauth/token")[0]["data"]["client_id"], "client"
        )

    def test_wrong_secret_is_told_and_not_shown(self):
        problem = {"codigo": "CREDENCIAIS_INVALIDAS", "mensagem": "Credenciais inválidas."}
        self.supplier.on("POST", "/oauth/token", problem, 401)
        with self.assertRaisesRegex(UserError, "refused the credentials.*Supplier 2026") as caught:
            self._test_connection()
        self.assertNotIn("very-secret", str(caught.exception))

    def test_unreachable_address_is_told(self):
        reason = NewConnectionError(None, "refused")
        self.supplier.on(
            "POST",
            "/oauth/token",
            requests.exceptions.ConnectionError(MaxRetryError(None, "/", reason)),
        )
        with self.assertRaisesRegex(UserError, "cannot be reached at https://supplier.example.com"):
            self._test_connection()

    def test_something_else_at_the_address_is_told(self):
        self.supplier.on("POST", "/oauth/token", "<html>Welcome</html>")
        with self.assertRaisesRegex(UserError, "does not speak as Supplier does"):
            self._test_connection()

    def test_secret_is_in_no_log(self):
        with self.assertLogs("odoo.addons.supplier_credit", logging.DEBUG) as logs:
            self._test_connection()
            self.supplier.on("POST", "/oauth/token", {}, 401)
            with self.assertRaises(UserError):
                self._test_connection()
        self.assertFalse([line for line in logs.output if "very-secret" in line])

    def test_addresses_that_would_show_the_secret_are_refused(self):
        for address in (
            "http://supplier.example.com/api/v1",
            "ftp://supplier.example.com",
            "https://user:password@supplier.example.com/api/v1",
            "supplier.example.com",
            "https://supplier.example.com/api/v1?x=1",
            "https://supplier.example.com:99999/api/v1",
            "https://@supplier.example.com/api/v1",
            "https://supplier.example.com:0/api/v1",
            "https://supplier .example.com/api/v1",
            "https://supplier..example.com/api/v1",
            "https://supplier.example.com/%00",
            "https://supplier.example.com/\n",
            "https://supplier.example.com/#x",
            "https://.",
            "https://[::1/api/v1",
            "http://127.0.0.1.example.com/api/v1",
        ):
            with self.subTest(address), self.assertRaises(ValidationError):
                self.agreement.base_url = address
        self.agreement.base_url = "http://127.0.0.1:8070/api/v1"

    def test_sandbox_is_this_machine_or_network_and_never_the_link_s_own_address(self):
        for host in ("169.254.169.254", "[fe80::1]", "2852039166", "[::ffff:169.254.169.254]"):
            with self.subTest(host), self.assertRaises(ValidationError):
                self.agreement.base_url = f"https://{host}/api/v1"
        for host in ("10.0.0.1", "localhost", "sandbox"):
            self.agreement.base_url = f"https://{host}/api/v1"

    def test_production_never_sends_the_secret_into_its_own_network(self):
        self.agreement.environment = "production"
        for host in (
            "localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "10.1.2.3",
            "172.16.0.9",
            "192.168.0.1",
            "169.254.169.254",
            "[fe80::1]",
            "[fd00::1]",
            "0.0.0.0",
            "intranet",
            "printer.local",
        ):
            with self.subTest(host), self.assertRaises(ValidationError):
                self.agreement.base_url = f"https://{host}/api/v1"
        with self.assertRaises(ValidationError):
            self.agreement.base_url = "http://supplier.example.com/api/v1"
        self.agreement.base_url = "https://parceiros.supplier.example.com:8443/api/v1"

    def test_only_an_administrator_creates_an_agreement_with_an_address(self):
        manager = self._create_user("manager", "account.group_account_manager")
        agreement = self.agreement.with_user(manager)
        address = {"base_url": "https://evil.example.org/x"}
        copied = agreement.copy({"enabled": False})
        self.assertFalse(copied.base_url)
        for attempt in (
            lambda: agreement.copy({"enabled": False, **address}),
            lambda: copied.write(address),
        ):
            with self.assertRaisesRegex(AccessError, "system administrator"):
                attempt()
        made = agreement.with_context(default_base_url=address["base_url"]).copy({"enabled": 0})
        self.assertFalse(made.base_url)

    def test_unknown_tag_in_the_note_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "<NUM_NOTA>"):
            self.agreement.danfe_note = "Nota <NUM_NF> e <NUM_NOTA>"

    def test_note_preview(self):
        self.agreement.danfe_note = (
            "<NOME_CARTAO_PARCEIRO>, <QTDE_PARCELAS>x, NF <NUM_NF> de <DT_EMIS>, a < b"
        )
        self.assertEqual(
            self.agreement.danfe_note_preview,
            "XPTO mais Crédito, 3x, NF 12345 de 01/12/2026, a < b",
        )

    def test_active_agreement_needs_credentials(self):
        with self.assertRaisesRegex(ValidationError, "address, client id and"):
            self.agreement.client_secret = False

    def test_only_an_administrator_says_where_the_secret_goes(self):
        manager = self._create_user("manager", "supplier_credit.supplier_credit_group_manager")
        agreement = self.agreement.with_user(manager)
        with self.assertRaisesRegex(AccessError, "system administrator"):
            agreement.base_url = "https://evil.example.org/x"
        agreement.write({"base_url": self.agreement.base_url, "tolerance_percent": 2})
        self.assertEqual(self.agreement.base_url, "https://supplier.example.com/api/v1")

    def test_secret_is_not_copied_and_not_tracked(self):
        self.assertFalse(self.agreement.copy({"enabled": False}).client_secret)
        self.assertNotIn("client_secret", self.agreement._track_get_fields())

    def test_bearer_finds_the_only_active_agreement(self):
        self.bearer.supplier_agreement_id = False
        self.assertEqual(self.bearer._get_supplier_agreement(self.company), self.agreement)
        second = self.agreement.copy({"name": "Supplier 2027", "enabled": False})
        address = {"base_url": self.agreement.base_url, "client_id": "b", "client_secret": "other"}
        second.write({**address, "enabled": True})
        with self.assertRaisesRegex(ValidationError, "Supplier 2027"):
            self.bearer._get_supplier_agreement(self.company)

    def test_installing_makes_no_bearer_on_any_journal(self):
        method = self.env.ref("supplier_credit.account_payment_method_supplier")
        lines = self.env["account.payment.method.line"].search(
            [("payment_method_id", "=", method.id)]
        )
        self.assertEqual(lines, self.bearer)

    def test_nobody_can_pay_with_a_supplier_bearer(self):
        journal = self.company_data["default_journal_bank"]
        self.assertNotIn(self.bearer, journal._get_available_payment_method_lines("inbound"))
        payment = self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": 10, "journal_id": journal.id}
        )
        self.assertNotIn(self.bearer, payment.available_payment_method_line_ids)
        self.assertNotEqual(payment.payment_method_line_id, self.bearer)
