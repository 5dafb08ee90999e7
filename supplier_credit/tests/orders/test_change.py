from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from requests.exceptions import ReadTimeout

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestChange(SupplierCreditCommon):
    """Seed 001, "2 - Alteração de Pré-Autorização"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order(amount=1000)
        cls.reservation = cls.reserve(cls.order, amount="1000.00")

    def _run(self, cron="follow_orders"):
        with self.supplier.listening(), self.enter_registry_test_mode():
            self.env.ref(f"supplier_credit.ir_cron_{cron}").method_direct_trigger()
        self.deliver_by_cron()

    def _puts(self):
        return [call["json"] for call in self.supplier.calls("PUT", "/pre-autorizacoes/PA-1$")]

    def _set_amount(self, amount):
        self.order.order_line.price_unit = amount

    def _answer_change(self, amount, status=200, **values):
        self.supplier.on(
            "PUT",
            "/pre-autorizacoes/PA-1$",
            self.reservation_answer(amount=amount, **values),
            status,
        )

    def test_changes_are_collected_into_one_with_the_amount_there_is_then(self):
        self.agreement.tolerance_percent = 10
        self._answer_change("1320.00")
        self._set_amount(1100)
        self._set_amount(1500)
        self._set_amount(1200)
        self._run()
        (body,) = self._puts()
        self.assertEqual(body["valorPreAutorizacao"], "1320.00")
        self.assertEqual(sum(float(p["valorParcela"]) for p in body["parcelas"]), 1200.0)
        self.assertRecordValues(
            self.reservation,
            [{"amount": 1320.0, "order_amount": 1200.0, "order_total": 1200.0, "error": False}],
        )
        self.assertEqual(self.order.supplier_release_state, "released_reservation")

    def test_nothing_is_sent_when_the_amount_came_back(self):
        self._set_amount(1500)
        self._set_amount(1000)
        self._run()
        self.assertEqual(self._puts(), [])

    def test_raised_amount_blocks_until_the_change_is_granted(self):
        self._set_amount(1500)
        with self.assertRaisesRegex(UserError, "covers only"):
            self.order.action_confirm()
        self._answer_change("1500.00")
        self._run()
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_lowered_amount_gives_credit_back_and_stays_released(self):
        self._answer_change("600.00")
        self._set_amount(600)
        self.assertFalse(self.order.supplier_block_reason)
        self._run()
        self.assertEqual(self._puts()[0]["valorPreAutorizacao"], "600.00")
        self.assertEqual(self.reservation.amount, 600)

    def test_lowering_whose_outcome_is_unknown_no_longer_covers_the_old_amount(self):
        """Supplier may already have lowered the reservation."""
        self.supplier.on("PUT", "/pre-autorizacoes/PA-1$", ReadTimeout())
        self._set_amount(600)
        self._run()
        self._set_amount(1000)
        with self.assertRaisesRegex(UserError, r"covers only.*600"):
            self.order.action_confirm()
        self._set_amount(600)
        self.assertFalse(self.order.supplier_block_reason)
        lowered = self.reservation_answer(amount="600.00")
        self.supplier.on("GET", "/pre-autorizacoes$", {"itens": [lowered], "temMais": False})
        self.messages(self.reservation).filtered(lambda m: m.state == "unknown").action_retry()
        self.deliver()
        self.assertFalse(self.order.supplier_block_reason)

    def test_refused_lowering_covers_the_old_amount_again(self):
        self._answer_change("600.00", 422)
        self._set_amount(600)
        self._run()
        self._set_amount(1000)
        self.assertFalse(self.order.supplier_block_reason)

    def test_release_of_the_rest_whose_outcome_is_unknown_covers_nothing(self):
        self.supplier.on("POST", "/liberacao-saldo$", ReadTimeout())
        self._set_amount(0)
        self._run()
        self._set_amount(1000)
        for _time in range(2):
            with self.assertRaisesRegex(UserError, "covers only"):
                self.order.action_confirm()
            self._run()
        self.assertEqual(self._puts(), [])

    def test_the_interval_of_2_3_is_kept(self):
        self._answer_change("1100.00")
        self._set_amount(1100)
        self._run()
        self._set_amount(1200)
        with freeze_time("2026-11-22 12:04:00"):
            self._run()
        self.assertEqual(len(self._puts()), 1)
        self._answer_change("1200.00")
        with freeze_time("2026-11-22 12:05:00"):
            self._run()
        self.assertEqual(len(self._puts()), 2)

    def test_interval_zero_leaves_changes_to_be_sent_by_hand(self):
        self.agreement.change_interval_minutes = 0
        self._set_amount(1100)
        self._run()
        self.assertEqual(self._puts(), [])
        self._answer_change("1100.00")
        self.reservation.with_user(self.salesman).action_send_change()
        self.deliver()
        self.assertEqual(self.reservation.amount, 1100)

    def test_refused_change_keeps_the_old_reservation_and_is_not_repeated(self):
        problem = {"status": 422, "codigo": "LIMITE", "mensagem": "Limite insuficiente."}
        self.supplier.on("PUT", "/pre-autorizacoes/PA-1$", problem, 422)
        self._set_amount(5000)
        self._run()
        self.assertEqual((self.reservation.state, self.reservation.amount), ("active", 1000))
        self.assertIn("Limite insuficiente", self.reservation.error)
        self.assertEqual(self.order.supplier_release_state, "blocked")
        with freeze_time("2026-11-22 13:00:00"):
            self._run()
        self.assertEqual(len(self._puts()), 1, "not again for the same amount")
        self._answer_change("2000.00")
        self._set_amount(2000)
        with freeze_time("2026-11-22 14:00:00"):
            self._run()
        self.assertEqual((self.reservation.amount, self.reservation.error), (2000, False))

    def test_what_was_used_stays_in_the_total_that_is_asked_for(self):
        self.agreement.tolerance_percent = 10
        invoice = self.create_invoice(self.order)
        self.reservation._consume(400, release_rest=False)
        invoice.invoice_line_ids.quantity = 0.4
        self.assertEqual(invoice.amount_total, 400)
        transaction = (
            self.env["supplier.credit.transaction"]
            .sudo()
            .create(
                {
                    "agreement_id": self.agreement.id,
                    "company_id": self.company.id,
                    "invoice_id": invoice.id,
                    "partner_id": self.customer.id,
                    "nfe_key": "1" * 44,
                    "total": 400,
                }
            )
        )
        transaction.state = "approved"
        self._run()
        self.assertEqual(self._puts(), [], "consumption is no edit of the order")
        self._answer_change("1280.00", state="UTILIZADA_PARCIAL")
        self._set_amount(1200)
        with freeze_time("2026-11-22 12:10:00"):
            self._run()
        self.assertEqual(self._puts()[0]["valorPreAutorizacao"], "1280.00")
        self.assertEqual(self.reservation.remaining_amount, 880)

    def test_an_order_gone_by_sql_is_noticed_and_its_credit_freed(self):
        """The comparison finds changes that bypass the ORM."""
        self.supplier.on("POST", "/cancelamento$", self.reservation_answer(state="CANCELADA"))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET preferred_payment_method_line_id = NULL WHERE id = %s",
            [self.order.id],
        )
        self.env.invalidate_all()
        self._run()
        self.assertEqual(self.reservation.state, "cancelled")

    def test_changed_customer_is_noticed(self):
        self.supplier.on("POST", "/cancelamento$", self.reservation_answer(state="CANCELADA"))
        other = self.customer.copy({"name": "Outra", "vat": "34.128.745/0001-52"})
        self.order.partner_invoice_id = other
        self.deliver()
        self.assertEqual(self.reservation.state, "cancelled")

    def test_nothing_left_to_invoice_frees_the_rest(self):
        self.supplier.on("POST", "/liberacao-saldo$", self.reservation_answer(state="CANCELADA"))
        self._set_amount(0)
        self._run()
        self.assertEqual(self.reservation.state, "cancelled")

    def test_one_query_finds_what_differs_whatever_lives(self):
        for _number in range(5):
            self.reserve(self.create_order(amount=100), amount="100.00", code="PA-9")
        self.env.flush_all()
        with self.assertQueryCount(1):
            found = self.reservation._find_differing(self.agreement)
        self.assertFalse(found)


@tagged("post_install", "-at_install")
class TestRelease(SupplierCreditCommon):
    """Seed 001, "3 - Cancelamento": cancelling, freeing the rest and querying by hand."""

    def _cancelled(self):
        self.supplier.on("POST", "/cancelamento$", self.reservation_answer(state="CANCELADA"))

    def test_cancelled_by_hand_and_sent_again_with_a_new_code(self):
        order = self.create_order()
        reservation = self.reserve(order)
        self._cancelled()
        reservation.with_user(self.salesman).action_cancel()
        self.deliver()
        self.assertEqual(reservation.state, "cancelled")
        self.assertEqual(order.supplier_release_state, "blocked")
        second = self.reserve(order, code="PA-2")
        self.assertEqual((second.state, second.code), ("active", "PA-2"))
        self.assertNotEqual(second, reservation)

    def test_what_holds_nothing_cannot_be_cancelled(self):
        reservation = self.reserve(self.create_order(), state="REPROVADA")
        with self.assertRaisesRegex(UserError, "holds no credit"):
            reservation.with_user(self.salesman).action_cancel()

    def test_user_without_rights_on_the_order_cannot_cancel(self):
        reservation = self.reserve(self.create_order())
        stranger = self._create_user("own", "sales_team.group_sale_salesman")
        reservation.order_id.user_id = self.salesman
        with self.assertRaises(AccessError):
            reservation.with_user(stranger).action_cancel()

    def test_rest_is_released(self):
        reservation = self.reserve(self.create_order())
        reservation._consume(100, release_rest=False)
        self.supplier.on("POST", "/liberacao-saldo$", self.reservation_answer(state="UTILIZADA"))
        reservation.with_user(self.salesman).action_release_rest()
        reservation.with_user(self.salesman).action_release_rest()
        self.deliver()
        self.assertEqual(reservation.state, "used")
        self.assertEqual(len(self.supplier.calls("POST", "/liberacao-saldo$")), 1)

    def test_what_is_in_analysis_is_asked_about_at_the_interval_of_2_2(self):
        reservation = self.reserve(self.create_order(), state="EM_ANALISE")
        self.supplier.on(
            "GET", "/pre-autorizacoes/PA-1$", self.reservation_answer(state="EM_ANALISE")
        )
        cron = self.env.ref("supplier_credit.ir_cron_query_preauthorizations")
        asked = []
        for minutes in (0, 10, 15, 20, 31):
            moment = fields.Datetime.now() + timedelta(minutes=minutes)
            with freeze_time(moment):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                self.deliver_by_cron()
            asked.append(len(self.supplier.calls("GET", "/pre-autorizacoes/PA-1$")))
        self.assertEqual(asked, [1, 1, 2, 2, 3])
        self.supplier.on("GET", "/pre-autorizacoes/PA-1$", self.reservation_answer())
        reservation.action_query()
        self.deliver()
        self.assertEqual(reservation.state, "active")
