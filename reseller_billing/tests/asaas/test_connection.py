import logging

import requests
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import PRODUCTION_KEY, TEST_KEY, ResellerBillingCommon

URL_PARAMETER = "reseller_billing.asaas_test_url"


@tagged("post_install", "-at_install")
class TestAsaasConnection(ResellerBillingCommon):
    """The button "Test connection": the request, and the message of each answer."""

    def assert_connection_fails(self, **answer):
        """Assert that the button fails with the answer, without a secret; return the message."""
        with (
            self._asaas_answers(**answer),
            self.assertLogs("odoo.addons", logging.INFO) as logs,
            self.assertRaises(UserError) as failure,
        ):
            self.provider.action_asaas_test_connection()
        message = str(failure.exception)
        for text in [message, *logs.output]:
            self.assertNotIn(self.provider.asaas_api_key, text)
        return message

    # === What is sent === #

    def test_sandbox_is_asked_in_test_mode(self):
        with self._asaas_answers(body=self._customer_list()) as request:
            action = self.provider.action_asaas_test_connection()
        base = "https://api-sandbox.asaas.com/v3"
        paths = ("customers", "myAccount/commercialInfo", "pix/addressKeys")
        self.assertEqual(
            [call.args for call in request.call_args_list],
            [("GET", f"{base}/{path}") for path in paths],
        )
        self.assertEqual(request.call_args_list[0].kwargs["params"], {"limit": 1})
        for call in request.call_args_list:
            self.assertIsNone(call.kwargs["json"])
        headers = request.call_args.kwargs["headers"]
        self.assertEqual(headers["access_token"], TEST_KEY)
        self.assertTrue(headers["User-Agent"].startswith("Odoo/"))
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn(self.provider.name, action["params"]["message"])

    def test_production_is_asked_when_enabled(self):
        self.provider.write({"asaas_api_key": PRODUCTION_KEY, "state": "enabled"})
        with self._asaas_answers(body=self._customer_list()) as request:
            self.provider.action_asaas_test_connection()
        self.assertEqual(request.call_args_list[0].args[1], "https://api.asaas.com/v3/customers")
        self.assertEqual(request.call_args.kwargs["headers"]["access_token"], PRODUCTION_KEY)

    def test_parameter_replaces_the_sandbox_in_test_mode(self):
        self.env["ir.config_parameter"].set_param(URL_PARAMETER, "http://127.0.0.1:8099/v3/")
        with self._asaas_answers(body=self._customer_list()) as request:
            self.provider.action_asaas_test_connection()
        self.assertEqual(request.call_args_list[0].args[1], "http://127.0.0.1:8099/v3/customers")

    def test_parameter_never_receives_the_production_key(self):
        self.env["ir.config_parameter"].set_param(URL_PARAMETER, "http://127.0.0.1:8099/v3")
        self.provider.write({"asaas_api_key": PRODUCTION_KEY, "state": "enabled"})
        with self._asaas_answers(body=self._customer_list()) as request:
            self.provider.action_asaas_test_connection()
        self.assertEqual(request.call_args_list[0].args[1], "https://api.asaas.com/v3/customers")

    def test_parameter_with_an_unsafe_address_is_refused(self):
        for url in ("http://api.example.com/v3", "ftp://127.0.0.1", "127.0.0.1:8099", "http://["):
            self.env["ir.config_parameter"].set_param(URL_PARAMETER, url)
            with self._asaas_answers() as request, self.assertRaises(UserError) as refused:
                self.provider.action_asaas_test_connection()
            self.assertIn(URL_PARAMETER, str(refused.exception))
            request.assert_not_called()

    def test_other_providers_keep_their_own_requests(self):
        other = self.env["payment.provider"].create({"name": "Other", "code": "none"})
        self.assertEqual(other._build_request_url("customers"), "")
        self.assertEqual(other._build_request_headers("GET", "customers", None), {})

    def test_log_holds_neither_key_nor_client_data(self):
        with (
            self._asaas_answers(body=self._customer_list()),
            self.assertLogs("odoo.addons", logging.INFO) as logs,
        ):
            self.provider.action_asaas_test_connection()
        written = "\n".join(logs.output)
        self.assertIn("/v3/customers", written)
        self.assertIn("HTTP 200", written)
        for secret in (TEST_KEY, "Cliente Paridade", "paridade@example.com", "24971563792"):
            self.assertNotIn(secret, written)

    # === Before anything is sent === #

    def test_disabled_provider_asks_for_a_state(self):
        self.provider.state = "disabled"
        with self._asaas_answers() as request, self.assertRaises(UserError) as refused:
            self.provider.action_asaas_test_connection()
        self.assertIn(self.provider.name, str(refused.exception))
        request.assert_not_called()

    def test_key_of_the_other_account_is_named_before_it_is_sent(self):
        self.provider.asaas_api_key = PRODUCTION_KEY
        with self._asaas_answers() as request, self.assertRaises(UserError) as refused:
            self.provider.action_asaas_test_connection()
        self.assertIn("$aact_hmlg_", str(refused.exception))
        self.assertNotIn(PRODUCTION_KEY, str(refused.exception))
        request.assert_not_called()

    def test_users_without_system_rights_cannot_press_the_button(self):
        for user in (self.other_user, self.billing_user, self.billing_manager):
            with self._asaas_answers() as request, self.assertRaises(AccessError):
                self.provider.with_user(user).action_asaas_test_connection()
            request.assert_not_called()

    # === What each answer tells === #

    def test_wrong_key_tells_to_create_a_new_one(self):
        message = self.assert_connection_fails(
            status=401,
            body=self._error_body("invalid_access_token", "A chave de API fornecida é inválida"),
        )
        self.assertIn(self.provider.name, message)
        self.assertIn("A chave de API fornecida é inválida", message)

    def test_refused_server_tells_to_check_the_authorised_addresses(self):
        message = self.assert_connection_fails(status=403, body="")
        self.assertIn("403", message)

    def test_rejected_request_tells_asaas_own_words(self):
        # Answer of the real sandbox to a customer with a wrong CPF, captured 2026-07-14.
        message = self.assert_connection_fails(
            status=400,
            body=self._error_body("invalid_object", "O CPF/CNPJ informado é inválido."),
        )
        self.assertIn("400", message)
        self.assertIn("O CPF/CNPJ informado é inválido.", message)

    def test_too_many_requests_tells_to_wait(self):
        self.assertIn("429", self.assert_connection_fails(status=429, body={}))

    def test_failure_of_asaas_tells_to_try_again(self):
        message = self.assert_connection_fails(status=502, body="<html>Bad gateway</html>")
        self.assertIn("502", message)
        self.assertNotIn("<html>", message)

    def test_timeout_and_unreachable_are_told_apart(self):
        slow = self.assert_connection_fails(raises=requests.exceptions.ReadTimeout())
        gone = self.assert_connection_fails(raises=requests.exceptions.ConnectionError())
        self.assertNotEqual(slow, gone)
        self.assertNotIn("api-sandbox.asaas.com", slow)
        self.assertIn("https://api-sandbox.asaas.com/v3", gone)

    def test_failures_the_host_does_not_catch_are_told_too(self):
        message = self.assert_connection_fails(raises=requests.exceptions.TooManyRedirects())
        self.assertIn("https://api-sandbox.asaas.com/v3", message)

    def test_answer_that_is_not_of_asaas_names_the_parameter(self):
        for body in ("<html>Welcome to the hotel</html>", {"hello": "world"}, []):
            message = self.assert_connection_fails(body=body)
            self.assertIn(URL_PARAMETER, message)

    def test_answer_that_repeats_the_key_is_masked(self):
        message = self.assert_connection_fails(
            status=401, body=self._error_body("invalid_access_token", f"Chave {TEST_KEY} inválida")
        )
        self.assertIn("Chave […] inválida", message)
