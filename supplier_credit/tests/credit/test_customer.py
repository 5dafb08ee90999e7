from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SupplierCreditCustomerCommon


@tagged("post_install", "-at_install")
class TestCustomer(SupplierCreditCustomerCommon):
    """Sending for credit analysis, and each of Supplier's answers. Design, "Credit management"."""

    def test_registration_is_sent_and_approved_with_its_position(self):
        customer = self.register()
        self.assertRecordValues(
            customer,
            [
                {
                    "state": "approved",
                    "code": "CL-1",
                    "customer_state": "active",
                    "limit_total": 50000.0,
                    "limit_used": 1000.10,
                    "limit_preauthorized": 610.37,
                    "limit_available": 48389.53,
                    "desired_limit": 50000.0,
                    "error": False,
                }
            ],
        )
        self.assertEqual(str(customer.approved_since), "2026-11-22")
        self.assertRecordValues(
            customer.request_ids,
            [
                {
                    "kind": "registration",
                    "state": "approved",
                    "desired_limit": 50000.0,
                    "granted_limit": 50000.0,
                    "user_id": self.salesman.id,
                }
            ],
        )

    def test_what_is_sent(self):
        self.customer.l10n_br_ie_code = "110.042.490.114"
        self.register()
        (call,) = self.supplier.calls("POST", "/clientes$")
        self.assertEqual(
            call["json"],
            {
                "cnpjCpf": "57647232000153",
                "razaoSocial": "Supermercados Ltda",
                "inscricaoEstadual": "110042490114",
                "endereco": {
                    "logradouro": "Rua das Flores",
                    "numero": "100",
                    "complemento": "Sala 2",
                    "bairro": "Centro",
                    "municipio": "São Paulo",
                    "codigoMunicipio": None,
                    "uf": "SP",
                    "cep": "01001000",
                },
                "contato": {
                    "email": "financeiro@mercados.example.com",
                    "telefone": "1133334444",
                },
                "limiteDesejado": "50000.00",
                "historico": [],
            },
        )
        message = self.messages(self.credit()).filtered(lambda m: m.operation == "customer_create")
        self.assertEqual(call["headers"]["Idempotency-Key"], message.idempotency_key)
        self.assertEqual(message.state, "done")

    def test_all_that_is_missing_is_listed_at_once_and_nothing_is_sent(self):
        empty = self.env["res.partner"].create({"name": "Mercadinho", "vat": "57647232000154"})
        wizard = self.open_wizard(empty, desired_limit=0)
        with self.assertRaises(UserError) as caught:
            wizard.action_send()
        for part in (
            "Mercadinho",
            "desired limit",
            "CNPJ",
            "street",
            "street number",
            "district",
            "city",
            "state",
            "CEP",
            "e-mail",
            "phone",
        ):
            self.assertIn(part, str(caught.exception))
        self.assertFalse(
            self.env["supplier.credit.customer"].search([("partner_id", "=", empty.id)])
        )

    def test_incomplete_ones_are_left_out_only_when_the_user_says_so(self):
        empty = self.env["res.partner"].create({"name": "Mercadinho"})
        wizard = self.open_wizard(self.customer | empty)
        self.assertEqual(wizard.problem_count, 1)
        with self.assertRaisesRegex(UserError, "Mercadinho.*missing"):
            wizard.action_send()
        self.assertFalse(self.credit())
        with Form(wizard) as form:
            form.leave_out = True
            form.desired_limit = 0
        with self.assertRaisesRegex(UserError, "Supermercados.*desired limit"):
            wizard.action_send()
        with Form(wizard) as form:
            form.desired_limit = 50000
        result = wizard.action_send()
        self.assertEqual(self.credit().state, "sending")
        self.assertIn("Mercadinho", result["params"]["message"])

    def test_contacts_count_as_their_company_and_never_twice(self):
        contacts = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.customer.id} for name in ("Ana", "Bruno")]
        )
        wizard = self.open_wizard(contacts | self.customer)
        self.assertEqual(wizard.line_ids.partner_id, self.customer)
        self.assertEqual(len(wizard.line_ids), 1)

    def test_two_records_of_one_company_are_not_both_sent(self):
        twin = self.customer.copy({"name": "Supermercados (filial)", "vat": self.customer.vat})
        wizard = self.open_wizard(self.customer | twin)
        with self.assertRaisesRegex(UserError, "same CNPJ as Supermercados"):
            wizard.action_send()

    def test_each_customer_can_be_given_another_limit(self):
        other = self.customer.copy({"name": "Empório", "vat": "11.222.333/0001-81"})
        with Form(self.open_wizard(self.customer | other)) as form:
            form.desired_limit = 30000
            with form.line_ids.edit(1) as line:
                line.desired_limit = 12345.67
        form.record.action_send()
        limits = {self.credit(partner).desired_limit for partner in (self.customer, other)}
        self.assertEqual(limits, {30000.0, 12345.67})

    def test_pressed_twice_sends_once(self):
        wizard = self.open_wizard()
        wizard.action_send()
        wizard.action_send()
        self.open_wizard().action_send()
        self.supplier.on("POST", "/clientes$", self.decision("EM_ANALISE"), 201)
        self.deliver()
        self.assertEqual(len(self.supplier.calls("POST", "/clientes$")), 1)
        self.assertEqual(len(self.credit().request_ids), 1)
        self.assertEqual(self.credit().state, "in_analysis")

    def test_another_limit_while_one_is_under_way_is_refused(self):
        self.open_wizard().action_send()
        with self.assertRaisesRegex(UserError, "still on its way"):
            self.open_wizard(desired_limit=70000).action_send()

    def test_customer_in_analysis_is_decided_by_a_query(self):
        customer = self.register(
            answer=self.decision("EM_ANALISE"), position=self.position("EM_ANALISE")
        )
        self.assertEqual(customer.state, "in_analysis")
        with self.assertRaisesRegex(UserError, "analysing"):
            self.open_wizard().action_send()
        self.refresh(
            customer, state="APROVADO", limiteTotal="25000.00", limiteDisponivel="23389.53"
        )
        self.assertEqual(customer.state, "approved")
        self.assertRecordValues(
            customer.request_ids, [{"state": "approved", "granted_limit": 25000.0}]
        )

    def test_pending_documents_are_listed(self):
        customer = self.register(
            answer=self.decision("PENDENTE", pendencias=["Contrato social", "Balanço de 2025"])
        )
        self.assertEqual(customer.state, "pending")
        self.assertEqual(customer.pendencies, "Contrato social\nBalanço de 2025")
        self.assertEqual(customer.request_ids.reason, "Contrato social; Balanço de 2025")
        self.refresh(customer)
        self.assertEqual((customer.state, customer.pendencies), ("approved", False))
        self.assertEqual(customer.request_ids.state, "approved")

    def test_rejected_customer_is_corrected_and_sent_again_at_any_time(self):
        customer = self.register(answer=self.decision("REJEITADO", motivo="Endereço inválido"))
        self.assertEqual((customer.state, customer.reason), ("rejected", "Endereço inválido"))
        self.customer.street = "Rua das Rosas, 7"
        self.register()
        self.assertEqual(customer.state, "approved")
        calls = self.supplier.calls("POST", "/clientes$")
        self.assertEqual(
            [call["json"]["endereco"]["logradouro"] for call in calls],
            ["Rua das Flores", "Rua das Rosas"],
        )
        self.assertEqual(len({call["headers"]["Idempotency-Key"] for call in calls}), 2)
        self.assertEqual(customer.request_ids.mapped("state"), ["approved", "rejected"])

    def test_denied_customer_is_refused_before_the_date_and_sent_from_it_on(self):
        customer = self.register(
            answer=self.decision("NEGADO", motivo="Restrição", reanaliseAPartirDe="2027-02-20")
        )
        self.assertEqual((customer.state, str(customer.retry_from)), ("denied", "2027-02-20"))
        # 23:30 of 19 February in Sao Paulo.
        with freeze_time("2027-02-20 02:30:00"), self.assertRaisesRegex(UserError, "02/20/2027"):
            self.open_wizard().action_send()
        self.assertEqual(len(self.supplier.calls("POST", "/clientes$")), 1)
        with freeze_time("2027-02-20 03:30:00"):
            self.register()
        self.assertEqual((customer.state, customer.retry_from), ("approved", False))

    def test_cancelled_customer_can_be_sent_again(self):
        customer = self.register(answer=self.decision("CANCELADO"))
        self.assertEqual(customer.state, "cancelled")
        self.register()
        self.assertEqual(customer.state, "approved")

    def test_refused_data_leave_the_customer_where_it_was(self):
        problem = {
            "status": 422,
            "codigo": "DADOS_INVALIDOS",
            "mensagem": "Há campos inválidos.",
            "detalhes": [{"campo": "endereco.cep", "mensagem": "CEP com 8 dígitos."}],
        }
        self.supplier.on("POST", "/clientes$", problem, 422)
        self.open_wizard().action_send()
        self.deliver()
        customer = self.credit()
        self.assertEqual(customer.state, "draft")
        self.assertIn("Há campos inválidos. endereco.cep: CEP com 8 dígitos.", customer.error)
        self.assertEqual(customer.request_ids.state, "refused")
        self.register()
        self.assertEqual((customer.state, customer.error), ("approved", False))

    def test_customer_that_supplier_knows_already_is_taken_over(self):
        problem = {"status": 409, "codigo": "CLIENTE_JA_CADASTRADO", "mensagem": "Já cadastrado."}
        self.supplier.on("POST", "/clientes$", problem, 409)
        self.supplier.on("GET", "/clientes/57647232000153$", self.position())
        self.open_wizard().action_send()
        self.deliver()
        customer = self.credit()
        self.assertEqual(customer.state, "draft")
        self.assertIn("Change Limit", customer.error)
        self.deliver_by_cron()
        self.assertEqual((customer.state, customer.limit_total), ("approved", 50000.0))
        self.assertEqual(customer.request_ids.state, "refused")
        self.assertIn("already has customer Supermercados", customer.request_ids.reason)

    def test_unknown_codes_change_nothing(self):
        customer = self.register()
        for answer in (
            self.position("SUSPENSO"),
            self.position(situacaoCliente="FERIAS"),
            self.position(limiteDisponivel="48389.54"),
            self.position(diasAtraso=-1),
            self.position(faturamentoPrazoBloqueado="sim"),
            self.position(limiteTotal="muito"),
            self.position(pendencias="RG"),
        ):
            self.supplier.on("GET", "/clientes/57647232000153$", answer)
            customer.with_user(self.salesman).action_refresh()
            with mute_logger("odoo.addons.supplier_credit.models.messaging.message_outcome"):
                self.deliver()
            self.assertIn("could not be applied", customer.error)
            self.assertRecordValues(
                customer,
                [{"state": "approved", "customer_state": "active", "limit_available": 48389.53}],
            )
        message = self.messages(customer)[0]
        self.assertEqual((message.operation, message.state), ("customer_query", "failed"))
        self.refresh(customer)
        self.assertFalse(customer.error)
        self.assertEqual(message.state, "done")

    def test_alphanumeric_cnpj(self):
        partner = self.customer.copy({"name": "Aurora", "vat": "12.ABC.345/01DE-35"})
        customer = self.register(partner)
        self.assertEqual(customer.vat, "12ABC34501DE35")
        self.assertTrue(self.supplier.calls("GET", "/clientes/12ABC34501DE35$"))

    def test_sent_customer_cannot_be_deleted(self):
        customer = self.register()
        with self.assertRaisesRegex(UserError, "stays on record"):
            customer.unlink()

    def test_one_agreement_is_chosen_and_several_are_offered(self):
        self.assertEqual(self.open_wizard().agreement_id, self.agreement)
        second = self.agreement.copy(
            {
                "name": "Supplier II",
                "base_url": self.agreement.base_url,
                "client_id": "c",
                "client_secret": "s",
            }
        )
        second.enabled = True
        action = self.customer.with_user(self.salesman).action_send_for_supplier_credit()
        wizard = self.env[action["res_model"]].with_user(self.salesman).browse(action["res_id"])
        self.assertFalse(wizard.agreement_id)
        with self.assertRaisesRegex(UserError, "choose an active agreement"):
            wizard.action_send()
        with Form(wizard) as form:
            form.agreement_id = second
            form.desired_limit = 1000
        wizard.action_send()
        self.assertFalse(self.credit())
        found = self.env["supplier.credit.customer"]._find(second, self.customer)
        self.assertEqual(found.agreement_id, second)

    def test_customers_of_several_agreements_are_sent_apart(self):
        second = self.agreement.copy({"name": "Supplier II", "enabled": False})
        customers = self.register(answer=self.decision("REJEITADO"))
        customers |= customers.copy({"agreement_id": second.id})
        with self.assertRaisesRegex(UserError, "Supplier 2026, Supplier II"):
            customers.with_user(self.salesman).action_send()
        action = customers[0].with_user(self.salesman).action_send()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.agreement_id, self.agreement)
        self.assertEqual(wizard.line_ids.customer_id, customers[0])

    def test_company_without_agreement_is_told_the_way_out(self):
        self.agreement.enabled = False
        with self.assertRaisesRegex(UserError, "no active agreement"):
            self.open_wizard()
