from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged
from requests.exceptions import ReadTimeout

from ..common import SupplierCreditCommon

# 2026-12-31 is the last day of validity; 09:00 UTC is 06:00 in São Paulo.
BEFORE = "2026-12-31 08:59:00"
DUE = "2026-12-31 09:00:00"
NEXT_DAY = "2027-01-01 12:00:00"


@tagged("post_install", "-at_install")
@freeze_time("2026-12-01 12:00:00")
class TestRenewal(SupplierCreditCommon):
    """Seed 001, "1 - Renovação de Pré-Autorização"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.write({"renewal_automatic": True, "renewal_time": 6.0})
        cls.order = cls.create_order()
        cls.reservation = cls.reserve(cls.order)
        cls.supplier.on("POST", "/renovacao$", cls.reservation_answer(dataVigencia="2027-01-30"))

    def _run(self, moment, *crons):
        with freeze_time(moment), self.supplier.listening(), self.enter_registry_test_mode():
            for cron in (*crons, "renew_preauthorizations", "deliver_messages"):
                self.env.ref(f"supplier_credit.ir_cron_{cron}").method_direct_trigger()

    def _asked(self):
        return len(self.supplier.calls("POST", "/renovacao$"))

    def test_renewed_on_the_due_date_at_the_time_of_3_3(self):
        self._run("2026-12-30 23:00:00")
        self._run(BEFORE)
        self.assertEqual(self._asked(), 0)
        self._run(DUE)
        self._run("2026-12-31 20:00:00")
        self.assertEqual(self._asked(), 1)
        self.assertEqual(str(self.reservation.valid_until), "2027-01-30")

    def test_switched_off_nothing_is_renewed_and_it_expires(self):
        self.agreement.renewal_automatic = False
        self._run(DUE)
        self._run(NEXT_DAY, "expire_preauthorizations")
        self.assertEqual((self._asked(), self.reservation.state), (0, "expired"))

    def test_missed_renewal_follows_also_of_an_expired_one(self):
        self._run("2027-01-01 03:01:00", "expire_preauthorizations")
        self.assertEqual(self.reservation.state, "active")
        self.assertEqual(self._asked(), 1)

    def test_expired_long_ago_is_left_alone(self):
        self._run("2027-01-10 12:00:00", "expire_preauthorizations")
        self.assertEqual((self._asked(), self.reservation.state), (0, "expired"))

    def test_refused_renewal_is_shown_and_not_repeated(self):
        problem = {"status": 422, "codigo": "RENOVACAO_RECUSADA", "mensagem": "Fora da política."}
        self.supplier.on("POST", "/renovacao$", problem, 422)
        self._run(DUE)
        self._run("2026-12-31 20:00:00")
        self.assertEqual(self._asked(), 1)
        self.assertIn("Fora da política", self.reservation.error)
        self.assertEqual(self.reservation.state, "active")

    def test_nobody_renews_for_an_order_that_wants_nothing_more(self):
        self.supplier.on("POST", "/cancelamento$", self.reservation_answer(state="CANCELADA"))
        self.order._action_cancel()
        self.deliver()
        self._run(DUE)
        self.assertEqual(self._asked(), 0)

    def test_by_hand_also_when_expired(self):
        self.agreement.renewal_automatic = False
        with freeze_time(NEXT_DAY):
            self._run(NEXT_DAY, "expire_preauthorizations")
            self.assertEqual(self.order.supplier_release_state, "blocked")
            self.reservation.with_user(self.salesman).action_renew()
            self.reservation.with_user(self.salesman).action_renew()
            self.deliver()
            self.assertEqual((self._asked(), self.reservation.state), (1, "active"))
            self.assertEqual(self.order.supplier_release_state, "released_reservation")

    def test_many_at_once_tells_of_those_that_cannot(self):
        second = self.reserve(self.create_order(), code="PA-2")
        declined = self.reserve(self.create_order(), state="REPROVADA")
        with self.assertRaisesRegex(UserError, declined.order_number):
            declined.with_user(self.salesman).action_renew()
        chosen = (self.reservation | second | declined).with_user(self.salesman)
        summary = chosen.action_renew()["params"]
        self.assertEqual(summary["type"], "warning")
        self.assertIn("2 done, 1 not", summary["message"])
        self.assertIn(declined.order_number, summary["message"])
        self.deliver()
        self.assertEqual(self._asked(), 2)

    def test_a_new_code_takes_the_place_of_the_old_one(self):
        self.reservation._consume(100, release_rest=False)
        self.supplier.on(
            "POST",
            "/PA-1/renovacao$",
            self.reservation_answer(amount="510.37", code="PA-7", dataVigencia="2027-01-30"),
        )
        self.reservation.with_user(self.salesman).action_renew()
        self.deliver()
        self.assertRecordValues(
            self.reservation,
            [{"code": "PA-7", "amount": 510.37, "used_amount": 0, "remaining_amount": 510.37}],
        )
        event = {"idEvento": "E-1", "recurso": "pre-autorizacao", "codigo": "PA-1"}
        message = self.env["supplier.credit.message"]._receive_event(self.agreement, event)
        message.sudo()._process_event()
        self.assertEqual(
            (message.sudo().state, message.sudo().res_id), ("done", self.reservation.id)
        )

    def test_expired_with_another_in_its_place_is_refused(self):
        self._run("2027-01-10 12:00:00", "expire_preauthorizations")
        self.reserve(self.order, code="PA-2", dataVigencia="2027-03-01")
        with self.assertRaisesRegex(UserError, "already has PA-2"):
            self.reservation.with_user(self.salesman).action_renew()

    def test_sending_anew_while_a_renewal_is_unknown_asks_about_the_renewal(self):
        """Supplier may have renewed it; a second reservation would use the limit twice."""
        self._run("2027-01-10 12:00:00", "expire_preauthorizations")
        self.supplier.on("POST", "/renovacao$", ReadTimeout())
        self.reservation.with_user(self.salesman).action_renew()
        self.deliver()
        self.assertEqual(self.reservation.state, "expired")
        renewed = self.reservation_answer(dataVigencia="2027-01-30")
        self.supplier.on("GET", "/pre-autorizacoes$", {"itens": [renewed], "temMais": False})
        sent = len(self.supplier.calls("POST", "/pre-autorizacoes$"))
        self.order.action_send_supplier_preauthorization()
        self.deliver()
        self.assertEqual(self.order.sudo().supplier_preauthorization_ids, self.reservation)
        self.assertEqual(self.reservation.state, "active")
        self.assertEqual(len(self.supplier.calls("POST", "/pre-autorizacoes$")), sent)
