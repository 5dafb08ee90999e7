import requests
from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SupplierCreditCustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerLimit(SupplierCreditCustomerCommon):
    """Changes of the limit: each is a request that stays on record."""

    def change_limit(self, customer, answer, **options):
        self.supplier.on("POST", "/clientes/57647232000153/limites$", answer, 201)
        self.open_limit_wizard(customer, **options).action_send()
        self.deliver()
        self.deliver_by_cron()

    def test_what_is_sent_and_granted(self):
        customer = self.register()
        self.supplier.on(
            "GET",
            "/clientes/57647232000153$",
            self.position(limiteTotal="80000.00", limiteDisponivel="78389.53"),
        )
        self.change_limit(customer, self.decision())
        (call,) = self.supplier.calls("POST", "/limites$")
        self.assertEqual(
            call["json"], {"limiteDesejado": "80000.00", "motivo": "Aumento das compras"}
        )
        self.assertEqual((customer.state, customer.limit_total), ("approved", 80000.0))
        self.assertRecordValues(
            customer.request_ids,
            [
                {
                    "kind": "limit",
                    "desired_limit": 80000.0,
                    "granted_limit": 80000.0,
                    "motive": "Aumento das compras",
                    "state": "approved",
                },
                {
                    "kind": "registration",
                    "desired_limit": 50000.0,
                    "granted_limit": 50000.0,
                    "motive": False,
                    "state": "approved",
                },
            ],
        )

    def test_denied_change_keeps_limit_and_says_when_to_ask_again(self):
        customer = self.register()
        denied = {"motivo": "Endividamento", "reanaliseAPartirDe": "2027-02-20"}
        self.change_limit(customer, self.decision("NEGADO", **denied))
        self.assertEqual(customer.state, "denied")
        self.assertEqual((customer.limit_total, customer.customer_state), (50000.0, "active"))
        self.assertEqual(customer.request_ids[0].reason, "Endividamento")
        self.refresh(customer, state="NEGADO", **denied)
        with self.assertRaisesRegex(UserError, "02/20/2027"):
            self.open_limit_wizard(customer).action_send()
        with freeze_time("2027-02-20 12:00:00"):
            with self.assertRaisesRegex(UserError, "has credit already"):
                self.open_wizard().action_send()
            self.supplier.on("GET", "/clientes/57647232000153$", self.position())
            self.change_limit(customer, self.decision())
        self.assertEqual(customer.state, "approved")
        self.assertEqual(len(self.supplier.calls("POST", "/limites$")), 2)

    def test_limit_of_a_customer_never_approved_is_refused(self):
        customer = self.register(
            answer=self.decision("REJEITADO"),
            position=self.position("REJEITADO", situacaoCliente="NAO_HABILITADO"),
        )
        with self.assertRaisesRegex(UserError, "Send for Credit Analysis"):
            self.open_limit_wizard(customer).action_send()

    def test_refused_change_is_kept_with_the_reason(self):
        customer = self.register()
        problem = {
            "status": 422,
            "codigo": "LIMITE_INFERIOR_AO_UTILIZADO",
            "mensagem": "Já há 1610.47 em uso ou pré-autorizados.",
        }
        self.supplier.on("POST", "/limites$", problem, 422)
        self.open_limit_wizard(customer, desired_limit=1000).action_send()
        self.deliver()
        self.assertEqual((customer.state, customer.limit_total), ("approved", 50000.0))
        self.assertEqual(customer.request_ids[0].state, "refused")
        self.assertIn("1610.47", customer.request_ids[0].reason)
        self.assertIn("1610.47", customer.error)

    def test_analysis_under_way_at_supplier_is_found_by_a_query(self):
        customer = self.register()
        problem = {"status": 409, "codigo": "ANALISE_EM_ANDAMENTO", "mensagem": "?"}
        self.supplier.on("POST", "/limites$", problem, 409)
        self.supplier.on("GET", "/clientes/", self.position("EM_ANALISE"))
        self.open_limit_wizard(customer).action_send()
        self.deliver()
        self.assertIn("still analysing", customer.error)
        self.deliver_by_cron()
        self.assertEqual(customer.state, "in_analysis")

    def test_pressed_twice_sends_once(self):
        customer = self.register()
        self.open_limit_wizard(customer).action_send()
        self.open_limit_wizard(customer).action_send()
        self.supplier.on("POST", "/limites$", self.decision("EM_ANALISE"), 201)
        self.deliver()
        self.assertEqual(len(self.supplier.calls("POST", "/limites$")), 1)
        self.assertEqual(len(customer.request_ids), 2)

    def test_unknown_outcome_is_sent_again_under_the_same_key(self):
        customer = self.register()
        self.supplier.on("POST", "/limites$", requests.exceptions.ReadTimeout())
        self.open_limit_wizard(customer).action_send()
        self.deliver()
        message = self.messages(customer)[0]
        self.assertEqual((message.operation, message.state), ("customer_limit", "unknown"))
        self.assertIn("did not answer in time", customer.error)
        self.supplier.on("POST", "/limites$", self.decision("EM_ANALISE"), 201)
        message.action_retry()
        self.deliver()
        self.assertEqual(customer.state, "in_analysis")
        keys = [
            call["headers"]["Idempotency-Key"] for call in self.supplier.calls("POST", "/limites$")
        ]
        self.assertEqual(keys, [message.idempotency_key] * 2)
