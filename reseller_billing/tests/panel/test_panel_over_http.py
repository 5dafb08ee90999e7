import base64

from odoo.tests import tagged

from ..common_http import HostileCommon
from .common import PanelCommon

SCRIPT = "<img src=x onerror=alert(1)>"


@tagged("post_install", "-at_install")
class TestPanelOverHttp(PanelCommon, HostileCommon):
    """What the panel says is not entered by hand, and is never more than text."""

    def make_row(self, **values):
        client = self.add_client(**{"nome": "", **values})
        self.pull()
        return self.rows().filtered(lambda row: row.reference == client)

    def test_rows_and_links_are_the_panels(self):
        row = self.make_row()
        client = self.add_client()
        self.pull()
        link = self.link(self.found(client))
        partner = self.found(client)
        values = {
            "company_id": self.other_company.id,
            "panel_id": self._create_panel(active=False).id,
            "reference": "x",
            "error": "x",
            "attempts": 5,
            "next_attempt": "2026-01-01",
        }
        of_row = {"payload": {"id": "x"}, "resource": "faturas", "state": "done", "name": "x"}
        of_row["candidate_ids"] = [(4, partner.id)]
        of_link = {
            "kind": "fatura",
            "partner_id": self.own_client.id,
            "contract_id": self.contract.id,
            "fatura_id": self.fatura.id,
            "from_panel": True,
            "known": {},
            "told": {},
            "key": "x",
            "body": {},
            "is_pending": True,
            "lease_until": "2026-01-01",
        }
        for record, more in ((row, of_row), (link, of_link)):
            for name, value in {**values, **more}.items():
                for user in (self.billing_manager, self.panel_admin):
                    with self.subTest(user=user.login, model=record._name, field=name):
                        self.assert_refused(user, record._name, "write", record.ids, {name: value})

    def test_rows_are_not_forged(self):
        values = {
            "panel_id": self.panel.id,
            "resource": "clientes",
            "reference": "x",
            "payload": {"id": "x", "alteradoEm": "x", "nome": "Forjado"},
        }
        for user in (self.billing_manager, self.panel_admin, self.accounting_manager):
            self.assert_refused(user, "reseller.billing.panel.row", "create", [values])

    def test_user_of_this_system_is_no_client_of_the_panel(self):
        admin = self.panel_admin.partner_id
        admin.sudo().vat = "111.444.777-35"
        email = admin.email
        client = self.add_client(nome="Invasor", cpfCnpj="111.444.777-35", email="evil@example.com")
        self.pull()
        self.assertEqual(admin.email, email)
        row = self.rows().filtered(lambda row: row.reference == client)
        self.assertIn("uses this system", row.error)
        model = "reseller.billing.panel.row"
        self.call(self.billing_user, model, "write", row.ids, {"partner_id": admin.id})
        self.call(self.billing_user, model, "action_retry", row.ids)
        self.assertEqual((admin.email, row.state), (email, "waiting"))
        self.call(self.billing_user, model, "write", row.ids, {"choice": "new"})
        self.call(self.billing_user, model, "action_retry", row.ids)
        self.assertEqual(row.state, "done")

    def test_row_takes_no_client_of_another_company(self):
        row = self.make_row()
        message = self.assert_refused(
            self.billing_user,
            row._name,
            "write",
            row.ids,
            {"partner_id": self.foreign_client.id},
        )
        self.assertNotIn(self.foreign_client.name, message)

    def test_panel_is_the_administrators(self):
        for name, value in (("url", "https://evil.example.com"), ("bills_here", True)):
            self.assert_refused(
                self.billing_manager, self.panel._name, "write", self.panel.ids, {name: value}
            )
        for name in ("first_success", "cursor_clientes", "paused_until", "problem"):
            self.assert_refused(
                self.panel_admin, self.panel._name, "write", self.panel.ids, {name: "2026-01-01"}
            )

    def test_addresses_inside_the_network_are_refused(self):
        model = self.panel._name
        urls = (
            "https://10.0.0.1",
            "https://192.168.1.5/painel",
            "https://169.254.169.254/latest",
            "https://127.1",
            "https://0x7f000001",
            "https://[::ffff:10.0.0.1]",
            "https://[fe80::1]",
            "https://intranet",
            "https://localhost.",
            "https://localhost.localdomain.localhost",
            "https://u:p@panel.example.com",
            "https://panel.example.com:99999",
            "https://panel.example.com:0",
            "https://panel.example.com:x",
            "https://panel.example.com/a b",
        )
        archived = self._create_panel(active=False)
        for url in urls:
            with self.subTest(url):
                for method, args in (
                    ("write", [self.panel.ids, {"url": url}]),
                    ("create", [[{"name": "x", "url": url, "active": False}]]),
                    ("copy", [archived.ids, {"url": url}]),
                ):
                    self.assert_refused(
                        self.panel_admin, model, method, *args, kind="ValidationError"
                    )

    def test_sandbox_on_this_machine_is_for_tests(self):
        url = {"url": "http://127.0.0.1:8070/painel"}
        self.call(self.panel_admin, self.panel._name, "write", self.panel.ids, url)
        self.provider.write({"asaas_api_key": "$aact_prod_x", "state": "enabled"})
        self.pull()
        self.assertIn("must not be sent", self.panel.problem)
        self.assertFalse(self.fake.calls)
        self.assert_refused(
            self.panel_admin,
            self.panel._name,
            "write",
            self.panel.ids,
            {"url": "https://127.0.0.1"},
            kind="ValidationError",
        )

    def test_words_of_others_are_text_in_activities(self):
        self.asaas.fail_on["POST", "payments"] = [400]
        self.asaas._error = lambda *_args: {"errors": [{"code": "x", "description": SCRIPT}]}
        self.client_partner.name = SCRIPT
        fatura = self.make_fatura(month="09")
        self.send()
        self.panel.name = SCRIPT
        client = self.add_client()
        self.add_contract(client)
        reference = self.add_fatura(self.add_contract(client, plano=SCRIPT), situacao="PAGA")
        self.pull()
        self.fake.get(reference)["situacao"] = "PAGA"
        notes = self.env["mail.activity"].search(
            [("res_model", "in", ("account.move", "reseller.billing.panel", "res.partner"))]
        )
        self.assertIn("Charge refused", fatura.activity_ids.mapped("summary"))
        for note in notes.mapped("note"):
            self.assertNotIn("<img", str(note))
        self.assertIn("&lt;img", "".join(notes.mapped("note")))

    def test_script_is_no_payment_page(self):
        payment = self.asaas.payments[self.charge.provider_reference]
        payment |= {"invoiceUrl": "javascript:alert(1)", "bankSlipUrl": "javascript:alert(1)"}
        self.receive_event(self.fatura)
        self.assertFalse(self.charge.charge_url or self.charge.slip_url)

    # Files

    def test_large_file_is_refused_before_it_is_stored(self):
        model = "reseller.billing.client.import"
        content = base64.b64encode(b"nome\n" + b"x" * (21 * 1024 * 1024)).decode()
        before = self.env[model].search_count([])
        for context in ({}, {"bin_size": True}):
            self.assert_refused(
                self.billing_user,
                model,
                "create",
                [{"file": content}],
                context=context,
                kind="ValidationError",
            )
        self.assertEqual(self.env[model].search_count([]), before)

    def test_list_without_a_file_is_refused_in_words(self):
        model = "reseller.billing.client.import"
        (number,) = self.call(self.billing_user, model, "create", [{}])
        message = self.assert_refused(
            self.billing_user, model, "action_preview", [number], kind="ValidationError"
        )
        self.assertIn("No file was chosen", message)

    def test_import_trusts_nothing_but_the_file(self):
        model = "reseller.billing.client.import"
        content = base64.b64encode(b"nome;email\nSol;sol@x.com\n").decode()
        (number,) = self.call(self.billing_user, model, "create", [{"file": content}])
        self.call(
            self.billing_user,
            model,
            "write",
            [number],
            {
                "state": "preview",
                "line_ids": [(0, 0, {"number": 99, "name": "x", "decision": "update"})],
            },
        )
        self.call(self.billing_user, model, "action_import", [number])
        self.assert_refused(
            self.billing_user, model, "write", [number], {"company_id": self.other_company.id}
        )
