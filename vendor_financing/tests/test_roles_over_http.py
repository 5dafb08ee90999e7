from freezegun import freeze_time
from lxml import etree
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.mail import html2plaintext
from odoo.tools.safe_eval import safe_eval

from .common import RpcCommon, RpcRefused
from .contract.common import VendorFinancingContractCommon

HOSTILE = '<img src=x onerror="alert(1)"><a href="https://evil.example">Pay here</a>'


@tagged("post_install", "-at_install")
class TestRolesOverHttp(RpcCommon, VendorFinancingContractCommon):
    """What each role sees of vendor financing, and does with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.partner_a.name = HOSTILE
        cls.bank.name = HOSTILE
        cls.agreement.name = HOSTILE
        cls.agreement.user_id = cls.manager_user
        cls.invoice = cls._create_vendor_invoice(10000.0)
        cls.contract = cls.make_effective(cls.invoice)
        cls.part = cls.contract.installment_ids
        cls.contract.sudo()._settle({cls.part.sudo(): 1.0}, cls.contract.credit_date)
        cls.operation = cls.contract.operation_ids.sorted("id")[0]
        cls.draft = cls.make_contract(cls._create_vendor_invoice(500.0), number=HOSTILE)
        cls.order = cls._create_order(cls.bearer)
        cls.order.user_id = cls.salesman
        cls.salesman.name = HOSTILE
        requests = cls.env["vendor.financing.request"].with_user(cls.salesman)
        cls.request = requests.create({"order_id": cls.order.id}).with_env(cls.env)
        cls.row = (
            cls.env["vendor.financing.report.line"]
            .sudo()
            .create(
                {
                    "agreement_id": cls.agreement.id,
                    "key": "1",
                    "document": HOSTILE,
                    "date": cls.contract.date,
                    "amount": 10000.0,
                    "kind": "settlement",
                }
            )
        )
        cls.agreement.write(
            {
                "recognition": "straight_line",
                "deferred_income_account_id": cls.payable_account.copy().id,
                "deferred_cost_account_id": cls.bank_account.copy().id,
                "loss_account_id": cls.expense_account.id,
                "loss_allowance_account_id": cls.payable_account.id,
                "loss_rate_ids": [Command.create({"days_from": 0, "rate": 1.0})],
            }
        )
        cls.make_effective(cls._create_vendor_invoice(300.0), number="CT-2")
        cls.env["vendor.financing.sheet.column"].create(
            {"agreement_id": cls.agreement.id, "content": "vat"}
        )
        cls.auditor = cls._create_user("vendor_auditor", "account.group_account_readonly")
        cls.vendor_user = cls._create_user(
            "vendor_only_user", "vendor_financing.vendor_financing_group_user"
        )
        cls.vendor_manager = cls._create_user(
            "vendor_only_manager", "vendor_financing.vendor_financing_group_manager"
        )
        cls.colleague = cls._create_user("vendor_colleague", "sales_team.group_sale_salesman")
        cls.leader = cls._create_user("vendor_leader", "sales_team.group_sale_salesman_all_leads")

    def list_own_models(self):
        return [
            name
            for name in sorted(self.env.registry)
            if name.startswith("vendor.financing.")
            and not self.env[name]._abstract
            and not self.env[name]._transient
        ]

    # -------------------------------------------------------------------------
    # AUDITORS
    # -------------------------------------------------------------------------

    def test_auditor_reads_everything_and_writes_nothing(self):
        models = self.list_own_models()
        self.assertGreater(len(models), 9)
        for name in models:
            with self.subTest(name):
                found = self.call(self.auditor, name, "search", [], limit=1)
                self.assertTrue(found)
                self.call(self.auditor, name, "read", found)
                self.assert_refused(self.auditor, name, "create", [{}])
                self.assert_refused(self.auditor, name, "write", found, {"company_id": 1})
                self.assert_refused(self.auditor, name, "unlink", found)

    def test_auditor_follows_an_entry_to_its_contract_and_back(self):
        (entry,) = self.call(
            self.auditor,
            "account.move",
            "read",
            self.operation.move_id.ids,
            ["vendor_operation_id"],
        )
        (operation,) = self.call(
            self.auditor,
            "vendor.financing.operation",
            "read",
            [entry["vendor_operation_id"][0]],
            ["contract_id"],
        )
        contract = operation["contract_id"][0]
        self.assertEqual(contract, self.contract.id)
        action = self.call(
            self.auditor, "vendor.financing.contract", "action_view_entries", [contract]
        )
        self.assertIn(self.operation.move_id.id, action["domain"][0][2])
        action = self.call(
            self.auditor, "account.move", "action_view_vendor_contract", self.invoice.ids
        )
        self.assertEqual(action["res_id"], contract)
        (item,) = self.call(
            self.auditor,
            "account.move.line",
            "read",
            self.part.vendor_line_id.ids,
            ["vendor_installment_id"],
        )
        self.assertEqual(item["vendor_installment_id"][0], self.part.id)

    def test_auditor_acts_on_nothing(self):
        before = self.env["vendor.financing.operation"].search_count([])
        for record, *methods in (
            (self.contract, "action_undo"),
            (
                self.draft,
                "action_effect",
                "action_add_pending",
                "action_propose",
                "action_apply_expected",
                "action_cancel",
            ),
            (
                self.part,
                "action_open_settlement",
                "action_open_default",
                "action_open_maintenance",
            ),
            (self.operation, "action_undo"),
            (self.row, "action_match", "action_book", "action_ignore", "action_reopen"),
            (self.request, "action_propose", "action_request", "action_approve", "action_refuse"),
            (self.order, "action_request_vendor_approval"),
        ):
            for method in methods:
                with self.subTest(model=record._name, method=method):
                    self.assert_refused(self.auditor, record._name, method, record.ids)
        for name in sorted(self.env.registry):
            model = self.env[name]
            if name.startswith("vendor.financing.") and model._transient and not model._abstract:
                with self.subTest(name):
                    self.assert_refused(self.auditor, name, "create", [{}])
        self.assertEqual(self.env["vendor.financing.operation"].search_count([]), before)

    # -------------------------------------------------------------------------
    # ROLES
    # -------------------------------------------------------------------------

    def test_salesman_sees_the_requests_of_own_orders_only(self):
        requests = "vendor.financing.request"
        found = {
            user: self.call(user, requests, "search", [("order_id", "=", self.order.id)])
            for user in (self.salesman, self.colleague, self.leader)
        }
        self.assertEqual(found[self.salesman], self.request.ids)
        self.assertEqual(found[self.colleague], [])
        self.assertEqual(found[self.leader], self.request.ids)
        self.assert_refused(self.colleague, requests, "create", [{"order_id": self.order.id}])
        self.assert_refused(
            self.colleague, requests, "create", [{}], context={"default_order_id": self.order.id}
        )

    def test_contracts_and_money_are_not_a_salesman_s(self):
        for name in self.list_own_models():
            if name == "vendor.financing.request":
                continue
            for user in (self.salesman, self.leader):
                with self.subTest(user=user.login, model=name), self.assertRaises(RpcRefused):
                    self.call(user, name, "search_count", [])

    def test_salesman_reads_own_order_with_all_its_fields(self):
        (order,) = self.call(self.salesman, "sale.order", "read", self.order.ids)
        self.assertEqual(order["vendor_approval_state"], "draft")

    def test_every_role_opens_what_its_menus_show(self):
        opened = {}
        for user in (
            self.invoicing_user,
            self.manager_user,
            self.auditor,
            self.vendor_user,
            self.vendor_manager,
            self.salesman,
        ):
            for menu in self.call(user, "ir.ui.menu", "load_menus", False).values():
                if not (menu.get("xmlid") or "").startswith("vendor_financing."):
                    continue
                if menu.get("action_model") != "ir.actions.act_window":
                    continue
                action = self.env["ir.actions.act_window"].sudo().browse(menu["action_id"])
                with self.subTest(user=user.login, menu=menu["xmlid"]):
                    self.open_action(user, action)
                    opened.setdefault(user, set()).add(menu["xmlid"])
        shown = "vendor_financing.vendor_financing_contract_menu"
        for user in (self.invoicing_user, self.auditor, self.vendor_user, self.vendor_manager):
            self.assertIn(shown, opened[user], user.login)
        self.assertNotIn(shown, opened[self.salesman])
        self.assertGreater(sum(map(len, opened.values())), 40)

    def open_action(self, user, action):
        """Open the screen and the first record of its list, with all that its views show."""
        views = [[False, mode] for mode in action.view_mode.split(",")]
        got = self.call(user, action.res_model, "get_views", views)["views"]
        spec = {"display_name": {}}
        for view in got.values():
            spec.update(self.get_spec(self.env[action.res_model], etree.fromstring(view["arch"])))
        if self.env[action.res_model]._transient:
            self.call(user, action.res_model, "onchange", [], {}, [], spec)
            return
        domain = safe_eval(action.domain or "[]", {"uid": user.id})
        found = self.call(user, action.res_model, "search", domain, limit=1)
        self.call(user, action.res_model, "web_read", found, spec)

    def get_spec(self, model, node):
        """Return what the web client reads for a view, as `web_read` takes it."""
        spec = {}
        for field in node.xpath(".//field[not(ancestor::field)]"):
            name = field.get("name")
            if name not in model._fields:
                continue
            comodel = model._fields[name].comodel_name
            spec[name] = {}
            if model._fields[name].relational:
                parts = (
                    etree.fromstring(etree.tostring(child, with_tail=False))
                    for child in field.iterchildren(tag=etree.Element)
                )
                inner = {
                    key: one
                    for part in parts
                    for key, one in self.get_spec(self.env[comodel], part).items()
                }
                spec[name] = {"fields": {"display_name": {}, **inner}}
        return spec

    # -------------------------------------------------------------------------
    # WORDS OF OTHERS
    # -------------------------------------------------------------------------

    def assert_plain(self, record):
        """Assert that names stand in activities and messages as they are, not as HTML."""
        texts = [
            *record.sudo().activity_ids.mapped("note"),
            *record.sudo().message_ids.mapped("body"),
        ]
        self.assertIn(HOSTILE, " ".join(map(html2plaintext, texts)))
        for text in texts:
            self.assertNotIn("<img", str(text))
            self.assertNotIn("<a href", str(text))

    def test_words_of_others_are_no_html_on_orders_and_requests(self):
        self.request.with_user(self.salesman).action_request()
        self.assert_plain(self.request)
        refusal = self.env["vendor.financing.request.refusal"].with_user(self.manager_user)
        refusal.create({"request_ids": self.request.ids, "reason": HOSTILE}).action_confirm()
        # The customer signs what was refused.
        self.order.sudo()._validate_order()
        self.assertIn(HOSTILE, html2plaintext(self.order.activity_ids.note))
        self.assert_plain(self.order)

    def test_words_of_others_are_no_html_on_contracts_and_invoices(self):
        maintenance = self.env["vendor.financing.maintenance"].with_user(self.manager_user)
        for kind in ("request", "denial"):
            action = maintenance._open(self.part.with_user(self.manager_user))
            wizard = maintenance.browse(action["res_id"])
            wizard.write({"kind": kind, "date_due": "2026-12-31", "note": HOSTILE})
            wizard.action_confirm()
        self.assert_plain(self.contract)
        self.invoice.sudo().name = HOSTILE
        self.env.invalidate_all()
        with freeze_time("2026-12-30 12:00:00"):
            self.env["vendor.financing.contract.installment"].sudo()._cron_propose_defaults()
        self.assertIn(HOSTILE, html2plaintext(self.contract.activity_ids.note))
        self.assert_plain(self.contract)
        pending = self._create_vendor_invoice(60.0)
        charge_type = self.env["vendor.financing.charge.type"].with_user(self.invoicing_user)
        charge_type.with_context(active_model="account.move", active_ids=pending.ids).create(
            {"bearer_id": self.manual_line.id, "reason": HOSTILE}
        ).action_confirm()
        self.assert_plain(pending)
