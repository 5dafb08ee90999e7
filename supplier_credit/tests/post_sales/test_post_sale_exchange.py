import requests
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PostSaleCommon

ANALYSED = {"state": "EM_ANALISE", "supplier": "0.00", "direct": "0.00"}


@tagged("post_install", "-at_install")
class TestPostSaleExchange(PostSaleCommon):
    """The exchange about one request, and its decision. Seed 002, steps 2 and 3."""

    def test_timeout_after_processing_asks_by_the_key_and_sends_nothing_twice(self):
        self.supplier.on("POST", "/pos-vendas$", requests.exceptions.ReadTimeout("slow"))
        request = self.grant_bonus()
        self.deliver()
        self.assertEqual(request.state, "to_send")
        with self.assertRaisesRegex(UserError, "still being sent"):
            request.with_user(self.accountant).action_query()
        (call,) = self.supplier.calls("POST", "/pos-vendas$")
        found = {"itens": [self.post_sale_answer()], "temMais": False}
        self.supplier.on("GET", "/pos-vendas$", found)
        request.with_user(self.accountant).action_resend()
        self.deliver()
        (asked,) = self.supplier.calls("GET", "/pos-vendas$")
        self.assertEqual(asked["params"]["chaveIdempotencia"], call["headers"]["Idempotency-Key"])
        self.assertEqual(len(self.supplier.calls("POST", "/pos-vendas$")), 1)
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))
        self.assert_cleared()

    def test_in_analysis_nothing_is_sent_again(self):
        request = self.make_bonus(**ANALYSED)
        with self.assertRaisesRegex(UserError, "In Analysis"):
            request.with_user(self.accountant).action_resend()
        self.assertEqual(len(self.messages(request)), 1)

    def test_debits_are_kept_once_and_the_decision_stands(self):
        request = self.make_bonus()
        self.on_query()
        request.with_user(self.accountant).action_query()
        self.deliver()
        self.assertEqual(len(request.installment_ids), 1)
        self.assertEqual(len(request._get_result_entries()), 1)
        self.on_query("100.00", "200.00")
        request.with_user(self.accountant).action_query()
        with self.assertLogs("odoo.addons.supplier_credit", "ERROR"):
            self.deliver()
        self.assertEqual((request.state, request.supplier_amount), ("approved", 200))
        self.assertIn("Supplier decided", request.error)

    def test_cron_asks_at_the_interval_of_2_4(self):
        request = self.make_bonus(**ANALYSED)
        request.queried_at = "2026-11-22 12:00:00"
        self.agreement.post_sale_interval_minutes = 30
        self.on_query(state="EM_ANDAMENTO", supplier="0.00", direct="0.00")
        self._run_cron("2026-11-22 12:29:00")
        self.assertEqual(request.state, "in_analysis")
        self._run_cron("2026-11-22 12:31:00")
        self.assertEqual(request.state, "in_progress")
        self.on_query()
        self.agreement.post_sale_interval_minutes = 0
        self._run_cron("2026-11-22 14:00:00")
        self.assertEqual(request.state, "in_progress")
        self.agreement.post_sale_interval_minutes = 30
        self._run_cron("2026-11-22 14:00:00")
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))

    def _run_cron(self, now):
        with freeze_time(now):
            with self.enter_registry_test_mode():
                cron = self.env.ref("supplier_credit.ir_cron_query_post_sales")
                cron.method_direct_trigger()
            self.messages(self.sale.post_sale_ids).next_attempt = "2026-11-22 12:00:00"
            self.deliver_by_cron()

    def test_event_from_supplier_has_the_request_queried(self):
        request = self.make_bonus(**ANALYSED)
        self.on_query()
        event = {
            "idEvento": "e1",
            "tipo": "SITUACAO_ALTERADA",
            "recurso": "pos-venda",
            "codigo": "PV-1",
            "dataEvento": "2026-11-22T09:00:00-03:00",
        }
        messages = self.env["supplier.credit.message"].sudo()
        message = messages._receive_event(self.agreement, event)
        with self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_process_events").method_direct_trigger()
        self.assertEqual(message.state, "done", message.error)
        self.deliver_by_cron()
        self.assertEqual((request.state, request.processing_state), ("approved", "done"))

    def test_several_are_queried_at_once(self):
        first = self.make_bonus(100, **ANALYSED)
        second = self.make_bonus(100, **ANALYSED, codigoSolicitacao="PV-2")
        third = self.grant_bonus(100)
        action = (first | second | third).with_user(self.accountant).action_query()
        self.assertIn("2 done, 1 not", action["params"]["message"])


@tagged("post_install", "-at_install")
class TestPostSaleAccess(PostSaleCommon):
    """Access rights, and the lists of requests that wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.stranger = cls._create_user(
            "stranger", "account.group_account_manager", cls.other["company"]
        )

    def test_users_see_and_nobody_writes_what_supplier_answered(self):
        request = self.make_bonus()
        for user in (self.salesman, self.accountant, self.manager):
            mine = request.with_user(user)
            self.assertEqual((mine.state, len(mine.installment_ids)), ("approved", 1))
            for attempt in (
                lambda mine=mine: mine.write({"amount": 1}),
                lambda mine=mine: mine.write({"state": "refused"}),
                lambda mine=mine: mine.installment_ids.write({"amount": 1}),
                lambda mine=mine: mine.copy(),
                lambda mine=mine: mine.unlink(),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        with self.assertRaises(AccessError):
            request.with_user(self.salesman).action_resend()

    def test_record_stays(self):
        request = self.make_bonus()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            request.unlink()

    def test_other_company_sees_nothing(self):
        request = self.make_bonus()
        self.env.flush_all()
        requests = self.env["supplier.credit.post.sale"].with_user(self.stranger)
        self.assertFalse(requests.search([]))
        self.assertFalse(
            self.env[request.installment_ids._name].with_user(self.stranger).search([])
        )
        for attempt in (
            request.with_user(self.stranger).action_query,
            request.with_user(self.stranger).action_process,
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_what_waits_is_listed_and_counted(self):
        refused = self.make_bonus(
            50, "0.00", "0.00", "REPROVADA", motivo="Prazo", codigoSolicitacao="PV-3"
        )
        waiting = self.make_bonus(60, **ANALYSED)
        done = self.make_bonus(70, "0.00", "70.00", codigoSolicitacao="PV-4")
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["supplier.credit.attention"].search([("kind", "=", "post_sale")])
        self.assertEqual(rows.mapped("res_id"), refused.ids)
        self.assertRegex(rows.problem, "Prazo.*Decide", "what happened and what to do")
        self.assertEqual(rows.action_open_record()["res_model"], refused._name)
        card = self.overview(self.manager)
        self.assertEqual(card.post_sale_waiting_count, 2)
        name = "post_sale_waiting_count"
        action = card.with_context(overview=name).action_open_list()
        listed = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(listed, refused | waiting)
        self.assertEqual(self.invoice.supplier_post_sale_count, 3)
        shown = self.invoice.with_user(self.accountant).action_view_supplier_post_sales()
        self.assertEqual(
            self.env[shown["res_model"]].search(shown["domain"]), refused | waiting | done
        )
