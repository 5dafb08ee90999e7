from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SupplierCreditCustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerPosition(SupplierCreditCustomerCommon):
    """Refreshing the position: by button, by cron and before a pre-authorization."""

    def refresh_by_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_refresh_positions").method_direct_trigger()
        self.deliver_by_cron()

    def queries(self):
        return len(self.supplier.calls("GET", "/clientes/"))

    def test_history_has_a_row_for_each_change_and_no_other(self):
        customer = self.register()
        with freeze_time("2026-11-23 12:00:00"):
            self.refresh(customer)
        self.assertEqual(len(customer.position_ids), 1)
        self.assertEqual(str(customer.position_date), "2026-11-23 12:00:00")
        with freeze_time("2026-11-24 12:00:00"):
            self.refresh(customer, limiteUtilizado="1000.11", limiteDisponivel="48389.52")
        with freeze_time("2026-11-25 12:00:00"):
            self.refresh(
                customer,
                limiteUtilizado="1000.11",
                limiteDisponivel="48389.52",
                diasAtraso=15,
                situacaoCliente="BLOQUEADO_ATRASO",
            )
        self.assertRecordValues(
            customer.position_ids,
            [
                {"days_late": 15, "limit_used": 1000.11, "customer_state": "blocked_delay"},
                {"days_late": 0, "limit_used": 1000.11, "customer_state": "active"},
                {"days_late": 0, "limit_used": 1000.10, "customer_state": "active"},
            ],
        )
        self.assertEqual((customer.days_late, customer.customer_state), (15, "blocked_delay"))

    def test_overdrawn_limit_is_negative(self):
        customer = self.register()
        self.refresh(customer, limiteTotal="500.00", limiteDisponivel="-1110.47")
        self.assertEqual(customer.limit_available, -1110.47)

    def test_term_billing_block_is_taken_over_and_told_once_per_change(self):
        customer = self.register()
        with patch.object(type(customer), "_sync_orders_with_term_block") as synced:
            self.refresh(customer, faturamentoPrazoBloqueado=True)
            self.assertTrue(customer.term_billing_blocked)
            self.assertTrue(customer.position_ids[0].term_billing_blocked)
            self.refresh(customer, faturamentoPrazoBloqueado=True)
            self.assertEqual(synced.call_count, 1)
            self.refresh(customer)
            self.assertFalse(customer.term_billing_blocked)
            self.assertEqual(synced.call_count, 2)

    def test_button_pressed_twice_asks_once(self):
        customer = self.register()
        before = self.queries()
        mine = customer.with_user(self.salesman)
        mine.action_refresh()
        mine.action_refresh()
        self.deliver()
        self.assertEqual(self.queries(), before + 1)

    def test_many_are_refreshed_at_once(self):
        partner = self.customer.copy({"name": "Aurora", "vat": "12.ABC.345/01DE-35"})
        customers = self.register() | self.register(partner)
        before = self.queries()
        customers.with_user(self.salesman).action_refresh()
        self.deliver()
        self.assertEqual(self.queries(), before + 2)

    def test_customer_unknown_to_supplier_says_so(self):
        customer = self.register()
        problem = {"status": 404, "codigo": "CLIENTE_NAO_ENCONTRADO", "mensagem": "?"}
        self.supplier.on("GET", "/clientes/", problem, 404)
        customer.with_user(self.salesman).action_refresh()
        self.deliver()
        self.assertIn("does not know customer Supermercados", customer.error)
        self.assertEqual(customer.state, "approved")

    def test_stale_position_is_asked_for_once(self):
        customer = self.register()
        before = self.queries()
        with freeze_time("2026-11-23 11:59:59"):
            self.assertFalse(customer._refresh_if_stale())
        with freeze_time("2026-11-23 12:00:00"):
            self.assertEqual(customer.with_user(self.salesman)._refresh_if_stale(), customer)
            customer._refresh_if_stale()
            self.deliver()
            self.assertFalse(customer._refresh_if_stale())
        self.assertEqual(self.queries(), before + 1)

    def test_parameter_zero_switches_the_refresh_off(self):
        customer = self.register()
        self.agreement.position_interval_hours = 0
        before = self.queries()
        with freeze_time("2027-11-22 12:00:00"):
            self.assertFalse(customer._refresh_if_stale())
            self.refresh_by_cron()
        self.assertEqual(self.queries(), before)

    def test_cron_asks_for_old_positions_only(self):
        customer = self.register()
        before = self.queries()
        with freeze_time("2026-11-23 11:45:00"):
            self.refresh_by_cron()
        self.assertEqual(self.queries(), before)
        with freeze_time("2026-11-23 12:00:00"):
            self.refresh_by_cron()
            self.refresh_by_cron()
        self.assertEqual(self.queries(), before + 1)
        self.assertEqual(str(customer.position_date), "2026-11-23 12:00:00")

    def test_cron_asks_for_customers_in_analysis_by_their_own_interval(self):
        customer = self.register(
            answer=self.decision("EM_ANALISE"), position=self.position("EM_ANALISE")
        )
        before = self.queries()
        with freeze_time("2026-11-22 12:10:00"):
            self.refresh_by_cron()
            self.assertEqual(self.queries(), before + 1)
        self.supplier.on("GET", "/clientes/", self.position())
        with freeze_time("2026-11-22 12:20:00"):
            self.refresh_by_cron()
            self.assertEqual(self.queries(), before + 1)
        with freeze_time("2026-11-22 12:25:00"):
            self.refresh_by_cron()
        self.assertEqual(customer.state, "approved")

    def test_cron_leaves_inactive_agreements_alone(self):
        self.register()
        self.agreement.enabled = False
        before = self.queries()
        with freeze_time("2026-12-22 12:00:00"):
            self.refresh_by_cron()
        self.assertEqual(self.queries(), before)

    def test_position_does_not_overtake_a_request_under_way(self):
        customer = self.register()
        before = self.queries()
        self.supplier.on("POST", "/limites$", "down", 503)
        self.open_limit_wizard(customer).action_send()
        self.deliver()
        self.refresh(customer, state="EM_ANALISE")
        self.assertEqual(customer.request_ids[0].state, "sending")
        self.assertEqual(self.queries(), before)
        self.supplier.on("POST", "/limites$", self.decision("EM_ANALISE"), 201)
        with freeze_time("2026-11-22 12:05:00"):
            self.deliver_by_cron()
        self.assertEqual(self.queries(), before + 1)
        self.assertEqual(customer.request_ids[0].state, "in_analysis")
        self.assertEqual(customer.state, "in_analysis")

    def test_position_settles_a_registration_whose_answer_cannot_be_used(self):
        self.supplier.on("POST", "/clientes$", self.decision("TALVEZ"), 201)
        self.open_wizard().action_send()
        with mute_logger("odoo.addons.supplier_credit.models.messaging.message_outcome"):
            self.deliver()
        customer = self.credit()
        self.assertEqual((customer.state, customer.code), ("sending", False))
        self.assertIn("could not be applied", customer.error)
        self.refresh(customer)
        self.assertRecordValues(customer, [{"state": "approved", "code": "CL-1", "error": False}])
        self.assertRecordValues(
            customer.request_ids, [{"state": "approved", "granted_limit": 50000.0}]
        )

    def test_position_is_asked_again_after_answers_that_move_it(self):
        customer = self.register()
        self.refresh(customer)
        known = self.queries()
        self.refresh_by_cron()
        self.assertEqual(self.queries(), known, "nothing moved")
        with freeze_time("2026-11-22 12:20:00"):
            self.reserve(self.create_order())
        with freeze_time("2026-11-22 12:25:00"):
            self.refresh_by_cron()
            self.assertEqual(self.queries(), known + 1)
            self.refresh_by_cron()
        self.assertEqual(self.queries(), known + 1, "once for each burst")
        with freeze_time("2026-11-22 12:30:00"):
            self.agreement.position_interval_hours = 0
            self.reserve(self.create_order(), code="PA-2")
            self.refresh_by_cron()
        self.assertEqual(self.queries(), known + 1, "parameter 2.1 is off")
