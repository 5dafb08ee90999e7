import threading
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.messaging import message_delivery, message_outcome, message_stop
from ..common import SupplierCreditCommon

CREATION = "/pre-autorizacoes$"


@tagged("post_install", "-at_install")
class TestOutage(SupplierCreditCommon):
    """Supplier is silent, down or slow: nobody waits for it who needs not, and nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["supplier.credit.message"].sudo()
        cls.agreement.user_id = cls.accountant

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(message_outcome._brought_forward, clear=True))
        self.startPatcher(patch.object(message_stop, "_stopping", threading.Event()))

    def send(self):
        """Send an order's pre-authorization as a user does; return its message."""
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        self.deliver()
        return self.messages(order.sudo().supplier_preauthorization_id)

    def count_calls(self):
        return len(self.supplier.calls("POST", CREATION))

    def test_one_user_finds_out_that_supplier_is_down_and_no_other_waits(self):
        self.supplier.on("POST", CREATION, "", 503)
        first = self.send()
        self.assertEqual((first.state, self.count_calls()), ("waiting", 1))
        second = self.send()
        self.assertEqual((second.state, second.attempts, self.count_calls()), ("waiting", 0, 1))
        with freeze_time(fields.Datetime.now() + timedelta(seconds=61)):
            self.send()
        self.assertEqual(self.count_calls(), 2, "after a minute one tries again")

    def test_no_user_joins_one_who_waits(self):
        first = self.send_without_answer()
        first.write({"state": "sending", "attempts": 1})
        self.env.flush_all()
        self.supplier.on("POST", CREATION, self.reservation_answer(), 201)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=4)):
            waiting = self.send()
        self.assertEqual((waiting.state, self.count_calls()), ("waiting", 0))

    def send_without_answer(self):
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        self.env.cr.postcommit.clear()
        return self.messages(order.sudo().supplier_preauthorization_id)

    def test_one_request_of_a_process_waits_at_a_time(self):
        self.supplier.on("POST", CREATION, self.reservation_answer(), 201)
        with message_delivery._immediate:
            message = self.send()
        self.assertEqual((message.state, self.count_calls()), ("waiting", 0))
        cron = self.env.ref("supplier_credit.ir_cron_deliver_messages")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.deliver_by_cron()
        self.assertEqual(message.state, "done")
        self.assertFalse(message_delivery._immediate.locked())

    def test_silence_of_one_agreement_holds_up_no_other(self):
        self.supplier.on("POST", CREATION, "", 503)
        self.send()
        other = self.agreement.copy({"name": "Other", "client_id": "b", "enabled": False})
        other.write({"base_url": "https://other.example.com/api/v1", "client_secret": "s"})
        other.enabled = True
        self.bearer.supplier_agreement_id = other
        self.supplier.on("POST", "other.*/pre-autorizacoes$", self.reservation_answer(), 201)
        self.assertEqual(self.send().state, "done")

    def test_first_answer_after_an_outage_brings_the_rest_forward(self):
        self.supplier.on("POST", CREATION, "", 503)
        messages = self.send()
        for _number in range(3):
            messages |= self.send()
        self.deliver_by_cron()
        with freeze_time(fields.Datetime.now() + timedelta(seconds=1)):
            self.assertEqual(set(messages.mapped("attempts")), {1})
            self.assertFalse(self.model._find_due(), "each has its own pause")
            self.supplier.on("POST", CREATION, self.reservation_answer(), 201)
            messages[0].next_attempt = fields.Datetime.now()
            self.deliver_by_cron()
            self.deliver_by_cron()
        self.assertEqual(set(messages.mapped("state")), {"done"})

    def test_request_that_is_never_taken_is_not_repeated_with_each_that_is(self):
        self.supplier.on("POST", CREATION, "", 503)
        poison = self.send()
        self.supplier.on("POST", CREATION, self._answer_but_for(poison), 201)
        for _number in range(5):
            self.send_without_answer()
            self.deliver_by_cron()
        self.assertEqual(poison.attempts, 2, "brought forward once within the minute")

    def _answer_but_for(self, poison):
        def answer(options):
            if options["headers"]["Idempotency-Key"] == poison.idempotency_key:
                return ConnectionResetError("never")
            return self.reservation_answer()

        return answer

    def test_pause_of_years_is_half_a_day_and_can_be_ended(self):
        for number, asked in enumerate(
            ("99999999999", "4102444800", "Fri, 31 Dec 2099 23:59:59 GMT")
        ):
            with self.subTest(asked):
                self.supplier.on("POST", CREATION, "", 429, {"Retry-After": asked})
                message = self.send_without_answer()
                self.deliver_by_cron()
                self.assertTrue(self.agreement.is_paused)
                pause = self.agreement.paused_until - fields.Datetime.now()
                self.assertLessEqual(pause, timedelta(hours=12))
                self.assertFalse(self.model._find_due())
                with self.assertRaises(AccessError):
                    self.agreement.with_user(self.salesman).action_try_now()
                self.supplier.on(
                    "POST", CREATION, self.reservation_answer(code=f"PA-{number}"), 201
                )
                self.agreement.action_try_now()
                self.deliver_by_cron()
                self.assertEqual(message.state, "done")
                self.assertFalse(self.agreement.is_paused)

    def test_stopped_process_gives_its_claims_back(self):
        """The next one need not wait for the lease; it asks by the key before it sends."""
        message = self.send_without_answer()
        lease = fields.Datetime.now() + timedelta(seconds=160)
        message.write({"state": "sending", "attempts": 1, "lease_until": lease})
        self.assertFalse(self.model._find_due())
        self.model._note_claimed(message.ids)
        with self.registry_test_mode():
            message_stop.give_claims_back()
        self.assertEqual(self.model._find_due(), message.ids)
        self.supplier.on("GET", CREATION, {"itens": [self.reservation_answer()], "temMais": False})
        self.deliver_by_cron()
        self.assertEqual(message.state, "sending", "its own cron still runs, and takes none again")
        self.assertEqual(self.model._find_due(), message.ids)
        message_stop._stopping.clear()
        self.deliver_by_cron()
        self.assertEqual((message.state, self.count_calls()), ("done", 0))

    def test_what_is_claimed_while_the_process_stops_is_given_back(self):
        """The stop comes between the claim and the note of it."""
        message = self.send_without_answer()
        claim = type(self.model)._claim_due

        def stopped_after(model, *args):
            claims = claim(model, *args)
            message_stop.give_claims_back()
            return claims

        self.patch(type(self.model), "_claim_due", stopped_after)
        self.deliver_by_cron()
        self.assertEqual((message.state, self.count_calls()), ("sending", 0))
        self.assertEqual(self.model._find_due(), message.ids)

    def test_server_whose_clock_is_ahead_takes_no_message_of_another(self):
        """The database's clock counts, which both have."""
        message = self.send_without_answer()
        with self.supplier.listening(), self.registry_test_mode():
            (due,) = self.model._find_due(self.agreement, message.ids, lock=True)
            self.model.browse(due)._claim(self.agreement, 5)
        ahead = fields.Datetime.now() + timedelta(minutes=10)
        with patch.object(fields.Datetime, "now", lambda *_args: ahead):
            self.assertFalse(self.model._find_due())
            later = self.send_without_answer()
        self.assertEqual(self.model._find_due(), later.ids, "it need not wait ten minutes")

    def test_what_has_ended_is_not_given_back(self):
        self.supplier.on("POST", CREATION, self.reservation_answer(), 201)
        message = self.send()
        claimed = message_stop._claimed.get(self.env.cr.dbname, set())
        self.assertNotIn(message.id, claimed)
