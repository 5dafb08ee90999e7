import base64
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...tools import tax_id
from ..common import ResellerBillingCommon
from ..tools.test_table import make_workbook

FILE = """Nome;CPF/CNPJ;E-mail;Telefone;CEP;Endereço;Número;Bairro;Cidade;UF
Padaria Pão;11.222.333/0001-81;pao@example.com;11 3333-4444;01310-100;Rua Um;10;Centro;São Paulo;sp
João da Silva;529.982.247-25;joao@example.com;;;;;;;
"""


@tagged("post_install", "-at_install")
class TestClientImport(ResellerBillingCommon):
    """Import of clients from a file, by a user without administration rights."""

    def open_wizard(self, content):
        content = content if isinstance(content, bytes) else content.encode()
        wizards = self.env["reseller.billing.client.import"].with_user(self.billing_user)
        with Form(wizards) as form:
            form.file = base64.b64encode(content)
        wizard = form.record
        wizard.action_preview()
        return wizard

    def import_file(self, content):
        wizard = self.open_wizard(content)
        wizard.action_import()
        return wizard

    def decide(self, content):
        return [
            (line.number, line.decision, line.reason or "")
            for line in self.open_wizard(content).line_ids
        ]

    def test_preview_changes_nothing_and_import_does(self):
        wizard = self.open_wizard(FILE)
        self.assertEqual(wizard.line_ids.mapped("decision"), ["create", "create"])
        self.assertFalse(self.env["res.partner"].search([("email", "=", "pao@example.com")]))
        wizard.action_import()
        company, person = wizard.line_ids.partner_id
        self.assertRecordValues(
            company,
            [
                {
                    "name": "Padaria Pão",
                    "email": "pao@example.com",
                    "phone": "11 3333-4444",
                    "zip": "01310-100",
                    "street": "Rua Um, 10",
                    "street2": "Centro",
                    "city": "São Paulo",
                    "is_company": True,
                    "customer_rank": 1,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(company.state_id.code, "SP")
        self.assertEqual((person.name, person.is_company), ("João da Silva", False))
        self.assertEqual(tax_id.normalize(person.vat), "52998224725")
        self.assertIn("2 new", wizard.summary)

    def test_same_file_again_changes_nothing(self):
        partners = self.import_file(FILE).line_ids.partner_id
        again = self.import_file(FILE)
        self.assertEqual(again.line_ids.mapped("decision"), ["same", "same"])
        self.assertEqual(again.line_ids.partner_id, partners)
        changed = self.open_wizard(FILE.replace("Rua Um", "Rua Dois"))
        self.assertEqual(changed.line_ids.mapped("decision"), ["update", "same"])
        self.assertEqual(changed.line_ids[0].reason, "Street")
        changed.action_import()
        self.assertEqual(partners[0].street, "Rua Dois, 10")

    def test_encodings_delimiters_and_headings_are_found_out(self):
        for content in (
            FILE.encode("utf-8-sig"),
            FILE.encode("cp1252"),
            FILE.encode("utf-16"),
            FILE.replace(";", ",").encode(),
            FILE.replace(";", "\t").encode(),
            FILE.replace("\n", "\r\n").encode(),
            FILE.replace("Nome;CPF/CNPJ", "RAZÃO SOCIAL;cpfCnpj").encode(),
            ("\n" + FILE + "\n;;;\n").encode(),
        ):
            with self.subTest(content[:40]):
                wizard = self.open_wizard(content)
                self.assertEqual(wizard.line_ids.mapped("name"), ["Padaria Pão", "João da Silva"])
                self.assertEqual(wizard.line_ids.mapped("decision"), ["create", "create"])

    def test_workbook_is_read_as_csv_is(self):
        wizard = self.import_file(
            make_workbook(("Nome", "CNPJ", "E-mail"), ("Padaria", 11222333000181, "a@example.com"))
        )
        self.assertEqual(wizard.line_ids.mapped("decision"), ["create"])
        self.assertEqual(tax_id.normalize(wizard.line_ids.partner_id.vat), "11222333000181")

    def test_refused_lines_say_why_and_keep_no_other_back(self):
        wizard = self.import_file(
            "nome,cpfCnpj,email\n"
            "A,11222333000181,\n"
            ",52998224725,\n"
            "B,11222333000182,\n"
            "C,,not an address\n"
            "D,,\n"
            "E,11.222.333/0001-81,e@example.com\n"
            "F,5.29982E+10,\n"
        )
        decisions = [(line.decision, line.reason or "") for line in wizard.line_ids]
        self.assertEqual([decision for decision, _reason in decisions], ["create"] + ["refuse"] * 6)
        for (_decision, reason), text in zip(
            decisions[1:],
            ("no name", "no CPF", "no e-mail", "neither", "Repeats line 2", "no CPF"),
            strict=True,
        ):
            self.assertIn(text, reason)
        self.assertTrue(wizard.line_ids[0].partner_id)

    def test_zeros_that_a_spreadsheet_dropped_are_restored(self):
        wizard = self.import_file("nome;cpf\nA;191\nB;2998224725\nC;191000000000\n")
        self.assertEqual(wizard.line_ids.mapped("decision"), ["refuse", "refuse", "refuse"])
        number = "00623904000173"
        self.assertTrue(tax_id.is_valid(number))
        wizard = self.import_file(f"nome;cnpj\nA;{number.lstrip('0')}\n")
        self.assertEqual(tax_id.normalize(wizard.line_ids.partner_id.vat), number)

    def test_check_digits_of_cpf_and_both_kinds_of_cnpj(self):
        for number in ("52998224725", "11222333000181", "12ABC34501DE35"):
            with self.subTest(number):
                self.assertTrue(tax_id.is_valid(number))
                wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
                self.assertFalse(tax_id.is_valid(wrong))
        for number in ("", "00000000000", "1122233300018", "1234567890A", "12ABC34501DEAB"):
            with self.subTest(number):
                self.assertFalse(tax_id.is_valid(number))

    def test_client_is_recognised_like_one_of_the_panel(self):
        first = self.env["res.partner"].create({"name": "First", "vat": "11222333000181"})
        wizard = self.open_wizard("nome;cnpj\nA;11.222.333/0001-81\n")
        self.assertEqual(wizard.line_ids.partner_id, first)
        self.env["res.partner"].create({"name": "Second", "vat": "11.222.333/0001-81"})
        ((_number, decision, reason),) = self.decide("nome;cnpj\nA;11.222.333/0001-81\n")
        self.assertEqual(decision, "refuse")
        self.assertIn("First", reason)

    def test_clients_of_another_company_are_left_alone(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["res.partner"].create(
            {"name": "Theirs", "vat": "11222333000181", "company_id": other.id}
        )
        wizard = self.import_file("nome;cnpj\nA;11.222.333/0001-81\n")
        self.assertNotEqual(wizard.line_ids.partner_id, theirs)
        self.assertEqual(theirs.name, "Theirs")

    def test_empty_cells_erase_nothing(self):
        self.import_file(FILE)
        partner = self.import_file("nome;cnpj;email\nNovo;11222333000181;\n").line_ids.partner_id
        self.assertEqual((partner.name, partner.email), ("Novo", "pao@example.com"))

    def test_file_that_is_no_list_of_clients_is_refused(self):
        for content, text in (("  \n", "empty"), ("a;b\n1;2\n", "heading nome")):
            with self.subTest(content), self.assertRaisesRegex(UserError, text):
                self.open_wizard(content)

    def test_long_list_is_imported_in_the_background_and_a_bad_client_keeps_no_other(self):
        rows = [f"Cliente {number};;cliente{number}@example.com" for number in range(4)]
        wizard = self.open_wizard("\n".join(["nome;cnpj;email", *rows, "Sem nada;;"]))
        with patch("odoo.addons.reseller_billing.wizards.panel.client_import.CHUNK", 2):
            action = wizard.action_import()
        job = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((job.total_count, job.done_count), (4, 0))
        found = [("email", "=like", "cliente%@example.com")]
        self.assertFalse(self.env["res.partner"].search(found))
        # Registered by somebody else in the meantime, as two.
        for _twice in range(2):
            self.env["res.partner"].create({"name": "Outro", "email": "cliente2@example.com"})
        with self.enter_registry_test_mode():
            self.env.ref("reseller_billing.ir_cron_import_clients").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((job.state, job.done_count, job.failed_count), ("done", 3, 1))
        self.assertEqual(job.failed_ids.name, "Cliente 2")
        clients = self.env["res.partner"].search([*found, ("name", "!=", "Outro")])
        self.assertEqual(len(clients), 3)
        self.assertEqual(clients.create_uid, self.billing_user)
        domain = job.with_user(self.billing_user).action_open_results()["domain"]
        self.assertEqual(self.env["res.partner"].search(domain), clients)

    def test_import_needs_the_preview(self):
        wizard = self.env["reseller.billing.client.import"].create(
            {"file": base64.b64encode(FILE.encode())}
        )
        with self.assertRaisesRegex(UserError, "preview"):
            wizard.action_import()
