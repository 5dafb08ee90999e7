import time
from unittest.mock import patch

import requests
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.test_cursor import TestCursor
from odoo.tools import file_open

from .common import PANEL_SEAM, PanelCommon

LOST = requests.exceptions.ReadTimeout("no answer")


@tagged("post_install", "-at_install")
class TestPanelPush(PanelCommon):
    """Changes here are sent to the panel, once."""

    def setUp(self):
        super().setUp()
        # The panel is empty, and was read.
        self.pull()

    def settle(self, fatura):
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)

    def get_sent(self, record):
        return self.fake.get(self.link(record).reference)

    def test_client_is_sent_on_request(self):
        client = self._create_client(
            "Nova Era",
            vat="11.222.333/0001-81",
            phone="11 3333-4444",
            street="Rua Um, 10",
            street2="Sala 2 - Centro",
            city="Santos",
        )
        client.with_user(self.billing_user).action_push_to_panel()
        self.push()
        told = self.get_sent(client)
        self.assertEqual((told["nome"], told["email"]), ("Nova Era", "sol@example.com"))
        self.assertEqual((told["logradouro"], told["numero"]), ("Rua Um", "10"))
        self.assertEqual((told["complemento"], told["bairro"]), ("Sala 2", "Centro"))
        client.with_user(self.billing_user).write({"city": "Campinas", "street": "Rua Dois, 20"})
        self.push()
        self.assertEqual(
            self.fake.writes()[-1][2],
            {"cidade": "Campinas", "logradouro": "Rua Dois", "numero": "20"},
        )
        self.assertEqual(len(self.fake.records["clientes"]), 1)

    def test_no_cursor_is_open_while_the_panel_is_asked(self):
        client = self._create_client("Nova Era", vat="11.222.333/0001-81")
        client.action_push_to_panel()
        open_cursors = set()

        def ask(*args, **kwargs):
            open_cursors.add(len(TestCursor._cursors_stack))
            return self.fake(*args, **kwargs)

        with patch(PANEL_SEAM, side_effect=ask), self.enter_registry_test_mode():
            links = self.env["reseller.billing.panel.link"]
            sent = list(links._send_due(time.monotonic() + 60))
        self.assertEqual(sent, self.link(client).ids)
        self.assertEqual(open_cursors, {0})

    def test_client_of_no_contract_is_not_sent_by_itself(self):
        client = self._create_client("Nova Era", vat="11.222.333/0001-81")
        client.name = "Nova Era Ltda"
        self.push()
        self.assertFalse(self.fake.writes())
        self.panel.active = False
        with self.assertRaisesRegex(UserError, "no active reseller panel"):
            client.with_user(self.billing_user).action_push_to_panel()

    def test_contract_is_sent_with_its_client_and_followed(self):
        contract = self._create_contract(
            self._create_client("Nova Era", vat="11.222.333/0001-81"), billing_day=5, due_days=10
        )
        self.push()
        told = self.get_sent(contract)
        self.assertEqual(told["clienteId"], self.link(contract.partner_id).reference)
        self.assertEqual(
            (told["plano"], told["valor"], told["diaVencimento"], told["situacao"]),
            ("Emissor NF-e", "100.00", 15, "ATIVO"),
        )
        for action, state in (
            (contract.action_suspend, "SUSPENSO"),
            (contract.action_activate, "ATIVO"),
            (contract.action_cancel, "CANCELADO"),
        ):
            action()
            self.push()
            with self.subTest(state):
                self.assertEqual(self.get_sent(contract)["situacao"], state)

    def test_due_day_is_told(self):
        client = self._create_client("Nova Era", vat="11.222.333/0001-81")
        contract = self._create_contract(client, due_by="day", due_day=7)
        self.push()
        self.assertEqual(self.get_sent(contract)["diaVencimento"], 7)

    def test_fatura_is_told_from_issue_to_payment(self):
        fatura = self.make_fatura()
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual((told["situacao"], told["valor"]), ("EM_PROCESSAMENTO", "100.00"))
        self.assertEqual((told["mesReferencia"], told["anoReferencia"]), ("07", "2026"))
        self.send()
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual(told["situacao"], "AGUARDANDO_PAGAMENTO")
        self.assertEqual(told["idCobranca"], fatura.charge_id.provider_reference)
        self.assertEqual(told["linkCobranca"], fatura.charge_url)
        self.settle(fatura)
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual((told["situacao"], told["valorPago"]), ("PAGA", "100.00"))
        self.assertEqual(told["dataPagamento"], "2026-07-10")
        self.assertEqual(len(self.fake.records["faturas"]), 1)

    def test_change_and_cancellation_are_told(self):
        fatura = self.make_fatura()
        self.push()
        fatura.sudo()._change_fatura(80.0, self.day("2026-07-25"))
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual((told["valor"], told["vencimento"]), ("80.00", "2026-07-25"))
        fatura.button_cancel_fatura()
        self.push()
        self.assertEqual(self.get_sent(fatura)["situacao"], "CANCELADA")

    def test_payment_to_the_company_and_its_undoing_are_told(self):
        lines = self.bank_journal.inbound_payment_method_line_ids
        lines.payment_account_id = self.accounts["outstanding"]
        fatura = self.make_fatura()
        self.push()
        (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=fatura.ids)
            .create({"payment_date": "2026-07-08", "journal_id": self.bank_journal.id})
            ._create_payments()
        )
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual((told["situacao"], told["dataPagamento"]), ("PAGA", "2026-07-08"))
        (partial,) = fatura.line_ids.matched_credit_ids
        fatura.js_remove_outstanding_partial(partial.id)
        self.push()
        told = self.get_sent(fatura)
        self.assertEqual((told["dataPagamento"], told["valorPago"]), (None, None))
        self.assertNotEqual(told["situacao"], "PAGA")

    def test_fatura_cancelled_before_it_was_sent_is_not_sent(self):
        fatura = self.make_fatura()
        fatura.button_cancel_fatura()
        self.push()
        self.assertFalse(self.fake.writes("faturas"))
        self.assertFalse(self.link(fatura).is_pending)

    def test_timeouts_after_processing_double_nothing(self):
        fatura = self.make_fatura()
        link = self.env["reseller.billing.panel.link"]
        for _attempt in range(8):
            self.fake.fail = [("after", LOST)]
            self.push()
            self.wait()
        self.fake.fail = []
        self.push()
        self.assertEqual([len(found) for found in self.fake.records.values()], [1, 1, 1])
        self.assertEqual(self.get_sent(fatura)["situacao"], "EM_PROCESSAMENTO")
        self.assertFalse(link.search([("is_pending", "=", True)]))
        self.assertFalse(link.search([("error", "!=", False)]))

    def test_record_whose_answer_was_lost_is_recognised_when_it_is_read(self):
        client = self._create_client("Nova Era", vat=False, email=False)
        client.action_push_to_panel()
        self.fake.fail = [("after", LOST)]
        self.push()
        (reference,) = self.fake.records["clientes"]
        client.name = "Nova Era Ltda"
        self.pull()
        self.assertEqual(self.found(reference), client)
        self.assertEqual(client.name, "Nova Era Ltda")
        self.wait()
        self.push()
        self.assertEqual(self.fake.get(reference)["nome"], "Nova Era Ltda")
        self.assertEqual(len(self.fake.records["clientes"]), 1)

    def test_nothing_echoes(self):
        fatura = self.make_charged()
        client = self.add_client()
        theirs = self.add_fatura(self.add_contract(client))
        for _round in range(3):
            self.pull()
            self.push()
            self.send()
        before = len(self.fake.writes())
        values = fatura.read(["write_date", "charge_state", "amount_total"])
        for _round in range(3):
            self.pull()
            self.push()
        self.assertEqual(len(self.fake.writes()), before)
        self.assertEqual(fatura.read(["write_date", "charge_state", "amount_total"]), values)
        self.assertEqual(
            [body for method, path, body in self.fake.writes("clientes") if client in path], []
        )
        self.assertEqual(
            [set(body) for method, path, body in self.fake.writes("faturas") if theirs in path],
            [{"idCobranca", "linkCobranca", "situacao"}],
        )

    def test_refusal_is_shown_and_tried_again_with_what_was_corrected(self):
        client = self._create_client("Nova Era", vat="11.222.333/0001-81")
        client.action_push_to_panel()
        self.fake.fail = [422]
        self.push()
        link = self.link(client)
        self.assertIn("422", link.error)
        self.assertEqual(client.activity_ids.summary, "Refused by the panel")
        client.name = "Corrected"
        self.push()
        self.assertEqual(self.get_sent(client)["nome"], "Corrected")
        self.assertFalse(link.error)

    def test_panel_that_is_away_is_not_asked_on_and_on(self):
        for number in range(3):
            self._create_client(f"N{number}", vat=False).action_push_to_panel()
        for failure in (503, 401, 429):
            self.fake.calls.clear()
            self.fake.fail = [failure] * 3
            self.wait()
            self.push()
            with self.subTest(failure):
                self.assertEqual(len(self.fake.calls), 1)
        self.fake.fail = []
        self.wait()
        self.push()
        self.assertEqual(len(self.fake.records["clientes"]), 3)

    def test_nothing_is_sent_before_the_panel_was_read(self):
        self.panel.sudo().first_success = False
        self.add_client(cpfCnpj="249.715.637-92")
        self.contract.action_push_to_panel()
        self.push()
        self.assertFalse(self.fake.writes())
        self.pull()
        self.push()
        self.assertEqual(len(self.fake.records["clientes"]), 1)
        self.assertEqual(self.get_sent(self.contract)["situacao"], "ATIVO")

    def test_client_who_may_be_one_of_the_panels_waits_for_the_person(self):
        one = self._create_client("A", vat="11222333000181")
        self._create_client("B", vat="11222333000181")
        self.add_client()
        self.pull()
        one.action_push_to_panel()
        self.push()
        self.assertFalse(self.fake.writes())
        self.assertIn("Decide that first", self.link(one).error)

    def test_copied_database_neither_reads_nor_tells(self):
        self.env.flush_all()
        with file_open("reseller_billing/data/neutralize.sql") as queries:
            self.cr.execute(queries.read())  # pylint: disable=sql-injection
        self.env.invalidate_all()
        self.assertFalse(self.panel.token)
        self.assertFalse(self.panel.active)
        self.contract.action_suspend()
        self.fake.calls.clear()
        self.pull()
        self.push()
        self.assertFalse(self.fake.calls)

    def test_without_a_panel_nothing_is_queued_or_asked(self):
        self.panel.unlink()
        self.make_charged()
        self.assertFalse(self.env["reseller.billing.panel.link"].search([]))
        with self.assertQueryCount(0):
            self.env["account.move"]._queue_for_panel()
            self.contract._queue_for_panel()
