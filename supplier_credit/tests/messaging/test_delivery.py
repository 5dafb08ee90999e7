from datetime import timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.api.exchange import Claim
from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestDelivery(SupplierCreditCommon):
    """The outbox: a committed message is sent once, a rolled back one never."""

    def _queue(self, **values):
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        reservation = order.sudo().supplier_preauthorization_id
        message = self.messages(reservation)
        message.write(values)
        self.env.cr.postcommit.clear()
        return reservation, message

    def test_cron_delivers_what_the_commit_could_not(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("active", "done"))

    def test_cron_waits_until_a_message_is_due(self):
        _reservation, message = self._queue(
            next_attempt=fields.Datetime.now() + timedelta(minutes=5)
        )
        self.deliver_by_cron()
        self.assertEqual((message.state, message.attempts), ("waiting", 0))

    def test_message_in_another_process_is_left_alone(self):
        _reservation, message = self._queue(
            state="sending", lease_until=fields.Datetime.now() + timedelta(minutes=1)
        )
        self.deliver_by_cron()
        self.assertEqual(message.state, "sending")
        self.assertFalse(self.supplier.requests)

    def test_message_of_a_dead_process_is_asked_about_and_then_sent_under_its_key(self):
        reservation, message = self._queue(
            state="sending", lease_until=fields.Datetime.now() - timedelta(seconds=1)
        )
        self.supplier.on("GET", "/pre-autorizacoes$", {"itens": [], "temMais": False})
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("active", "done"))
        methods = [
            (call["method"], call["headers"]["Idempotency-Key"] if call["method"] == "POST" else "")
            for call in self.supplier.requests
            if "pre-autorizacoes" in call["url"]
        ]
        self.assertEqual(methods, [("GET", ""), ("POST", message.idempotency_key)])

    def test_message_of_a_dead_process_that_was_processed_is_not_sent_again(self):
        reservation, _message = self._queue(
            state="sending", lease_until=fields.Datetime.now() - timedelta(seconds=1)
        )
        self.supplier.on(
            "GET", "/pre-autorizacoes$", {"itens": [self.reservation_answer()], "temMais": False}
        )
        self.deliver_by_cron()
        self.assertEqual(reservation.state, "active")
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))

    def test_failing_query_keeps_the_outcome_unknown(self):
        _reservation, message = self._queue(state="unknown")
        self.supplier.on("GET", "/pre-autorizacoes$", "", 503)
        self.deliver_by_cron()
        self.assertEqual(message.state, "unknown")
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))

    @freeze_time("2026-11-22 12:00:00")
    def test_waiting_grows_with_each_failure_and_has_an_end(self):
        _reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", "", 500)
        waits = []
        for _attempt in range(9):
            message.next_attempt = fields.Datetime.now()
            self.deliver_by_cron()
            waits.append((message.next_attempt - fields.Datetime.now()).total_seconds())
        self.assertEqual(message.attempts, 9)
        self.assertTrue(45 <= waits[0] <= 75, waits)
        self.assertTrue(4 * 48 <= waits[2] <= 4 * 72, waits)
        self.assertLessEqual(max(waits), 3600 * 1.2)

    @freeze_time("2026-11-22 12:00:00")
    def test_retry_after_is_honoured(self):
        _reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", "", 429, {"Retry-After": "1000"})
        self.deliver_by_cron()
        self.assertEqual(message.next_attempt, fields.Datetime.now() + timedelta(seconds=1000))

    def test_malformed_answer_is_kept_shown_and_asked_about_on_retry(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", "<html>", 200)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("sending", "failed"))
        self.assertEqual(message.response, "<html>")
        self.assertTrue(reservation.error)
        self.deliver_by_cron()
        self.assertEqual(message.attempts, 1, "a failed message waits for a person")
        self.supplier.on(
            "GET", "/pre-autorizacoes$", {"itens": [self.reservation_answer()], "temMais": False}
        )
        message.action_retry()
        self.deliver()
        self.assertEqual((reservation.state, message.state), ("active", "done"))
        self.assertFalse(reservation.error)

    def test_absurd_answer_changes_nothing(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(amount="-1.00"), 201)
        with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("sending", "failed"))
        self.assertIn("valorPreAutorizado", message.error)
        self.assertFalse(reservation.amount)

    def test_error_while_applying_is_kept_and_can_be_repeated(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        model = type(reservation)
        broken = patch.object(model, "_apply_answer", side_effect=UserError("locked"))
        with broken, self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            self.deliver_by_cron()
        self.assertEqual(message.state, "failed")
        self.assertIn("locked", message.error)
        self.supplier.on(
            "GET", "/pre-autorizacoes$", {"itens": [self.reservation_answer()], "temMais": False}
        )
        message.action_retry()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), 1)

    def _languages_of_problems(self, sender):
        """Return the languages in which problems are shown on an order that this user sends."""
        order = self.create_order().with_user(sender)
        order.action_send_supplier_preauthorization()
        self.env.cr.postcommit.clear()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual(self.messages(reservation).create_uid.id, sender)
        seen = []

        def show(_record, message, _text):
            seen.append(message.env.lang)

        self.supplier.on("POST", "/pre-autorizacoes$", "", 503)
        with patch.object(type(reservation), "_show_problem", show):
            self.deliver_by_cron()
        return seen

    def test_problems_are_told_in_the_language_of_who_sent(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.salesman.lang = "pt_BR"
        self.assertEqual(self._languages_of_problems(self.salesman.id), ["pt_BR"])

    def test_problems_of_what_no_person_sent_are_told_to_who_answers_for_the_agreement(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.salesman.lang = "pt_BR"
        self.agreement.user_id = self.salesman
        self.assertEqual(self._languages_of_problems(SUPERUSER_ID), ["pt_BR"])

    def test_answer_that_comes_after_another_process_took_over_is_ignored(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver_by_cron()
        self.assertEqual(message.state, "done")
        late = Claim(message.id, self.agreement.id, 0, "", None, "", "", False, None, 1)
        with self.assertLogs("odoo.addons.supplier_credit", "WARNING"):
            message._process_outcomes([(late, self.reservation_answer(amount="1.00"))])
        self.assertEqual((message.state, reservation.amount), ("done", 610.37))

    def test_characters_that_cannot_be_stored_stop_neither_message_nor_queue(self):
        poisoned, message = self._queue()
        problem = {"status": 422, "codigo": "X", "mensagem": "a\u0000b\ud800c"}
        self.supplier.on("POST", "/pre-autorizacoes$", problem, 422)
        self.deliver_by_cron()
        self.assertEqual((poisoned.state, message.state), ("draft", "rejected"))
        self.supplier.on(
            "POST", "/pre-autorizacoes$", "<\x00\ud800>".encode("utf-8", "replace").decode()
        )
        _other, second = self._queue()
        self.deliver_by_cron()
        self.assertEqual(second.state, "failed")
        answer = self.reservation_answer(motivo="\ud800 \u0000")
        self.supplier.on("POST", "/pre-autorizacoes$", answer, 201)
        third, _message = self._queue()
        with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            self.deliver_by_cron()
        self.assertEqual(third.state, "sending")
        self.assertTrue(third.error)

    def test_one_message_that_cannot_be_delivered_leaves_the_others(self):
        first, broken = self._queue()
        second, _message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        prepare = type(broken)._prepare_claim

        def fail_once(message, *arguments):
            if message == broken:
                raise ValueError("broken")
            return prepare(message, *arguments)

        with (
            patch.object(type(broken), "_prepare_claim", fail_once),
            self.assertLogs("odoo.addons.supplier_credit", "ERROR"),
        ):
            self.deliver_by_cron()
        self.assertEqual((broken.state, second.state), ("waiting", "active"))
        self.assertIn("broken", broken.error)
        self.assertIn("could not be prepared", first.error)

    def test_unexpected_error_in_the_exchange_is_asked_about(self):
        _reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", RuntimeError("surprise"))
        with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            self.deliver_by_cron()
        self.assertEqual(message.state, "unknown")

    def test_failing_query_tells_its_own_cause(self):
        reservation, message = self._queue(state="unknown")
        self.supplier.on("POST", "/oauth/token", {}, 401)
        self.agreement.client_secret = "another"
        self.deliver_by_cron()
        self.assertEqual(message.state, "unknown")
        self.assertIn("refused the credentials", reservation.error)

    def test_nothing_leaves_under_a_switched_off_agreement(self):
        _reservation, message = self._queue()
        self.agreement.enabled = False
        self.deliver_by_cron()
        self.assertFalse(self.supplier.requests)
        self.assertEqual(message.state, "waiting")
        self.assertIn("not active", message.error)
        self.assertEqual(_reservation.error, message.error)

    def test_wrong_secret_keeps_the_message_waiting(self):
        reservation, message = self._queue()
        self.agreement.client_secret = "another"
        self.supplier.on("POST", "/oauth/token", {}, 401)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, message.state), ("sending", "waiting"))
        self.assertIn("refused the credentials", reservation.error)

    def test_many_messages_of_one_request_are_left_to_the_cron(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders |= self.create_order()
        orders.action_send_supplier_preauthorization()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver()
        states = orders.sudo().supplier_preauthorization_ids.mapped("state")
        self.assertEqual(sorted(states), ["active"] * 3 + ["sending"] * 2)
        cron = self.env.ref("supplier_credit.ir_cron_deliver_messages")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.deliver_by_cron()
        states = orders.sudo().supplier_preauthorization_ids.mapped("state")
        self.assertEqual(states, ["active"] * 5)

    def test_what_is_done_cannot_be_retried(self):
        reservation, message = self._queue()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver_by_cron()
        with self.assertRaisesRegex(UserError, "nothing to retry"):
            message.action_retry()
        self.assertEqual(reservation.state, "active")

    def test_broken_connection_after_sending_is_unknown(self):
        _reservation, message = self._queue()
        self.supplier.on(
            "POST", "/pre-autorizacoes$", requests.exceptions.ChunkedEncodingError("cut")
        )
        self.deliver_by_cron()
        self.assertEqual(message.state, "unknown")
