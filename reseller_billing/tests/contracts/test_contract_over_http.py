from lxml import etree
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common_http import HostileCommon

APP = "reseller_billing.reseller_billing_menu"


@tagged("post_install", "-at_install")
class TestContractOverHttp(HostileCommon):
    """Contracts, reminders and clients: who enters what, and in which company."""

    def test_user_creates_and_activates_a_contract(self):
        client = self._create_client("Mercado Lua", vat="11222333000181")
        values = {
            "partner_id": client.id,
            "line_ids": [Command.create({"plan_id": self.plan.id})],
        }
        contract = "reseller.billing.contract"
        (number,) = self.call(self.billing_user, contract, "create", [values])
        made = self.env[contract].browse(number)
        self.assertNotIn(made.name, (False, "/"))
        self.call(self.billing_user, contract, "action_activate", [number])
        self.assertEqual((made.state, str(made.date_active)), ("active", "2026-07-01"))
        self.call(self.billing_user, contract, "write", [number], {"state": "suspended"})
        self.assertEqual(made.suspension_reason, "manual")

    def test_user_fills_the_form_of_a_contract(self):
        client = self._create_client("Mercado Lua", vat="11222333000181")
        with Form(self.env["reseller.billing.contract"].with_user(self.billing_user)) as form:
            form.partner_id = client
            with form.line_ids.new() as line:
                line.plan_id = self.plan
        contract = form.record
        self.assertEqual(contract.sudo().provider_id, self.provider)
        contract.action_activate()
        with Form(contract) as form:
            form.billing_day = 5
            with form.line_ids.edit(0) as line:
                line.quantity = 3
            form.state = "suspended"
        self.assertEqual((contract.state, contract.amount_month), ("suspended", 300.0))

    def test_copy_of_a_contract_has_no_mark(self):
        contract = "reseller.billing.contract"
        free = self._create_contract(self._create_client("Nova", vat="11222333000181"), plan=False)
        free.action_cancel()
        copied = self.call(self.billing_user, contract, "copy", free.ids)
        copied = self.env[contract].browse(copied)
        self.assertEqual(copied.state, "trial")
        self.assertFalse(copied.date_active or copied.date_end or copied.suspension_reason)
        self.assertNotEqual(copied.name, free.name)

    def test_marks_are_kept_by_the_system(self):
        values = {
            "name": "C-1",
            "company_id": self.other_company.id,
            "date_active": "2020-01-01",
            "date_end": "2026-01-01",
            "date_suspended": "2026-01-01",
            "suspension_reason": "overdue",
            "billing_error": "<img src=x>",
            "amount_month": 1.0,
            "has_plan": False,
            "trial_told": True,
            "fatura_ids": [(4, self.foreign_fatura.id)],
        }
        for user in (self.billing_user, self.accounting_manager):
            for name, value in values.items():
                with self.subTest(user=user.login, field=name):
                    self.assert_refused(
                        user,
                        "reseller.billing.contract",
                        "write",
                        self.contract.ids,
                        {name: value},
                    )

    def test_company_and_contract_of_a_record_never_change(self):
        other = self.other_company.id
        reminder = self.env["reseller.billing.reminder"].create(
            {"name": "x", "days": 1, "company_id": self.company.id}
        )
        for record in (self.plan, reminder, self.contract.line_ids):
            with self.subTest(record):
                self.assert_refused(
                    self.billing_manager, record._name, "write", record.ids, {"company_id": other}
                )
        self.assert_refused(
            self.billing_user,
            "reseller.billing.contract.line",
            "write",
            self.contract.line_ids.ids,
            {"contract_id": self.foreign_contract.id},
        )
        self.assert_refused(
            self.billing_manager,
            "reseller.billing.plan",
            "create",
            [{"name": "x", "price": 1.0, "company_id": other}],
        )

    def test_client_of_an_active_contract_stays(self):
        other = self._create_client("Mercado Lua", vat="11222333000181")
        self.assert_refused(
            self.billing_user,
            "reseller.billing.contract",
            "write",
            self.contract.ids,
            {"partner_id": other.id},
            kind="UserError",
        )

    def test_state_by_default_is_checked_like_any_other(self):
        client = self.env["res.partner"].create({"name": "Sem dados", "customer_rank": 1})
        self.assert_refused(
            self.billing_user,
            "reseller.billing.contract",
            "create",
            [{"partner_id": client.id}],
            context={"default_state": "active"},
            kind="UserError",
        )

    def test_plans_cycle_is_moved_whatever_a_context_says(self):
        yearly = self.plan.copy({"name": "Anual", "period": "yearly"})
        contract = self._create_contract(
            self._create_client("Lua", vat="11222333000181"),
            line_ids=[Command.create({"plan_id": yearly.id})],
        )
        self.call(
            self.billing_user,
            "reseller.billing.contract",
            "write",
            contract.ids,
            {"next_month": "2026-10-01"},
            context={"reseller_billing_billed": True},
        )
        self.assertEqual(str(contract.line_ids.first_month), "2026-10-01")

    # Reminders

    def test_shared_reminders_are_changed_by_users_of_all_companies(self):
        reminder = self.env.ref("reseller_billing.reminder_before")
        model = "reseller.billing.reminder"
        read = self.call(self.billing_manager, model, "read", reminder.ids, ["days"])
        self.assertEqual(read[0]["days"], reminder.days)
        for method, args in (
            ("write", [reminder.ids, {"days": -9}]),
            ("unlink", [reminder.ids]),
            ("create", [[{"name": "x", "days": 2}]]),
        ):
            self.assert_refused(self.billing_manager, model, method, *args)
        own = [{"name": "x", "days": 2, "company_id": self.company.id}]
        (number,) = self.call(self.billing_manager, model, "create", own)
        self.call(self.billing_manager, model, "write", [number], {"days": 3})
        everywhere = self.env["res.company"].search([])
        self.billing_manager.sudo().company_ids = [Command.set(everywhere.ids)]
        self.call(self.billing_manager, model, "write", reminder.ids, {"days": -4})
        self.assertEqual(reminder.days, -4)

    def test_reminder_mails_faturas_only(self):
        template = self.env["mail.template"].create(
            {"name": "x", "model_id": self.env.ref("base.model_res_partner").id}
        )
        values = {"name": "x", "days": 2, "company_id": self.company.id}
        self.assert_refused(
            self.billing_manager,
            "reseller.billing.reminder",
            "create",
            [{**values, "template_id": template.id}],
            kind="ValidationError",
        )

    # Clients

    def test_installation_gives_the_hosts_roles_no_right_on_contacts(self):
        contact = self.env["res.partner"].create({"name": "Contato", "customer_rank": 1})
        for user in (self.accountant, self.accounting_manager):
            with self.subTest(user.login):
                self.assert_refused(user, "res.partner", "write", contact.ids, {"name": "x"})
                self.assert_refused(user, "res.partner", "create", [{"name": "x"}])
                self.assert_refused(user, "res.partner", "unlink", contact.ids)

    def test_user_of_subscription_control_registers_clients(self):
        (number,) = self.call(
            self.billing_user, "res.partner", "create", [{"name": "Nova", "customer_rank": 1}]
        )
        self.call(self.billing_user, "res.partner", "write", [number], {"email": "a@example.com"})
        self.assert_refused(self.billing_user, "res.partner", "unlink", [number])
        self.call(self.billing_manager, "res.partner", "unlink", [number])

    def test_user_of_subscription_control_changes_nobody_else(self):
        supplier = self.env["res.partner"].create({"name": "Fornecedor", "supplier_rank": 1})
        colleague = self.accountant.partner_id
        colleague.sudo().customer_rank = 1
        for partner in (
            supplier,
            colleague,
            self.company.partner_id,
            self.foreign_client,
        ):
            with self.subTest(partner.name):
                self.assert_refused(
                    self.billing_user, "res.partner", "write", partner.ids, {"email": "x@x.com"}
                )
                self.assert_refused(self.billing_manager, "res.partner", "unlink", partner.ids)
        self.assert_refused(
            self.billing_user,
            "res.partner",
            "create",
            [{"name": "x", "company_id": self.other_company.id}],
        )

    # Screens

    def open_menus(self, user):
        """Open what each menu shows to a user, as the client does; return the menus' names."""
        menus = self.call(user, "ir.ui.menu", "load_menus", False)
        app = self.env.ref(APP)
        opened = []
        for menu in menus.values():
            if menu.get("app_id") != app.id or not menu.get("action_id"):
                continue
            kind = menu["action_model"]
            if kind == "ir.actions.server":
                action = self.call(user, kind, "run", [menu["action_id"]])
            else:
                (action,) = self.env[kind].sudo().browse(menu["action_id"]).read()
            self.open_action(user, action)
            opened.append(menu["name"])
        return opened

    def open_action(self, user, action):
        model = action["res_model"]
        found = self.call(user, model, "get_views", action["views"])["views"]
        for kind, view in found.items():
            if kind not in ("list", "form", "kanban"):
                continue
            names = {
                node.get("name"): {}
                for node in etree.fromstring(view["arch"]).iter("field")
                if not any(parent.tag == "field" for parent in node.iterancestors())
            }
            if kind == "form" and action["target"] == "new":
                self.call(user, model, "onchange", [], {}, [], names)
                continue
            with self.subTest(user=user.login, action=action["name"], view=kind):
                self.call(
                    user,
                    model,
                    "web_search_read",
                    safe_eval(action["domain"] or "[]", {"uid": user.id}),
                    {name: self.spec(model, name) for name in names},
                    limit=3,
                )

    def spec(self, model, name):
        is_one = self.env[model]._fields[name].type == "many2one"
        return {"fields": {"display_name": {}}} if is_one else {}

    def test_users_open_what_their_menus_show(self):
        self.env["reseller.billing.event"].sudo().create(
            {"provider_id": self.provider.id, "event_ref": "evt_x", "charge_id": self.charge.id}
        )
        everything = self.open_menus(self.billing_manager)
        self.assertGreater(len(everything), 10)
        self.assertLess(len(self.open_menus(self.billing_user)), len(everything))
        self.open_menus(self.accountant)
        shown = self.open_menus(self.auditor)
        self.assertLessEqual(set(shown), {*everything, "Reseller panels"})
        self.assertGreater(len(shown), 9)

    def test_auditor_reads_everything_and_writes_nothing(self):
        records = {
            "reseller.billing.contract": self.contract,
            "reseller.billing.contract.line": self.contract.line_ids,
            "reseller.billing.plan": self.plan,
            "payment.transaction": self.charge,
            "account.move": self.fatura,
            "reseller.billing.panel": self.env["reseller.billing.panel"].create(
                {"name": "Painel", "url": "https://panel.example.com"}
            ),
        }
        required = {
            "payment.transaction": {
                "provider_id": self.provider.id,
                "partner_id": self.client_partner.id,
            }
        }
        for model in self.env.registry:
            if model.startswith("reseller.billing.") and not self.env[model]._abstract:
                records.setdefault(model, self.env[model])
        for model, record in records.items():
            if self.env[model]._transient:
                continue
            with self.subTest(model):
                self.call(self.auditor, model, "search_read", [], ["display_name"], limit=1)
                self.assert_refused(self.auditor, model, "write", record.ids or [1], {"id": 1})
                self.assert_refused(self.auditor, model, "create", [required.get(model, {})])
                self.assert_refused(self.auditor, model, "unlink", record.ids or [1])
        (read,) = self.call(
            self.auditor,
            "account.move",
            "read",
            self.fatura.ids,
            ["billing_contract_id", "charge_id"],
        )
        self.assertEqual(read["billing_contract_id"][0], self.contract.id)
        self.assertEqual(read["charge_id"][0], self.charge.id)
