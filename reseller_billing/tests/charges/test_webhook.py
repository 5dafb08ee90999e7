import json
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import NotNullViolation, SerializationFailure

from ..common import REQUEST_SEAM
from ..common_billing import BillingCommon

CONTROLLER = "odoo.addons.reseller_billing.controllers.webhook"


@tagged("post_install", "-at_install")
class TestWebhook(BillingCommon, HttpCase):
    """The webhook: access, stored events, refused ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with patch(REQUEST_SEAM, side_effect=cls.asaas):
            cls.provider.action_register_webhook()
        cls.key, cls.token = cls.provider.webhook_key, cls.provider.webhook_token

    def post(self, body, token=None, key=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if token != "":
            headers["asaas-access-token"] = token or self.token
        response = self.url_open(
            f"/reseller_billing/webhook/{key or self.key}", data=data, headers=headers
        )
        return response.status_code

    def stored(self):
        return self.env["reseller.billing.event"].search([("provider_id", "=", self.provider.id)])

    def event(self, number=1, **values):
        payment = {"object": "payment", "id": "pay_1"}
        return {"id": f"evt_{number}", "event": "PAYMENT_RECEIVED", "payment": payment, **values}

    def test_registers_itself_with_a_token_of_its_own(self):
        (held,) = self.asaas.webhooks.values()
        self.assertTrue(held["url"].endswith(f"/reseller_billing/webhook/{self.key}"))
        self.assertIn("PAYMENT_RECEIVED", held["events"])
        self.assertGreaterEqual(len(self.token), 32)
        self.assertEqual(self.provider.webhook_state, "active")
        self.provider.action_register_webhook()
        self.assertEqual(len(self.asaas.webhooks), 1)

    def test_interrupted_webhook_is_reactivated(self):
        (held,) = self.asaas.webhooks.values()
        held["interrupted"] = True
        self.run_cron("reconcile_charges")
        (held,) = self.asaas.webhooks.values()
        self.assertFalse(held["interrupted"])

    def test_event_is_stored_once_and_answered_200(self):
        self.assertEqual(self.post(self.event()), 200)
        self.assertEqual(self.post(self.event()), 200)
        stored = self.stored()
        self.assertEqual(
            (stored.event_ref, stored.kind, stored.charge_reference, stored.state),
            ("evt_1", "PAYMENT_RECEIVED", "pay_1", "waiting"),
        )

    @mute_logger(CONTROLLER)
    def test_without_the_right_token_nothing_is_stored(self):
        other = self.main_provider.copy({"company_id": self.company.id}).sudo()
        other.write({"asaas_api_key": "$aact_hmlg_other", "state": "test"})
        other.action_register_webhook()
        self.env.flush_all()
        self.assertEqual(self.post(self.event(), token=""), 401)
        self.assertEqual(self.post(self.event(), token="x" * 40), 401)
        self.assertEqual(self.post(self.event(), token=other.webhook_token), 401)
        self.assertEqual(self.post(self.event(), key="unknown"), 404)
        self.provider.webhook_token = False
        self.env.flush_all()
        self.assertEqual(self.post(self.event(), token=""), 401)
        self.assertFalse(self.stored())

    @mute_logger(CONTROLLER)
    def test_garbage_is_refused(self):
        for body in (
            b" ",
            b"{",
            b"[]",
            b"null",
            b'{"id": 1, "event": "X"}',
            b'{"id": "a"}',
            b"\xff\xfe",
        ):
            with self.subTest(body):
                self.assertEqual(self.post(body), 400)
        self.assertFalse(self.stored())

    @mute_logger("odoo.http")
    def test_too_long_body_is_refused(self):
        self.assertEqual(self.post(b" " * (300 * 1024)), 413)

    def test_event_without_a_charge_is_done_with(self):
        self.assertEqual(self.post({"id": "evt_9", "event": "ACCOUNT_CHANGED"}), 200)
        self.process()
        self.assertEqual(self.stored().state, "done")

    def test_nul_in_a_text_stops_nothing(self):
        self.assertEqual(
            self.post(self.event(payment={"id": "pay_1", "description": "a\x00b"})), 200
        )

    @mute_logger(CONTROLLER)
    def test_addresses_that_no_database_stores_are_refused(self):
        for key in ("%00", "a%00b", "%ED%A0%80", "%FF", "é", "x" * 5000):
            with self.subTest(key):
                self.assertEqual(self.post(self.event(), key=key), 404)
        self.assertFalse(self.stored())

    def test_what_json_admits_and_no_database_is_stored_and_answered_200(self):
        """Asaas repeats what is not answered with 200, and stops all events in the end."""
        bodies = (
            b'{"id": "\\u0000", "event": "X"}',
            b'{"id": "a", "event": "\\u0000"}',
            b'{"id": "b", "event": "X", "payment": {"id": "\\ud83d"}}',
            b'{"id": "c\\ud83d", "event": "X\\ud83d", "payment": []}',
            b'{"id": "d", "event": "X", "payment": {"id": 7}}',
            b'{"id": "e", "event": "X", "value": ' + b"1" * 5000 + b"}",
            b'{"id": "f", "event": "X", "value": NaN}',
            b'\xef\xbb\xbf{"id": "g", "event": "X"}',
            b'{"id": "h", "event": "X", "deep": ' + b"[" * 50000 + b"]" * 50000 + b"}",
            b'{"id": "i", "event": "X", "text": "\xff"}',
            b'{"id": "j", "event": "X", "payment": {"id": "../webhooks"}}',
        )
        for body in bodies:
            with self.subTest(body[:60]):
                self.assertEqual(self.post(body), 200)
        self.assertEqual(len(self.stored()), len(bodies))
        self.asaas.calls.clear()
        self.process()
        self.assertEqual(set(self.stored().mapped("state")), {"done", "failed"})
        self.assertFalse(self.asaas.calls, "nothing of it becomes part of a path")

    def test_forms_are_not_parsed_before_the_token(self):
        boundary = {"Content-Type": "multipart/form-data; boundary=x", "asaas-access-token": "no"}
        broken = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"a" * 1000
        form = {"Content-Type": "application/x-www-form-urlencoded", "asaas-access-token": "no"}
        parsed = "odoo.http.Request.get_http_params"
        for headers, data in ((boundary, broken), (form, b"a=1&" * 1000)):
            with patch(parsed, side_effect=AssertionError("parsed")):
                answer = self.url_open(
                    f"/reseller_billing/webhook/{self.key}", data=data, headers=headers
                )
            self.assertEqual(answer.status_code, 401)

    def test_webhook_is_recognised_by_its_id_and_follows_the_address(self):
        (held,) = self.asaas.webhooks.values()
        other = {**held, "id": "wh_other", "url": "https://other.example.com/hook"}
        self.asaas.webhooks["wh_other"] = other
        self.env["ir.config_parameter"].set_param("web.base.url", "http://erp.example.com")
        self.run_cron("reconcile_charges")
        moved = self.asaas.webhooks[self.provider.webhook_reference]
        self.assertTrue(moved["url"].startswith("http://erp.example.com/"))
        self.assertEqual(
            (len(self.asaas.webhooks), other["url"][:21]), (2, "https://other.example")
        )
        self.assertIn("https", self.provider.webhook_problem)
        self.env["ir.config_parameter"].set_param("web.base.url", "https://erp.example.com")
        self.run_cron("reconcile_charges")
        self.assertEqual((len(self.asaas.webhooks), self.provider.webhook_problem), (2, False))

    def test_half_of_a_character_stops_nothing(self):
        body = (
            b'{"id": "evt_1", "event": "X", "payment": {"id": "pay_1", "description": "\\ud83d"}}'
        )
        self.assertEqual(self.post(body), 200)
        self.assertEqual(self.post(body.replace(b"evt_1", b"\\ud800")), 200)
        self.assertEqual(len(self.stored()), 2)

    def test_many_events_of_a_charge_ask_once(self):
        fatura = self.make_charged()
        reference = fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        self.asaas.calls.clear()
        for number in range(5):
            self.post(self.event(number, payment={"id": reference}))
        self.process()
        self.assertEqual(set(self.stored().mapped("state")), {"done"})
        self.assertEqual(self.asaas.count("GET", f"payments/{reference}"), 1)
        self.assertEqual(fatura.charge_state, "received")

    def test_provider_that_does_not_answer_keeps_the_events_waiting(self):
        fatura = self.make_charged()
        self.post(self.event(payment={"id": fatura.charge_id.provider_reference}))
        self.asaas.fail = [500]
        self.process()
        event = self.stored()
        self.assertEqual((event.state, event.attempts), ("waiting", 1))
        self.assertTrue(event.error)

    def test_event_whose_fatura_changes_meanwhile_is_tried_again_at_once(self):
        fatura = self.make_charged()
        reference = fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        self.post(self.event(payment={"id": reference}))
        follow = "odoo.addons.reseller_billing.models.charges.event_follow"
        with patch(
            f"{follow}.ResellerBillingEvent._process_charge", side_effect=SerializationFailure
        ):
            self.process()
        event = self.stored()
        self.assertEqual((event.state, event.next_attempt), ("waiting", Datetime.now()))
        self.process()
        self.assertEqual((event.state, fatura.charge_state), ("done", "received"))

    def test_refused_query_leaves_no_event_in_the_log(self):
        """PostgreSQL refuses one of two requests; the host logs what was refused."""
        refused = [(None, "PAYMENT_RECEIVED", "pay_1", "the client's data")]
        with (
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(NotNullViolation),
            self.env.cr.savepoint(),
        ):
            self.env["reseller.billing.event"]._receive(self.provider, refused)
