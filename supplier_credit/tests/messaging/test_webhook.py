import base64
import hashlib
import hmac
import json
import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...tools.api.webhook import check_signature
from ..credit.common import SupplierCreditCustomerCommon

SECRET = "webhook-secret"
CONTROLLER = "odoo.addons.supplier_credit.controllers.webhook"


@tagged("post_install", "-at_install")
class TestWebhook(SupplierCreditCustomerCommon, HttpCase):
    """Events from Supplier: first refused or stored, then processed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.webhook_secret = SECRET
        cls.address = f"/supplier_credit/webhook/{cls.agreement.webhook_token}"
        cls.reservation = cls.reserve(cls.create_order(), state="EM_ANALISE")

    @contextmanager
    def enter_registry_test_mode(self):
        """Flush for other cursors and read afresh; HttpCase is in test mode all the time."""
        self.env.flush_all()
        yield
        self.env.invalidate_all()

    def event(self, code="PA-1", resource="pre-autorizacao", event_id="ev-1", **values):
        return {
            "idEvento": event_id,
            "tipo": "SITUACAO_ALTERADA",
            "recurso": resource,
            "codigo": code,
            "dataEvento": "2026-11-22T09:00:00-03:00",
            **values,
        }

    def sign(self, body, *, secret=SECRET, age=0):
        moment = int(time.time()) - age
        text = f"{moment}.".encode() + body
        digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        return f"t={moment},v1={digest}"

    def post(self, event, *, signature=None, address=None, content_type="application/json"):
        """Send an event, a dict or bytes, as Supplier does; return the status of the answer."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {
            "Content-Type": content_type,
            "X-Supplier-Signature": self.sign(body) if signature is None else signature,
        }
        with self.enter_registry_test_mode():
            return self.url_open(
                address or self.address, data=body, headers=headers, method="POST"
            ).status_code

    def test_hostile_addresses_and_bodies_get_a_clear_answer(self):
        """No sender makes a traceback: neither by an address nor by what Python reads into text."""
        for token in ("%00", "%ED%A0%80", "a%2Fb", "%FF", "a" * 5000, "..%2F..", "%0d%0aX: y"):
            with self.subTest(token):
                status = self.post(self.event(), address=f"/supplier_credit/webhook/{token}")
                self.assertIn(status, (400, 404))
        for place, text in enumerate(("\\u0000", "\\ud800", "\\udfff\\ud800")):
            for name in ("idEvento", "codigo", "tipo", "recurso", "dataEvento"):
                body = json.dumps(self.event(event_id=f"hostile-{place}-{name}"))
                body = json.dumps({**json.loads(body), name: "PLACE"}).replace("PLACE", text)
                with self.subTest(name=name, text=text):
                    self.assertIn(self.post(body.encode()), (200, 400))

    def inbox(self):
        return self.env["supplier.credit.message"].sudo().search([("direction", "=", "incoming")])

    def process(self):
        """Run the cron of the events, then the outbox."""
        with self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_process_events").method_direct_trigger()
        self.deliver_by_cron()

    def queries(self):
        return self.supplier.calls("GET", "/pre-autorizacoes/PA-1$")

    # -------------------------------------------------------------------------
    # RECEIVING
    # -------------------------------------------------------------------------

    def assert_refused(self, status, *arguments, **options):
        with mute_logger(CONTROLLER, "odoo.http"):
            self.assertEqual(self.post(*arguments, **options), status)
        self.assertFalse(self.inbox())

    def test_event_is_stored_and_answered_at_once(self):
        self.assertEqual(self.post(self.event()), 200)
        message = self.inbox()
        self.assertEqual((message.state, message.operation), ("waiting", "event"))
        self.assertEqual(message.event_id, "ev-1")
        self.assertEqual(json.loads(message.request), self.event())
        self.assertEqual(message.company_id, self.company)
        self.assertFalse(self.supplier.requests, "nothing is fetched while Supplier waits")
        cron = self.env.ref("supplier_credit.ir_cron_process_events")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    def test_repetition_is_answered_and_not_stored(self):
        for _attempt in range(2):
            self.assertEqual(self.post(self.event()), 200)
        self.assertEqual(len(self.inbox()), 1)

    def test_wrong_signature_is_refused(self):
        event = self.event()
        body = json.dumps(event).encode()
        for signature in (
            "",
            "nonsense",
            self.sign(body, secret="another"),
            self.sign(body + b" "),
            self.sign(body).replace("t=", "t=1"),
            self.sign(body).replace("v1=", "v1=00"),
            self.sign(body) + ",v1=",
        ):
            with self.subTest(signature=signature):
                self.assert_refused(401, event, signature=signature)

    def test_stale_and_future_events_are_refused(self):
        body = json.dumps(self.event()).encode()
        for age in (310, -310):
            self.assert_refused(401, self.event(), signature=self.sign(body, age=age))
        self.assertEqual(self.post(self.event(), signature=self.sign(body, age=290)), 200)

    def test_without_secret_everything_is_refused(self):
        body = json.dumps(self.event()).encode()
        for secret in (False, ""):
            self.agreement.webhook_secret = secret
            for signature in (self.sign(body), self.sign(body, secret=""), ""):
                self.assert_refused(403, self.event(), signature=signature)
        self.assertTrue(check_signature("", self.sign(body, secret=""), body, time.time()))

    def test_agreement_that_is_not_active_takes_nothing(self):
        self.agreement.enabled = False
        self.assert_refused(403, self.event())

    def test_unknown_address(self):
        for token in ("nonsense", self.agreement.webhook_token[:-1], "%00", "é"):
            with self.subTest(token=token):
                self.assert_refused(404, self.event(), address=f"/supplier_credit/webhook/{token}")

    def test_only_posts_are_taken(self):
        for method in ("GET", "PUT", "DELETE"):
            self.assertEqual(self.url_open(self.address, method=method).status_code, 405)

    def test_too_long(self):
        self.assert_refused(413, self.event(tipo="x" * 65536))

    def test_what_is_no_event(self):
        for body in (
            b"",
            b"<xml/>",
            b"[]",
            b"\xff",
            b"NaN",
            b'{"idEvento": "1"} x',
            b'{"idEvento": "1", "idEvento": "2"}',
            b'{"codigo": "PA-1"}',
            b'{"idEvento": 1}',
            b'{"idEvento": ""}',
            b'{"idEvento": "a\\u0000b"}',
            json.dumps({"idEvento": "x" * 129}).encode(),
            b"[" * 5000,
        ):
            with self.subTest(body=body[:40]):
                self.assert_refused(400, body)

    def test_form_is_no_event(self):
        body = b"idEvento=1"
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            self.assert_refused(401, body, content_type=kind)

    def test_secret_and_signature_are_neither_logged_nor_stored(self):
        body = json.dumps(self.event()).encode()
        signature = self.sign(body, secret="another")
        with self.assertLogs(CONTROLLER, "WARNING") as logs:
            self.post(self.event(), signature=signature)
        self.post(self.event())
        values = self.inbox().read()[0]
        for text in (*logs.output, str(values)):
            self.assertNotIn(SECRET, text)
            self.assertNotIn("v1=", text)
            self.assertNotIn(self.agreement.webhook_token, text)

    # -------------------------------------------------------------------------
    # PROCESSING
    # -------------------------------------------------------------------------

    def test_resource_is_fetched_and_the_order_released(self):
        order = self.reservation.order_id
        self.assertEqual(self.reservation.state, "in_analysis")
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.post(self.event())
        self.process()
        message = self.inbox()
        self.assertEqual((message.state, message.error), ("done", False))
        self.assertEqual(message._get_record(), self.reservation)
        self.assertEqual(self.reservation.state, "active")
        self.assertEqual(order.supplier_release_state, "released_reservation")

    def test_customer_is_found_by_its_number(self):
        customer = self.register()
        self.assertFalse(customer.term_billing_blocked)
        blocked = self.position(faturamentoPrazoBloqueado=True)
        self.supplier.on("GET", f"/clientes/{customer.vat}$", blocked)
        self.post(self.event(customer.vat, "cliente"))
        self.process()
        self.assertEqual((self.inbox().state, self.inbox().error), ("done", False))
        self.assertEqual(self.inbox()._get_record(), customer)
        self.assertTrue(customer.term_billing_blocked)

    def test_transaction_is_found_by_its_code(self):
        order = self.create_order()
        self.reserve(order, code="PA-2")
        invoice = self.create_invoice(order)
        upload = self.env["supplier.credit.nfe.upload"].with_user(self.accountant)
        content = base64.b64encode(self.nfe_content())
        upload.create({"invoice_id": invoice.id, "nfe_file": content}).action_upload()
        self.supplier.on("POST", "/transacoes$", self.transaction_answer("EM_ANALISE"), 201)
        invoice.action_post()
        self.deliver()
        transaction = invoice.sudo().supplier_transaction_ids
        self.assertEqual(transaction.state, "in_analysis")
        self.supplier.on("GET", "/transacoes/TR-1$", self.transaction_answer())
        self.post(self.event("TR-1", "transacao"))
        self.process()
        self.assertEqual(self.inbox().state, "done")
        self.assertEqual((transaction.state, transaction.processing_state), ("approved", "done"))

    def test_events_about_one_record_make_one_query(self):
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        for number in range(3):
            self.post(self.event(event_id=f"ev-{number}"))
        self.process()
        self.assertEqual(self.inbox().mapped("state"), ["done"] * 3)
        self.assertEqual(len(self.queries()), 1)

    def test_query_that_waits_after_a_failure_is_brought_forward(self):
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", "", 503)
        self.post(self.event())
        self.process()
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.post(self.event(event_id="ev-2"))
        self.process()
        self.assertEqual(self.reservation.state, "active")
        self.assertEqual(len(self.queries()), 2)
        query = self.messages(self.reservation).filtered(
            lambda message: message.operation == "preauthorization_query"
        )
        self.assertEqual((query.state, query.attempts), ("done", 2))

    def test_late_event_changes_nothing_back(self):
        """An event says that a record changed, not how: the query returns its present state."""
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.post(self.event(event_id="second"))
        self.process()
        self.post(self.event(event_id="first", dataEvento="2020-01-01T00:00:00-03:00"))
        self.process()
        self.assertEqual(self.inbox().mapped("state"), ["done"] * 2)
        self.assertEqual(self.reservation.state, "active")

    def test_unknown_code_stays_visible_and_can_be_retried(self):
        self.post(self.event(code="PA-77"))
        self.process()
        message = self.inbox()
        self.assertEqual(message.state, "failed")
        for text in ("pre-autorizacao PA-77", self.agreement.name, "retry"):
            self.assertIn(text, message.error)
        self.assertFalse(self.supplier.requests)
        self.reservation.code = "PA-77"
        self.supplier.on("GET", "/pre-autorizacoes/PA-77$", self.reservation_answer(code="PA-77"))
        message.action_retry()
        self.assertEqual(message.state, "waiting")
        self.process()
        self.assertEqual((message.state, message.error), ("done", False))
        self.assertEqual(self.reservation.state, "active")
        with self.assertRaisesRegex(UserError, "nothing to retry"):
            message.action_retry()

    def test_what_cannot_be_understood_stays_visible(self):
        for number, body in enumerate(
            (
                self.event(resource="boleto"),
                self.event(resource=["x"]),
                self.event(code=None),
                self.event(code=""),
                self.event(code={"a": 1}),
                self.event(code="a\u0000b\ud800"),
                {},
            )
        ):
            self.post({**body, "idEvento": f"ev-{number}"})
        with self.assertNoLogs("odoo.addons.supplier_credit", "ERROR"):
            self.process()
        self.assertEqual(self.inbox().mapped("state"), ["failed"] * 7)
        self.assertTrue(all(self.inbox().mapped("error")))

    def test_broken_event_leaves_the_others(self):
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.post(self.event(event_id="ev-1"))
        self.post(self.event(event_id="ev-2"))
        first = self.inbox().sorted("id")[0]
        model = type(first)
        fetch = model._query_subject

        def break_first(event):
            if event.id == first.id:
                event.agreement_id.name = "half done"
                raise ValueError("broken")
            return fetch(event)

        with (
            patch.object(model, "_query_subject", break_first),
            self.assertLogs("odoo.addons.supplier_credit", "ERROR"),
        ):
            self.process()
        self.assertEqual(self.inbox().sorted("id").mapped("state"), ["failed", "done"])
        self.assertIn("broken", first.error)
        self.assertNotEqual(self.agreement.name, "half done")

    def test_event_that_overtakes_its_own_answer_waits_for_it(self):
        self.reservation.write({"code": False, "state": "sending"})
        create = self.messages(self.reservation)
        create.write({"state": "unknown", "next_attempt": fields.Datetime.now()})
        create.next_attempt += timedelta(minutes=5)
        self.post(self.event())
        self.process()
        message = self.inbox()
        self.assertEqual(message.state, "waiting")
        self.assertGreater(message.next_attempt, fields.Datetime.now())
        self.assertIn("waits", message.error)
        self.process()
        self.assertEqual(message.attempts, 1, "not before it is due again")

        answer = self.reservation_answer()
        self.supplier.on("GET", "/pre-autorizacoes$", {"itens": [answer], "temMais": False})
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", answer)
        (create | message).next_attempt = fields.Datetime.now()
        self.process()
        message.next_attempt = fields.Datetime.now()
        self.process()
        self.assertEqual((message.state, message.error), ("done", False))
        self.assertEqual(self.reservation.state, "active")

    def test_waiting_for_an_answer_has_an_end(self):
        self.messages(self.reservation).state = "unknown"
        self.messages(self.reservation).next_attempt = fields.Datetime.now() + timedelta(days=1)
        self.post(self.event(code="PA-77"))
        message = self.inbox()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE supplier_credit_message SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=11), message.id],
        )
        message.invalidate_recordset()
        self.process()
        self.assertEqual(message.state, "failed")

    def test_record_of_another_agreement_is_not_touched(self):
        other = self.setup_other_company(name="Outra Empresa Ltda")
        agreement = self._create_agreement(other, name="Other", webhook_secret=SECRET)
        address = f"/supplier_credit/webhook/{agreement.webhook_token}"
        self.assertEqual(self.post(self.event(), address=address), 200)
        # The same event id under another agreement is another event.
        self.assertEqual(self.post(self.event()), 200)
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.process()
        theirs = self.inbox().filtered(lambda message: message.agreement_id == agreement)
        self.assertEqual((theirs.state, theirs.company_id), ("failed", other["company"]))
        self.assertEqual((self.inbox() - theirs).state, "done")
        self.assertEqual(len(self.queries()), 1)

    def test_outbox_leaves_events_alone(self):
        self.post(self.event())
        self.deliver_by_cron()
        self.assertEqual(self.inbox().state, "waiting")
        self.assertFalse(self.supplier.requests)
        self.assertFalse(self.inbox()._find_due())

    def test_event_stored_twice_at_once_leaves_no_body_in_the_log(self):
        inbox = self.env["supplier.credit.message"]
        event = {"idEvento": "E-1", "recurso": "cliente", "codigo": "1", "extra": "the client's"}
        stored = inbox._receive_event(self.agreement, event)
        # The other request had not committed as this one looked.
        with (
            patch.object(type(inbox), "search_count", lambda *_arguments, **_options: 0),
            self.assertNoLogs("odoo.sql_db", "ERROR"),
        ):
            self.assertFalse(inbox._receive_event(self.agreement, event))
        self.assertTrue(stored)
