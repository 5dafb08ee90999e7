import logging
from unittest.mock import patch

import requests
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import tagged

from ...tools import tax_id
from ...tools.errors import OutcomeUnknown, Rejected
from .common import PANEL_SEAM, PanelCommon
from .fake_panel import TOKEN, FakePanel


@tagged("post_install", "-at_install")
class TestPanelClients(PanelCommon):
    """Seed 003: all clients of the reseller panel are registered here automatically."""

    def test_client_is_created_with_all_that_the_panel_has(self):
        reference = self.add_client(
            celular="11 98888-7777",
            logradouro="Av. Paulista",
            numero="1000",
            complemento="Sala 1",
            bairro="Bela Vista",
            cidade="São Paulo",
            uf="SP",
        )
        self.pull()
        partner = self.found(reference)
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "Mercado Lua",
                    "email": "lua@example.com",
                    "phone": "11 98888-7777",
                    "zip": "01310-100",
                    "street": "Av. Paulista, 1000",
                    "street2": "Sala 1 - Bela Vista",
                    "city": "São Paulo",
                    "is_company": True,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(tax_id.normalize(partner.vat), "11222333000181")
        self.assertEqual(partner.state_id.code, "SP")
        self.assertTrue(partner.customer_rank)
        self.assertFalse(self.rows())

    def test_client_is_found_by_number_however_it_is_written(self):
        for number, (mine, theirs) in enumerate(
            [
                ("BR11222333000181", "11.222.333/0001-81"),
                ("529.982.247-25", "52998224725"),
                ("12.abc.345/01DE-35", "12ABC34501DE35"),
            ]
        ):
            partner = self._create_client(f"Here {number}", vat=mine, email=False)
            reference = self.add_client(cpfCnpj=theirs, email=None, nome=f"There {number}")
            self.pull()
            with self.subTest(theirs):
                self.assertEqual(self.found(reference), partner)
                self.assertEqual(partner.name, f"There {number}")

    def test_client_is_found_by_email_unless_its_number_is_another(self):
        partner = self._create_client("By e-mail", vat=False, email="Lua@Example.com")
        shared = self._create_client("Neighbour", vat="529.982.247-25", email="acc@example.com")
        one = self.add_client()
        two = self.add_client(cpfCnpj="390.533.447-05", email="acc@example.com")
        self.pull()
        self.assertEqual(self.found(one), partner)
        self.assertNotIn(self.found(two), (None, shared))

    def test_no_user_makes_a_company_or_a_stranger_s_contact_the_panel_s_client(self):
        """The panel's data are written as superuser, and the choice is a user's."""
        other = self.setup_other_company(name="Outra Empresa Ltda")["company"]
        private = self._create_client("Private", vat="39053344705", company_id=other.id)
        inside = self._create_client("Inside", vat=False, parent_id=self.company.partner_id.id)
        self._create_client("A", vat="11222333000181")
        self._create_client("B", vat="11.222.333/0001-81")
        reference = self.add_client()
        self.pull()
        row = self.rows()
        for partner in (self.company.partner_id, other.partner_id, private, inside):
            before = (partner.name, partner.vat, partner.email)
            # Also where the form's own domain and companies have let it pass.
            self.env.cr.execute(
                "UPDATE reseller_billing_panel_row SET partner_id = %s WHERE id = %s",
                (partner.id, row.id),
            )
            self.env.invalidate_all()
            row.with_user(self.billing_user).action_retry()
            with self.subTest(partner.name):
                self.assertEqual((partner.name, partner.vat, partner.email), before)
                self.assertEqual(row.state, "waiting")
                self.assertNotIn("Private", row.error)
                self.assertFalse(self.found(reference))

    def test_panel_makes_nobody_else_of_a_client_with_charges(self):
        partner = self._create_client("Mercado Lua", vat="11222333000181")
        reference = self.add_client()
        self.pull()
        self.assertEqual(self.found(reference), partner)
        self._create_contract(partner)
        self.make_registered(partner=partner)
        self.fake.change(reference, cpfCnpj="40.001.111/0001-37")
        self.pull()
        self.assertEqual(tax_id.normalize(partner.vat), "11222333000181")
        self.assertIn("stays who it is", self.rows().error)

    def test_two_candidates_are_listed_until_a_person_says_who_it_is(self):
        candidates = self._create_client("A", vat="11222333000181") + self._create_client(
            "B", vat="11.222.333/0001-81"
        )
        reference = self.add_client()
        other = self.add_client(nome="Other", cpfCnpj=None, email="other@example.com")
        self.pull()
        row = self.rows()
        self.assertEqual((row.reference, row.candidate_ids), (reference, candidates))
        self.assertTrue(self.found(other))
        self.assertEqual(len(self.panel.activity_ids), 1)
        row = row.with_user(self.billing_user)
        row.partner_id = candidates[1]
        row.action_retry()
        self.assertEqual(self.found(reference), candidates[1])
        self.assertEqual(candidates[1].name, "Mercado Lua")
        self.assertFalse(self.rows())

    def test_number_of_another_client_of_the_panel_is_listed_and_can_be_new(self):
        first = self.add_client()
        second = self.add_client(nome="Same number")
        self.pull()
        row = self.rows()
        self.assertEqual(row.reference, second)
        row.partner_id = self.found(first)
        row.with_user(self.billing_user).action_retry()
        self.assertIn("Choose another", row.error)
        row.write({"partner_id": False, "choice": "new"})
        row.with_user(self.billing_user).action_retry()
        self.assertEqual(row.state, "done")
        self.assertNotIn(self.found(second), (None, self.found(first)))

    def test_what_was_put_away_comes_again_when_the_panel_changes_it(self):
        self.add_client()
        second = self.add_client(nome="Same number")
        self.pull()
        self.rows().with_user(self.billing_user).action_ignore()
        self.pull()
        self.assertFalse(self.rows())
        self.fake.change(second, cpfCnpj="529.982.247-25", email="new@example.com")
        self.pull()
        self.assertTrue(self.found(second))
        self.assertFalse(self.rows())

    def test_changes_of_both_sides_are_kept_and_emptied_fields_are_the_panels_only(self):
        partner = self._create_client("Here", vat="11222333000181", phone="11 3333", city="Santos")
        reference = self.add_client(telefone="11 4444")
        self.pull()
        self.assertEqual((partner.phone, partner.city), ("11 4444", "Santos"))
        partner.write({"name": "Named here", "zip": "02000-000"})
        self.fake.change(reference, telefone=None, cep=None, cidade=None, email="new@example.com")
        self.pull()
        self.assertEqual(
            (partner.name, partner.email, partner.phone, partner.zip, partner.city),
            ("Named here", "new@example.com", False, "02000-000", "Santos"),
        )

    def test_inactive_client_stays_and_says_so(self):
        reference = self.add_client()
        self.pull()
        partner = self.found(reference)
        self.fake.change(reference, ativo=False)
        self.pull()
        self.assertTrue(partner.active)
        self.assertIn("Inactive in Painel", partner.message_ids[0].body)

    def test_faulty_client_keeps_no_other_back_and_is_tried_again(self):
        faulty = self.add_client(nome="  ")
        good = self.add_client(cpfCnpj=None, email="good@example.com")
        self.pull()
        self.assertTrue(self.found(good))
        self.assertEqual(self.rows().reference, faulty)
        self.assertIn("nome", self.rows().error)
        self.fake.change(faulty, nome="Corrected")
        self.pull()
        self.assertEqual(self.found(faulty).name, "Corrected")
        self.assertFalse(self.rows())

    def test_cursor_moves_with_what_was_taken_over_only(self):
        self.fake.size = 2
        references = [
            self.add_client(nome=f"C{number}", cpfCnpj=None, email=f"c{number}@example.com")
            for number in range(5)
        ]
        for failure in (500, requests.exceptions.ReadTimeout("slow"), 401):
            self.fake.fail = [None, failure]
            self.pull()
            self.assertTrue(self.panel.problem)
            self.assertFalse(self.panel.last_success)
        seen = self.fake.get(references[3])["alteradoEm"]
        self.assertEqual(self.panel.cursor_clientes, seen)
        self.pull()
        names = [self.found(reference).name for reference in references]
        self.assertEqual(names, ["C0", "C1", "C2", "C3", "C4"])
        self.assertEqual((self.panel.problem, bool(self.panel.last_success)), (False, True))

    def test_panel_that_another_job_reads_has_no_problem(self):
        reference = self.add_client(nome="C1", cpfCnpj=None, email="c1@example.com")
        locked = LockError("Cannot grab a lock on records")
        with patch.object(type(self.panel), "lock_for_update", side_effect=locked):
            self.pull()
        self.assertFalse(self.panel.problem)
        self.assertFalse(self.found(reference))
        self.pull()
        self.assertEqual(self.found(reference).name, "C1")

    def test_unchanged_records_are_not_written_again(self):
        reference = self.add_client()
        self.pull()
        partner = self.found(reference)
        partner.name = "Named here"
        self.panel.sudo().cursor_clientes = False
        self.pull()
        self.assertEqual(partner.name, "Named here")
        self.assertEqual(self.env["res.partner"].search_count([("vat", "=", partner.vat)]), 1)

    def test_two_companies_keep_their_clients_apart(self):
        other = self.setup_other_company()["company"]
        shared = self._create_client("Shared", vat="52998224725", company_id=False)
        panel = self._create_panel(
            company_id=other.id, url="https://other.example.com/p", user_id=self.env.uid
        )
        second = FakePanel(url="https://other.example.com/p")
        self.fakes.append(second)
        first_id = self.add_client()
        self.add_client(nome="Shared", cpfCnpj="529.982.247-25", email=None)
        for values in ({"cpfCnpj": "11222333000181"}, {"cpfCnpj": "529.982.247-25"}):
            second.add("clientes", nome="Theirs", **values)
        self.pull()
        links = self.env["reseller.billing.panel.link"].search([("panel_id", "=", panel.id)])
        self.assertEqual(links.partner_id.company_id, other)
        self.assertEqual(len(links), 2)
        self.assertNotIn(self.found(first_id), links.partner_id)
        both = self.env["reseller.billing.panel.link"].search([("partner_id", "=", shared.id)])
        self.assertEqual(both.panel_id, self.panel + panel)
        with self.assertRaises(AccessError):
            links[0].with_user(self.billing_manager).check_access("read")
        with self.assertRaises(AccessError):
            panel.with_user(self.billing_manager).check_access("read")

    def test_consumer_final_customer_is_made_once_a_company(self):
        self.assertEqual(self.company.billing_consumer_id.name, "Consumidor final")
        before = self.company.billing_consumer_id
        self.panel.active = False
        self.env.flush_all()
        self._create_panel()
        self.assertEqual(self.company.billing_consumer_id, before)
        self.assertTrue(before.customer_rank)


@tagged("post_install", "-at_install")
class TestPanelConnection(PanelCommon):
    def test_token_is_the_system_administrators(self):
        self.assertTrue(self.panel.with_user(self.panel_admin).token)
        with self.assertRaises(AccessError):
            self.panel.with_user(self.billing_manager).read(["token"])
        with self.assertRaises(AccessError):
            self.panel.with_user(self.billing_manager).url = "https://elsewhere.example.com"
        with self.assertRaises(AccessError):
            self.panel.with_user(self.billing_user).check_access("read")
        self.assertFalse(self.panel.copy({"active": False}).token)

    def test_connection_is_tested_by_who_may_not_read_the_token(self):
        action = self.panel.with_user(self.billing_manager).action_test_connection()
        self.assertEqual(action["params"]["type"], "success")
        self.fake.token = "another"
        with self.assertRaisesRegex(UserError, "does not accept the token"):
            self.panel.with_user(self.billing_manager).action_test_connection()

    def test_button_synchronises_and_tells_what_stopped_it(self):
        reference = self.add_client()
        panel = self.panel.with_user(self.billing_manager)
        with self.enter_registry_test_mode():
            action = panel.action_synchronise()
        self.assertEqual(action["params"]["type"], "success")
        self.assertTrue(self.found(reference))
        self.fake.fail = [503]
        with self.enter_registry_test_mode(), self.assertRaisesRegex(UserError, "did not answer"):
            panel.action_synchronise()

    def test_token_is_not_sent_in_clear_nor_elsewhere(self):
        for url in (
            "http://panel.example.com",
            "https://u:p@panel.example.com",
            "panel",
            "ftp://x",
        ):
            with self.subTest(url), self.assertRaisesRegex(UserError, "https"):
                self.panel.url = url
        self.panel.url = "http://127.0.0.1:8070/painel"
        with self.assertRaisesRegex(UserError, "line break"):
            self.panel.token = "a\nb"

    def test_token_is_in_no_error_and_no_log(self):
        def answer(method, url, **kwargs):
            text = kwargs["headers"]["X-Painel-Token"]
            return FakePanel._response(422, {"codigo": "X", "mensagem": f"bad {text}"})

        client = self.panel._get_panel_client()
        logger = "odoo.addons.reseller_billing.tools.panel.client"
        with patch(PANEL_SEAM, side_effect=answer), self.assertLogs(logger, logging.INFO) as log:
            with self.assertRaisesRegex(Rejected, r"422 X bad \[…\]") as caught:
                client.add("clientes", {}, "key")
        self.assertNotIn(TOKEN, str(caught.exception) + "".join(log.output))

    def test_what_is_not_the_panel_changes_nothing(self):
        client = self.panel._get_panel_client()
        for answer in ({}, {"itens": [{"id": "x"}]}, [], {"itens": "x"}):
            self.fake._route = lambda *args, answer=answer: (200, answer)
            with self.subTest(answer), self.assertRaises(OutcomeUnknown):
                client.list_records("clientes", None)

    def test_company_has_one_active_panel(self):
        with self.assertRaisesRegex(Exception, "one_of_a_company"), self.env.cr.savepoint():
            self._create_panel()
