from ast import literal_eval

import requests
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestCancellation(SupplierCreditCommon):
    """Seed 001, "Cancelamento de Pré-Autorização": unneeded credit is freed at Supplier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order()
        cls.cancelled = cls.reservation_answer(state="CANCELADA")
        cls.supplier.on("POST", "/pre-autorizacoes/PA-1/cancelamento$", cls.cancelled)

    def cancellations(self):
        return self.supplier.calls("POST", "/cancelamento$")

    def test_cancelled_order_frees_its_credit(self):
        reservation = self.reserve(self.order)
        self.order.action_cancel()
        self.assertTrue(reservation.cancel_requested)
        self.deliver()
        self.assertEqual(len(self.cancellations()), 1)
        self.assertEqual(reservation.state, "cancelled")

    def test_console_shows_the_cancelled_order_with_its_reservation(self):
        self.reserve(self.order)
        self.order.action_cancel()
        self.deliver()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "supplier_credit.sale_order_action_console"
        )
        listed = self.order.search(literal_eval(action["domain"]))
        self.assertIn(self.order, listed)
        self.assertEqual(
            (self.order.state, self.order.supplier_preauthorization_state), ("cancel", "cancelled")
        )

    def test_confirmed_order_that_is_cancelled_frees_its_credit(self):
        reservation = self.reserve(self.order)
        self.order.action_confirm()
        self.order.action_cancel()
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")

    def test_deleted_order_frees_its_credit(self):
        reservation = self.reserve(self.order)
        number = self.order.name
        self.order.with_user(self.env.ref("base.user_admin")).sudo().unlink()
        self.deliver()
        self.assertEqual(len(self.cancellations()), 1)
        self.assertEqual((reservation.state, reservation.order_number), ("cancelled", number))
        self.assertFalse(reservation.order_id)

    def test_changed_bearer_frees_the_credit(self):
        reservation = self.reserve(self.order)
        self.order.preferred_payment_method_line_id = False
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")
        self.assertFalse(self.order.supplier_release_state)

    def test_changed_customer_frees_the_credit_reserved_for_the_former(self):
        reservation = self.reserve(self.order)
        self.order.partner_id = self.customer.copy({"vat": "95.398.560/0001-52"})
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")

    def test_other_edits_keep_the_reservation(self):
        reservation = self.reserve(self.order)
        self.order.write({"client_order_ref": "X", "partner_invoice_id": self.customer.id})
        self.order.write({"preferred_payment_method_line_id": self.bearer.id})
        self.order.action_confirm()
        self.deliver()
        self.assertFalse(self.cancellations())
        self.assertEqual(reservation.state, "active")

    def test_bearer_changed_back_needs_a_new_reservation_with_a_new_code(self):
        first = self.reserve(self.order)
        self.order.preferred_payment_method_line_id = False
        self.order.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, "being cancelled"):
            self.order.action_confirm()
        with self.assertRaisesRegex(UserError, "being cancelled"):
            self.order.action_send_supplier_preauthorization()
        self.deliver()
        second = self.reserve(self.order, code="PA-2")
        self.assertEqual((first.state, second.state), ("cancelled", "active"))
        self.assertEqual((first.code, second.code), ("PA-1", "PA-2"))

    def test_never_sent_reservation_is_withdrawn(self):
        self.order.action_send_supplier_preauthorization()
        self.order.action_cancel()
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes"))
        reservation = self.order.sudo().supplier_preauthorization_id
        self.assertEqual(reservation.state, "cancelled")
        self.assertEqual(self.messages(reservation).state, "withdrawn")

    def test_reservation_on_its_way_is_cancelled_once_its_answer_is_known(self):
        self.supplier.on("POST", "/pre-autorizacoes$", requests.exceptions.ReadTimeout())
        self.order.action_send_supplier_preauthorization()
        self.deliver()
        self.order.action_cancel()
        reservation = self.order.sudo().supplier_preauthorization_id
        self.assertEqual(reservation.state, "sending")
        self.supplier.on(
            "GET", "/pre-autorizacoes$", {"itens": [self.reservation_answer()], "temMais": False}
        )
        self.messages(reservation).action_retry()
        self.deliver()
        self.deliver_by_cron()
        self.assertEqual(len(self.cancellations()), 1)
        self.assertEqual(reservation.state, "cancelled")

    def test_cancellation_is_not_lost_while_supplier_is_down(self):
        reservation = self.reserve(self.order)
        self.supplier.on("POST", "/cancelamento$", "", 503)
        self.order.action_cancel()
        self.deliver()
        message = self.messages(reservation).filtered(
            lambda message: message.operation == "preauthorization_cancel"
        )
        self.assertEqual(message.state, "waiting")
        self.supplier.on("POST", "/cancelamento$", self.cancelled)
        message.action_retry()
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")

    def test_order_that_was_rolled_back_cancels_nothing(self):
        self.reserve(self.order)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.order.action_cancel()
            raise ZeroDivisionError
        self.deliver()
        self.assertFalse(self.cancellations())

    def test_refused_cancellation_can_be_pressed_again(self):
        reservation = self.reserve(self.order)
        problem = {"status": 422, "codigo": "X", "mensagem": "Em manutenção."}
        self.supplier.on("POST", "/cancelamento$", problem, 422)
        self.order.action_cancel()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertIn("Em manutenção.", reservation.error)
        self.supplier.on("POST", "/cancelamento$", self.cancelled)
        reservation.with_user(self.salesman).action_cancel()
        self.deliver()
        self.assertEqual((reservation.state, reservation.error), ("cancelled", False))

    def test_cancellation_pressed_again_while_it_waits_is_delivered_once(self):
        reservation = self.reserve(self.order)
        self.supplier.on("POST", "/cancelamento$", "", 503)
        self.order.action_cancel()
        self.deliver()
        self.supplier.on("POST", "/cancelamento$", self.cancelled)
        reservation.with_user(self.salesman).action_cancel()
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")
        keys = {call["headers"]["Idempotency-Key"] for call in self.cancellations()}
        self.assertEqual(len(keys), 1)

    def test_cancellation_that_arrives_after_the_expiry_is_booked(self):
        reservation = self.reserve(self.order)
        self.supplier.on("POST", "/cancelamento$", "", 503)
        self.order.action_cancel()
        self.deliver()
        reservation._move_to("expired")
        self.supplier.on("POST", "/cancelamento$", self.cancelled)
        self.messages(reservation).filtered(lambda m: m.state == "waiting").action_retry()
        self.deliver()
        self.assertEqual((reservation.state, reservation.error), ("cancelled", False))

    def test_refused_sending_leaves_nothing_to_cancel(self):
        """A reservation that is sent again after the bearer was restored stays."""
        self.supplier.on("POST", "/pre-autorizacoes$", requests.exceptions.ReadTimeout())
        self.order.action_send_supplier_preauthorization()
        self.deliver()
        self.order.preferred_payment_method_line_id = False
        self.order.preferred_payment_method_line_id = self.bearer
        reservation = self.order.sudo().supplier_preauthorization_id
        self.assertTrue(reservation.cancel_requested)
        self.supplier.on("GET", "/pre-autorizacoes$", {"itens": [], "temMais": False})
        problem = {"status": 422, "codigo": "X", "mensagem": "Em manutenção."}
        self.supplier.on("POST", "/pre-autorizacoes$", problem, 422)
        self.messages(reservation).action_retry()
        self.deliver()
        self.assertEqual(reservation.state, "draft")
        self.reserve(self.order)
        self.deliver_by_cron()
        self.assertEqual((reservation.state, reservation.cancel_requested), ("active", False))
        self.assertFalse(self.cancellations())
