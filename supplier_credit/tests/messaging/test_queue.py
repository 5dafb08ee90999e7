from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from ...tools.api.client import SupplierClient
from ...tools.api.exchange import Exchanges, exchange
from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestQueue(SupplierCreditCommon):
    """The order in which messages are sent, and what holds all of them back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["supplier.credit.message"].sudo()
        cls.agreement.user_id = cls.accountant

    def _waiting(self, order=None):
        """Send an order's pre-authorization and leave its message waiting."""
        order = order or self.create_order()
        order.action_send_supplier_preauthorization()
        self.env.cr.postcommit.clear()
        reservation = order.sudo().supplier_preauthorization_id
        return reservation, self.messages(reservation)

    def _sent(self, method="POST", path="/pre-autorizacoes"):
        return [
            call["url"].removeprefix("https://supplier.example.com/api/v1")
            for call in self.supplier.calls(method, path)
        ]

    def test_messages_about_one_record_go_one_after_another(self):
        reservation, create = self._waiting()
        reservation.code = "PA-1"
        query = reservation._queue_message(self.agreement, "preauthorization_query", None)
        self.env.cr.postcommit.clear()
        self.assertEqual(self.model._find_due(), create.ids)
        create.next_attempt = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual(self.model._find_due(), [], "the query waits for the first one's outcome")
        create.next_attempt = fields.Datetime.now()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.deliver_by_cron()
        self.assertEqual((create | query).mapped("state"), ["done", "done"])

    def test_what_frees_credit_leaves_before_what_takes_it(self):
        order = self.create_order()
        former = self.reserve(order)
        _reservation, create = self._waiting()
        order._action_cancel()
        self.env.cr.postcommit.clear()
        cancel = self.messages(former).filtered(lambda m: m.operation == "preauthorization_cancel")
        self.assertGreater(cancel.id, create.id)
        self.assertEqual(self.model._find_due(), cancel.ids)
        self.supplier.requests.clear()
        self.supplier.on("POST", "/cancelamento$", self.reservation_answer(state="CANCELADA"))
        self.deliver_by_cron()
        self.assertEqual(self._sent(), ["/pre-autorizacoes/PA-1/cancelamento", "/pre-autorizacoes"])

    def test_a_cancellation_that_backs_off_holds_up_nobody(self):
        order = self.create_order()
        self.reserve(order)
        order._action_cancel()
        _reservation, create = self._waiting()
        waiting = self.model.search([("operation", "=", "preauthorization_cancel")])
        waiting.next_attempt = fields.Datetime.now() + timedelta(minutes=5)
        self.assertEqual(self.model._find_due(), create.ids)

    def test_another_customers_cancellation_holds_up_nobody(self):
        order = self.create_order()
        self.reserve(order)
        order._action_cancel()
        other = self.customer.copy({"name": "Outro", "vat": "34.128.745/0001-52"})
        _reservation, create = self._waiting(self.create_order(partner_id=other.id))
        self.assertIn(create.id, self.model._find_due())

    def test_refused_credentials_stop_the_queue_and_tell_the_responsible_once(self):
        self.supplier.on("POST", "/oauth/token", {}, 401)
        self.agreement.client_secret = "wrong"
        reservations = [self._waiting()[0] for _number in range(3)]
        self.deliver_by_cron()
        self.assertTrue(self.agreement.queue_stopped)
        self.assertEqual(len(self.agreement.activity_ids), 1)
        self.assertEqual(self.agreement.activity_ids.user_id, self.accountant)
        asked = len(self.supplier.requests)
        late, _message = self._waiting()
        self.deliver_by_cron()
        self.assertEqual(len(self.supplier.requests), asked, "nothing is tried while stopped")
        self.assertIn("has stopped", late.error)
        self.assertEqual({r.state for r in reservations}, {"sending"})
        self.assertEqual(len(self.agreement.activity_ids), 1)

    def test_corrected_credentials_send_what_waited(self):
        self.supplier.on("POST", "/oauth/token", {}, 401)
        self.agreement.client_secret = "wrong"
        reservation, message = self._waiting()
        self.deliver_by_cron()
        self.supplier.answers.pop(0)
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.agreement.client_secret = "very-secret"
        self.assertFalse(self.agreement.queue_stopped)
        self.assertFalse(self.agreement.activity_ids)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("active", "done"))
        self.assertFalse(reservation.error)

    def test_resuming_closes_nobody_elses_to_do(self):
        self.agreement.activity_schedule("mail.mail_activity_data_todo", summary="Renew contract")
        self.agreement._stop_queue("refused")
        self.assertEqual(len(self.agreement.activity_ids), 2)
        self.agreement._resume_queue()
        self.assertEqual(self.agreement.activity_ids.mapped("summary"), ["Renew contract"])

    def test_a_working_connection_test_resumes(self):
        self.agreement._stop_queue("refused")
        self.assertEqual(len(self.agreement.activity_ids), 1)
        with patch.object(SupplierClient, "check"):
            self.agreement.action_test_connection()
        self.assertFalse(self.agreement.queue_stopped)

    def test_retry_after_pauses_all_messages_of_the_agreement(self):
        _reservation, message = self._waiting()
        self.supplier.on("POST", "/pre-autorizacoes$", "", 429, {"Retry-After": "90"})
        self.deliver_by_cron()
        self._waiting()
        self.assertEqual(self.model._find_due(), [])
        with freeze_time("2026-11-22 12:01:31"):
            self.assertEqual(len(self.model._find_due()), 2)
        self.assertEqual(message.attempts, 1)

    def test_one_agreement_stopped_leaves_the_others(self):
        _reservation, message = self._waiting()
        other = self.agreement.copy(
            {
                "name": "Second",
                "base_url": self.agreement.base_url,
                "client_id": "x",
                "client_secret": "y",
                "enabled": True,
            }
        )
        other._stop_queue("refused")
        self.assertEqual(self.model._find_due(), message.ids)

    def test_many_are_delivered_in_batches(self):
        reservations = [self._waiting()[0] for _number in range(12)]
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver_by_cron()
        self.assertEqual({r.state for r in reservations}, {"active"})
        self.assertEqual(len(self._sent()), 12)

    def test_what_was_claimed_but_never_begun_is_as_it_was(self):
        reservation, message = self._waiting()
        _other, unknown = self._waiting()
        unknown.state = "unknown"
        exchanges = Exchanges()
        with self.enter_registry_test_mode():
            claims = self.model._claim_due(exchanges, (message | unknown).ids, 1)
            late = [replace(claim, claimed_at=claim.claimed_at - 2) for claim, _parallel in claims]
            self.model._process_outcomes([(claim, exchange(claim)) for claim in late])
        self.assertEqual((message.state, unknown.state), ("waiting", "unknown"))
        self.assertFalse(message.error or reservation.error)
        self.assertEqual(len(self.model._find_due()), 2)

    def test_one_answer_that_cannot_be_applied_leaves_the_rest_of_its_batch(self):
        reservations = [self._waiting()[0] for _number in range(4)]
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        broken = reservations[1]
        apply = type(broken)._apply_answer

        def fail_once(record, message, body):
            if record == broken:
                raise ValueError("broken")
            return apply(record, message, body)

        with (
            patch.object(type(broken), "_apply_answer", fail_once),
            self.assertLogs("odoo.addons.supplier_credit", "ERROR"),
        ):
            self.deliver_by_cron()
        self.assertEqual([r.state for r in reservations], ["active", "sending", "active", "active"])
        self.assertIn("broken", broken.error)
