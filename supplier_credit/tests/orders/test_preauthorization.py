import requests
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestPreauthorization(SupplierCreditCommon):
    """Seed 001, "Bloqueio de Pedidos" and "Pré Autorização"."""

    def test_order_with_supplier_bearer_is_blocked_and_says_why(self):
        order = self.create_order()
        self.assertEqual(order.supplier_release_state, "blocked")
        with self.assertRaisesRegex(UserError, f"{order.name}.*Send Pre-Authorization"):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_choosing_the_bearer_on_the_form_blocks_and_changing_it_back_frees(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        self.assertFalse(order.supplier_release_state)
        with Form(order) as form:
            form.preferred_payment_method_line_id = self.bearer
            self.assertTrue(form.supplier_block_reason)
        self.assertEqual(order.supplier_release_state, "blocked")

    def test_order_with_another_bearer_is_left_alone(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.supplier_release_state)

    def test_the_charge_type_of_the_bearer_decides(self):
        method = self.bearer.payment_method_id
        other = self.bearer.copy({"name": "Boleto"})
        other.payment_method_id = self.env.ref("account.account_payment_method_manual_in")
        order = self.create_order(bearer=other)
        self.assertFalse(order.is_supplier_credit)
        order.action_confirm()
        invoice = order.with_user(self.accountant)._create_invoices()
        self.assertFalse(invoice.is_supplier_credit)
        other.payment_method_id = method
        self.assertTrue(order._filter_supplier_credit())
        self.assertTrue(invoice._filter_supplier_credit())
        self.assertEqual(self.create_order(bearer=other).supplier_release_state, "blocked")

    def test_reservation_releases_the_order(self):
        order = self.create_order()
        reservation = self.reserve(order)
        self.assertRecordValues(
            reservation,
            [
                {
                    "state": "active",
                    "code": "PA-1",
                    "amount": 610.37,
                    "order_amount": 610.37,
                    "requested_amount": 610.37,
                    "customer_vat": "57647232000153",
                    "error": False,
                }
            ],
        )
        self.assertEqual(str(reservation.valid_until), "2026-12-31")
        self.assertEqual(order.supplier_release_state, "released_reservation")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_is_sent(self):
        self.agreement.tolerance_percent = 10
        order = self.create_order()
        reservation = self.reserve(order, amount="671.41")
        (call,) = self.supplier.calls("POST", "/pre-autorizacoes$")
        self.assertEqual(
            call["json"],
            {
                "cnpjCpf": "57647232000153",
                "numeroPedido": order.name,
                "valorPedido": "610.37",
                "valorPreAutorizacao": "671.41",
                "parcelas": [
                    {
                        "numeroParcela": 1,
                        "dataVencimento": "2026-12-22",
                        "valorParcela": "203.44",
                    },
                    {
                        "numeroParcela": 2,
                        "dataVencimento": "2027-01-21",
                        "valorParcela": "203.44",
                    },
                    {
                        "numeroParcela": 3,
                        "dataVencimento": "2027-02-20",
                        "valorParcela": "203.49",
                    },
                ],
            },
        )
        message = self.messages(reservation)
        self.assertEqual(call["headers"]["Idempotency-Key"], message.idempotency_key)
        self.assertEqual(message.state, "done")

    def test_pressed_twice_before_the_answer_makes_one_reservation(self):
        order = self.create_order()
        order.action_send_supplier_preauthorization()
        order.action_send_supplier_preauthorization()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver()
        self.assertEqual(len(order.sudo().supplier_preauthorization_ids), 1)
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), 1)

    def test_sent_from_the_form_the_sales_list_and_the_console(self):
        orders = self.env["sale.order"].with_user(self.salesman)
        name = "action_send_supplier_preauthorization"
        console = self.env.ref("supplier_credit.sale_order_view_list_console")
        for view, kind in ((None, "form"), (console.id, "list")):
            self.assertIn(f'name="{name}"', orders.get_view(view, kind)["arch"])
        action = self.env.ref("supplier_credit.sale_order_action_send_preauthorization")
        actions = self.env["ir.actions.actions"].with_user(self.salesman)
        bindings = actions.get_bindings("sale.order")
        self.assertIn(action.id, [bound["id"] for bound in bindings["action"]])
        chosen = self.create_order() | self.create_order()
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        action.with_user(self.salesman).with_context(
            active_model="sale.order", active_ids=chosen.ids
        ).run()
        self.deliver()
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), 2)
        self.assertEqual(chosen.mapped("supplier_preauthorization_state"), ["active", "active"])

    def test_pressed_again_after_the_answer_is_refused_naming_the_code(self):
        order = self.create_order()
        self.reserve(order)
        with self.assertRaisesRegex(UserError, "PA-1"):
            order.action_send_supplier_preauthorization()

    def test_nothing_is_sent_for_a_transaction_that_rolls_back(self):
        order = self.create_order()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            order.action_send_supplier_preauthorization()
            raise ZeroDivisionError
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        self.deliver()
        self.assertFalse(self.supplier.calls("POST", "/pre-autorizacoes$"))

    def test_all_that_is_missing_is_said_at_once(self):
        order = self.create_order(amount=0)
        self.customer.vat = False
        order.preferred_payment_method_line_id = False
        with self.assertRaises(UserError) as caught:
            order.action_send_supplier_preauthorization()
        for part in (order.name, "bearer", "nothing of it is left", "CNPJ"):
            self.assertIn(part, str(caught.exception))
        self.assertFalse(order.sudo().supplier_preauthorization_ids)

    def test_declined_order_stays_blocked_with_the_reason(self):
        order = self.create_order()
        reservation = self.reserve(
            order, state="REPROVADA", code=None, motivo="Limite insuficiente", dataVigencia=None
        )
        self.assertEqual(reservation.state, "declined")
        self.assertEqual(reservation.reason, "Limite insuficiente")
        self.assertEqual(order.supplier_release_state, "blocked")
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_order_in_analysis_is_released_when_a_query_finds_it_approved(self):
        order = self.create_order()
        reservation = self.reserve(order, state="EM_ANALISE", amount="0.00", dataVigencia=None)
        self.assertEqual(reservation.state, "in_analysis")
        self.assertEqual(order.supplier_release_state, "blocked")
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        reservation.with_user(self.salesman).action_query()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertEqual(order.supplier_release_state, "released_reservation")

    def test_one_without_code_keeps_no_other_from_being_queried(self):
        known = self.reserve(self.create_order(), state="EM_ANALISE", dataVigencia=None)
        declined = self.reserve(self.create_order(), state="REPROVADA", code=None)
        with self.assertRaisesRegex(UserError, f"{declined.order_number} has no code"):
            declined.with_user(self.salesman).action_query()
        summary = (known | declined).with_user(self.salesman).action_query()["params"]
        self.assertIn("1 done, 1 not:\nThe pre-authorization of order", summary["message"])
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        self.deliver()
        self.assertEqual(known.state, "active")

    def test_partly_approved_amount_does_not_release(self):
        order = self.create_order()
        self.reserve(order, amount="305.18")
        self.assertEqual(order.supplier_release_state, "blocked")
        with self.assertRaisesRegex(UserError, "covers only"):
            order.action_confirm()

    def test_raising_the_order_above_the_reservation_blocks_again(self):
        order = self.create_order()
        self.reserve(order)
        order.order_line.price_unit = 700
        with self.assertRaisesRegex(UserError, "covers only"):
            order.action_confirm()
        order.write({"order_line": [(1, order.order_line.id, {"price_unit": 610.37})]})
        self.assertEqual(order.supplier_release_state, "released_reservation")

    def test_copy_of_a_released_order_is_blocked(self):
        order = self.create_order()
        self.reserve(order)
        copy = order.copy()
        self.assertEqual(copy.supplier_release_state, "blocked")
        self.assertFalse(copy.supplier_preauthorization_id)

    def test_refused_data_can_be_corrected_and_sent_again(self):
        order = self.create_order()
        problem = {"status": 422, "codigo": "DADOS_INVALIDOS", "mensagem": "Verifique."}
        self.supplier.on("POST", "/pre-autorizacoes$", problem, 422)
        order.action_send_supplier_preauthorization()
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        self.assertEqual(reservation.state, "draft")
        self.assertIn("DADOS_INVALIDOS", reservation.error)
        self.assertEqual(self.messages(reservation).state, "rejected")
        again = self.reserve(order)
        self.assertEqual(again, reservation)
        self.assertEqual(reservation.state, "active")
        keys = self.messages(reservation).mapped("idempotency_key")
        self.assertEqual(len(set(keys)), 2, "a corrected message has a key of its own")

    def test_renewal_done_at_supplier_is_read(self):
        order = self.create_order()
        reservation = self.reserve(order)
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer(state="VENCIDA"))
        reservation.with_user(self.salesman).action_query()
        self.deliver()
        self.assertEqual(reservation.state, "expired")
        self.assertEqual(order.supplier_release_state, "blocked")
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        reservation.with_user(self.salesman).action_query()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertEqual(order.supplier_release_state, "released_reservation")

    def expire_by_cron(self):
        with self.enter_registry_test_mode():
            cron = self.env.ref("supplier_credit.ir_cron_expire_preauthorizations")
            cron.method_direct_trigger()

    def test_valid_through_its_last_day_and_expired_from_the_next(self):
        order = self.create_order()
        reservation = self.reserve(order)
        # 23:30 of 31 December and 00:30 of 1 January in Sao Paulo.
        with freeze_time("2027-01-01 02:30:00"):
            self.expire_by_cron()
            self.assertEqual(reservation.state, "active")
            self.assertFalse(order._get_supplier_block_reason())
        with freeze_time("2027-01-01 03:30:00"):
            self.assertIn("expired", order._get_supplier_block_reason())
            with self.assertRaisesRegex(UserError, "valid through"):
                order.action_confirm()
            self.expire_by_cron()
            self.assertEqual(reservation.state, "expired")
            self.assertEqual(order.supplier_release_state, "blocked")
            self.assertRegex(order._get_supplier_block_reason(), "PA-1.*expired. Use Renew")
            second = self.reserve(order, code="PA-2", dataVigencia="2027-01-31")
            self.assertEqual(second.state, "active")
            order.action_confirm()

    def test_bearer_with_a_live_reservation_is_neither_deleted_nor_changed(self):
        order = self.create_order()
        self.reserve(order)
        with self.assertRaisesRegex(UserError, order.name):
            self.bearer.unlink()
        manual = self.env.ref("account.account_payment_method_manual_in")
        with self.assertRaisesRegex(UserError, order.name):
            self.bearer.payment_method_id = manual
        self.assertEqual(self.bearer.code, "supplier")

    def test_order_of_nothing_is_not_blocked(self):
        order = self.create_order(amount=0)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_only_one_live_reservation_even_past_the_method(self):
        order = self.create_order()
        reservation = self.reserve(order)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            reservation.copy({"state": "sending"})

    def test_sale_without_active_agreement_is_refused_with_the_way_out(self):
        self.agreement.enabled = False
        order = self.create_order()
        with self.assertRaisesRegex(UserError, "no active agreement"):
            order.action_send_supplier_preauthorization()
        self.assertFalse(order.sudo().supplier_preauthorization_ids)

    def test_network_fault_leaves_the_order_blocked_and_the_message_waiting(self):
        order = self.create_order()
        self.supplier.on("POST", "/pre-autorizacoes$", "down", 503)
        order.action_send_supplier_preauthorization()
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        message = self.messages(reservation)
        self.assertEqual((reservation.state, message.state), ("sending", "waiting"))
        self.assertIn("cannot be reached", reservation.error)
        self.assertGreater(message.next_attempt, fields.Datetime.now())
        self.supplier.on("POST", "/pre-autorizacoes$", self.reservation_answer(), 201)
        order.action_send_supplier_preauthorization()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertFalse(reservation.error)
        keys = {
            call["headers"]["Idempotency-Key"]
            for call in self.supplier.calls("POST", "/pre-autorizacoes$")
        }
        self.assertEqual(keys, {message.idempotency_key})

    def test_timeout_after_processing_is_asked_before_anything_is_sent_again(self):
        order = self.create_order()
        self.supplier.on("POST", "/pre-autorizacoes$", requests.exceptions.ReadTimeout())
        order.action_send_supplier_preauthorization()
        self.deliver()
        reservation = order.sudo().supplier_preauthorization_id
        message = self.messages(reservation)
        self.assertEqual(message.state, "unknown")
        self.assertIn("did not answer in time", reservation.error)
        self.supplier.on(
            "GET", "/pre-autorizacoes$", {"itens": [self.reservation_answer()], "temMais": False}
        )
        message.action_retry()
        self.deliver()
        self.assertEqual(reservation.state, "active")
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), 1)
        (query,) = self.supplier.calls("GET", "/pre-autorizacoes$")
        self.assertEqual(query["params"], {"chaveIdempotencia": message.idempotency_key})
