from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install")
class TestPanelContracts(PanelCommon):
    """Contracts of the panel's contratações, and which of them are billed here."""

    def test_contract_comes_with_client_plan_and_state(self):
        reference = self.add_contract(plano="emissor nf-e", valor="79.90", diaVencimento=15)
        self.pull()
        contract = self.found(reference)
        self.assertEqual((contract.state, contract.line_ids.plan_id), ("active", self.plan))
        self.assertEqual((contract.amount_month, contract.billing_day), (79.9, 1))
        self.assertEqual(contract.due_days, 14)
        self.assertEqual(contract.user_id, self.billing_manager)
        self.assertEqual(contract.partner_id.name, "Mercado Lua")
        self.assertFalse(self.rows())

    def test_contract_of_the_panel_is_billed_here_only_if_wanted(self):
        reference = self.add_contract(plano="Emissor NF-e")
        self.pull()
        self.run_cron("bill_contracts")
        self.assertFalse(self.found(reference).fatura_ids)
        self.panel.bills_here = True
        client = self.add_client(cpfCnpj=None, email="b@example.com")
        reference = self.add_contract(client, plano="Emissor NF-e", situacao="EM_TESTE")
        self.fake.change(client, cpfCnpj="529.982.247-25")
        self.pull()
        self.fake.change(reference, situacao="ATIVO")
        self.pull()
        self.run_cron("bill_contracts")
        self.assertEqual(self.found(reference).fatura_ids.amount_total, 100.0)

    def test_states_follow_the_panel(self):
        reference = self.add_contract(situacao="SUSPENSO")
        for state, expected in (
            ("SUSPENSO", "suspended"),
            ("ATIVO", "active"),
            ("CANCELADO", "cancelled"),
        ):
            self.fake.change(reference, situacao=state)
            self.pull()
            with self.subTest(state):
                self.assertEqual(self.found(reference).state, expected)
        self.assertFalse(self.fake.writes())

    def test_activation_that_lacks_data_is_listed_and_taken_over_once_complete(self):
        client = self.add_client(cep=None)
        reference = self.add_contract(client)
        self.pull()
        self.assertIn("CEP", self.rows().error)
        self.assertIsNone(self.found(reference))
        self.fake.change(client, cep="01310-100")
        self.pull()
        self.rows().with_user(self.billing_user).action_retry()
        self.assertEqual(self.found(reference).state, "active")
        self.assertFalse(self.rows())

    def test_contract_waits_for_a_client_who_could_not_be_taken_over(self):
        client = self.add_client(nome=" ")
        reference = self.add_contract(client)
        self.pull()
        self.assertEqual(set(self.rows().mapped("resource")), {"clientes", "contratacoes"})
        self.fake.change(client, nome="Corrected")
        self.env["reseller.billing.panel.row"].sudo().search([]).next_attempt = "2026-06-01"
        self.pull()
        self.assertEqual(self.found(reference).partner_id.name, "Corrected")
        self.assertFalse(self.rows())

    def test_open_contract_for_the_same_plan_is_taken_for_the_panels(self):
        client = self.add_client(cpfCnpj="249.715.637-92", nome="Padaria Sol")
        reference = self.add_contract(client, plano="Emissor NF-e")
        self.pull()
        self.assertEqual(self.found(reference), self.contract)

    def test_unknown_plan_leaves_the_contract_without_one_and_says_so(self):
        reference = self.add_contract(plano="Unknown")
        self.pull()
        contract = self.found(reference)
        self.assertFalse(contract.line_ids)
        self.assertIn("Unknown", contract.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestPanelFaturas(PanelCommon):
    """Faturas made in the panel are receivables here. Seed 003."""

    def pull_fatura(self, **values):
        reference = self.add_fatura(**values)
        self.pull()
        return self.found(reference)

    def make_foreign_charge(self, value=100.0, **values):
        """Return a charge that the panel had made at the provider."""
        self.asaas.customers["cus_1"] = {"id": "cus_1"}
        body = {
            "customer": "cus_1",
            "billingType": "UNDEFINED",
            "value": value,
            "dueDate": "2026-07-20",
            "externalReference": "painel",
        }
        return self.asaas._create("payments", {**body, **values})[1]["id"]

    def test_fatura_is_posted_and_charged_as_any_other(self):
        fatura = self.pull_fatura(descricao="Mensalidade julho", valor="99.90")
        self.assertRecordValues(
            fatura,
            [
                {
                    "state": "posted",
                    "amount_total": 99.9,
                    "invoice_date": self.day("2026-07-01"),
                    "invoice_date_due": self.day("2026-07-20"),
                    "reference_month": "07",
                    "reference_year": "2026",
                    "billing_description": "Mensalidade julho",
                    "charge_state": "processing",
                }
            ],
        )
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertEqual(len(self.asaas.payments), 1)
        self.assertIn(fatura.name, fatura.fatura_message_id.body)

    def test_fatura_with_a_charge_is_linked_and_neither_charged_nor_mailed(self):
        charge = self.make_foreign_charge()
        fatura = self.pull_fatura(idCobranca=charge, situacao="AGUARDANDO_PAGAMENTO")
        self.send()
        self.assertEqual(self.asaas.count("POST", "payments"), 0)
        self.assertEqual(fatura.charge_id.provider_reference, charge)
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertTrue(fatura.slip_line)
        self.assertNotIn("was e-mailed", "".join(fatura.message_ids.mapped("body")))
        self.asaas.pay(charge)
        self.receive_event(fatura)
        self.assertEqual((fatura.amount_residual, fatura.charge_state), (0.0, "received"))
        self.push()
        told = self.fake.get(self.link(fatura).reference)
        self.assertEqual((told["situacao"], told["valorPago"]), ("PAGA", "100.00"))
        self.assertEqual(told["dataPagamento"], "2026-07-10")

    def test_paid_fatura_with_a_charge_takes_the_providers_money_once(self):
        charge = self.make_foreign_charge()
        self.asaas.pay(charge)
        fatura = self.pull_fatura(
            idCobranca=charge,
            situacao="PAGA",
            dataPagamento="2026-07-10",
            valorPago="100.00",
        )
        self.send()
        self.receive_event(fatura)
        self.assertEqual((fatura.amount_residual, self.balance("outstanding")), (0.0, 98.01))
        self.assertEqual(len(fatura.charge_id.charge_payment_ids), 1)

    def test_paid_fatura_without_a_charge_stays_open_uncharged_and_is_not_told_as_open(self):
        self.pull()
        fatura = self.pull_fatura(situacao="PAGA", dataPagamento="2026-07-05", valorPago="100.00")
        self.send()
        self.push()
        self.assertFalse(self.asaas.payments)
        self.assertEqual((fatura.amount_residual, fatura.charge_id.id), (100.0, False))
        self.assertEqual(fatura.activity_ids.summary, "Paid in the panel")
        self.assertIn("2026-07-05", fatura.charge_problem)
        self.assertFalse(self.fake.writes())
        fatura.invoice_date_due = "2026-07-25"
        self.assertFalse(fatura.charge_id)

    def test_overdue_fatura_without_a_charge_is_charged_by_a_person_only(self):
        fatura = self.pull_fatura(situacao="VENCIDA", vencimento="2026-06-20")
        self.send()
        self.assertFalse(self.asaas.payments)
        fatura.action_register_charge()
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")

    def test_fatura_of_a_contract_that_ended_is_taken_over(self):
        contract = self.add_contract()
        self.pull()
        self.found(contract).action_suspend()
        fatura = self.pull_fatura(contract=contract)
        self.assertEqual(fatura.state, "posted")

    def test_cancelled_in_the_panel(self):
        never_here = self.add_fatura(situacao="CANCELADA")
        self.pull()
        self.assertIsNone(self.found(never_here))
        fatura = self.pull_fatura(contract=self.fake.get(never_here)["contratacaoId"])
        self.send()
        reference = fatura.charge_id.provider_reference
        self.fake.change(self.link(fatura).reference, situacao="CANCELADA")
        self.pull()
        self.send()
        self.assertEqual((fatura.state, fatura.charge_state), ("cancel", "cancelled"))
        self.assertTrue(self.asaas.payments[reference]["deleted"])
        self.assertFalse(self.rows())

    def test_paid_fatura_is_not_cancelled_by_the_panel(self):
        fatura = self.pull_fatura()
        self.send()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.fake.change(self.link(fatura).reference, situacao="CANCELADA")
        self.pull()
        self.assertEqual(fatura.state, "posted")
        self.assertIn(fatura.name, self.rows().error)

    def test_value_and_due_date_follow_the_panel_with_the_charge(self):
        fatura = self.pull_fatura()
        self.send()
        self.fake.change(self.link(fatura).reference, valor="80.00", vencimento="2026-07-30")
        self.pull()
        self.send()
        held = self.asaas.payments[fatura.charge_id.provider_reference]
        self.assertEqual((fatura.amount_total, held["value"]), (80.0, 80.0))
        self.assertEqual(held["dueDate"], "2026-07-30")

    def test_paid_by_hand_in_the_panel_asks_a_person(self):
        fatura = self.pull_fatura()
        self.send()
        self.fake.change(
            self.link(fatura).reference,
            situacao="PAGA",
            dataPagamento="2026-07-05",
            valorPago="100.00",
        )
        self.pull()
        self.assertEqual(fatura.amount_residual, 100.0)
        self.assertEqual(fatura.activity_ids.summary, "Paid in the panel")

    def test_month_billed_here_too_is_listed_and_can_be_one_off(self):
        client = self.add_client(cpfCnpj="249.715.637-92", nome="Padaria Sol")
        contract = self.add_contract(client, plano="Emissor NF-e")
        self.pull()
        mine = self.make_fatura()
        reference = self.add_fatura(contract)
        self.pull()
        self.assertIn(mine.name, self.rows().error)
        row = self.rows().with_user(self.billing_user)
        row.choice = "one_off"
        row.action_retry()
        self.assertTrue(self.found(reference).is_one_off_fatura)

    def test_several_faturas_of_a_month_in_the_panel_all_come(self):
        contract = self.add_contract()
        references = [self.add_fatura(contract), self.add_fatura(contract, valor="10.00")]
        self.pull()
        self.assertEqual([self.found(one).amount_total for one in references], [100.0, 10.0])
        self.assertFalse(self.rows())

    def test_two_faturas_of_one_charge_are_listed(self):
        charge = self.make_foreign_charge()
        contract = self.add_contract()
        self.add_fatura(contract, idCobranca=charge)
        self.add_fatura(contract, idCobranca=charge)
        self.pull()
        self.assertIn(charge, self.rows().error)
        self.assertEqual(len(self.asaas.payments), 1)
        transactions = self.env["payment.transaction"].search([("provider_reference", "=", charge)])
        self.assertEqual(len(transactions), 1)

    def test_fatura_that_cannot_be_posted_keeps_no_other_back(self):
        contract = self.add_contract()
        faulty = self.add_fatura(contract, valor="0.00")
        good = self.add_fatura(contract)
        self.pull()
        self.assertTrue(self.found(good))
        self.assertEqual(self.rows().reference, faulty)
        self.assertEqual(self.panel.cursor_faturas, self.fake.get(good)["alteradoEm"])


@tagged("post_install", "-at_install")
class TestCursor(PanelCommon):
    """Until when the panel was read is never after now, whatever one of its records says."""

    def test_record_of_the_year_9999_does_not_end_reading(self):
        self.add_client()
        poison = self.add_client(nome="Mercado Sol", cpfCnpj="24971563792")
        self.fake.get(poison)["alteradoEm"] = "9999-12-31T00:00:00Z"
        self.pull()
        self.assertTrue(self.panel.cursor_clientes.startswith("2026-07-01"))
        later = self.add_client(nome="Mercado Mar", cpfCnpj="52998224725")
        self.pull()
        self.assertEqual(self.found(later).name, "Mercado Mar")

    def test_cursor_that_ran_away_before_is_brought_back(self):
        client = self.add_client()
        self.panel.sudo().cursor_clientes = "9999-12-31T00:00:00Z"
        self.pull()
        self.assertTrue(self.found(client))
        self.assertTrue(self.panel.cursor_clientes.startswith("2026-07-01"))

    def test_all_is_read_again_by_hand(self):
        client = self.add_client()
        self.panel.sudo().cursor_clientes = "2026-07-01T23:00:00.000-03:00"
        self.pull()
        self.assertFalse(self.found(client))
        with self.assertRaises(AccessError):
            self.panel.with_user(self.billing_user).action_read_all()
        self.panel.with_user(self.billing_manager).action_read_all()
        self.pull()
        self.assertTrue(self.found(client))
