from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .common import RpcCommon, RpcRefused

HOSTILE = '<img src=x onerror="alert(1)"><a href="https://evil.example">Pay here</a>'
OF_SALES = (
    "supplier.credit.preauthorization",
    "supplier.credit.transaction",
    "supplier.credit.transaction.installment",
    "supplier.credit.message",
    "supplier.credit.attention",
)
OF_ACCOUNTING = (
    "supplier.credit.settlement",
    "supplier.credit.settlement.entry",
    "supplier.credit.settlement.proof",
    "supplier.credit.event",
)


@tagged("post_install", "-at_install")
class TestRolesOverHttp(RpcCommon):
    """What each role sees of the company's dealings with Supplier, and does with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_user("own", "sales_team.group_sale_salesman")
        cls.analyst = cls._create_user("analyst", "supplier_credit.supplier_credit_group_user")
        cls.auditor = cls._create_user("auditor", "account.group_account_readonly")
        cls.order = cls.create_order()
        cls.order.user_id = cls.salesman
        cls.reservation = cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order)
        cls.supplier.on("POST", "/transacoes$", cls.transaction_answer(), 201)
        cls.invoice._attach_nfe(cls.nfe_content())
        cls.invoice.action_post()
        cls.deliver()
        cls.sale = cls.invoice.sudo().supplier_transaction_ids
        cls.sale.error = "Something to look at"
        cls.settlement = (
            cls.env["supplier.credit.settlement"]
            .sudo()
            .create(
                {
                    "agreement_id": cls.agreement.id,
                    "company_id": cls.company.id,
                    "date": "2026-12-23",
                    "source": "file",
                }
            )
        )

    def count(self, user, model):
        return self.call(user, model, "search_count", [("company_id", "=", self.company.id)])

    def test_salesman_sees_the_dealings_of_own_documents_only(self):
        for model in OF_SALES:
            with self.subTest(model):
                self.assertTrue(self.count(self.salesman, model))
                self.assertFalse(self.count(self.own, model))
        self.order.user_id = self.own
        self.invoice.invoice_user_id = self.own
        for model in OF_SALES:
            with self.subTest(model):
                # Messages are those that the salesman sent.
                expected = model != "supplier.credit.message"
                self.assertEqual(bool(self.count(self.own, model)), expected)

    def test_statements_and_contracted_rates_are_accounting_s(self):
        for user in (self.own, self.salesman, self.analyst):
            for model in OF_ACCOUNTING:
                with self.subTest(user=user.login, model=model), self.assertRaises(RpcRefused):
                    self.call(user, model, "search_count", [])
            with self.assertRaises(RpcRefused):
                self.call(
                    user, "supplier.credit.agreement", "read", [self.agreement.id],
                    ["contracted_rate"],
                )  # fmt: skip
            with self.assertRaises(RpcRefused):
                self.call(
                    user, "supplier.credit.transaction", "read", [self.sale.id],
                    ["contracted_difference"],
                )  # fmt: skip
        for user in (self.accountant, self.auditor):
            self.assertTrue(self.count(user, "supplier.credit.settlement"))
            self.call(
                user, "supplier.credit.agreement", "read", [self.agreement.id], ["contracted_rate"]
            )

    def test_auditor_reads_everything_and_follows_an_entry_to_its_sale(self):
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith("supplier.credit.") or model._abstract or model._transient:
                continue
            with self.subTest(name):
                self.call(self.auditor, name, "search_count", [])
        (entry,) = self.call(
            self.auditor,
            "account.move",
            "read",
            [self.sale.move_id.id],
            ["supplier_entry_transaction_id"],
        )
        sale_id = entry["supplier_entry_transaction_id"][0]
        action = self.call(
            self.auditor, "supplier.credit.transaction", "action_view_entries", [sale_id]
        )
        self.assertEqual(action["res_model"], "account.move")

    def test_auditor_acts_on_nothing(self):
        self.supplier.requests.clear()
        for model, record, method in (
            ("supplier.credit.preauthorization", self.reservation, "action_query"),
            ("supplier.credit.preauthorization", self.reservation, "action_cancel"),
            ("supplier.credit.transaction", self.sale, "action_query"),
            ("supplier.credit.transaction", self.sale, "action_process"),
            ("supplier.credit.transaction", self.sale, "action_undo_processing"),
            ("supplier.credit.message", self.messages(self.reservation)[:1], "action_retry"),
            ("supplier.credit.settlement", self.settlement, "action_post"),
            ("supplier.credit.agreement", self.agreement, "action_test_connection"),
            ("account.move", self.invoice, "action_query_supplier_transaction"),
        ):
            with self.subTest(method=method):
                self.assert_refused(self.auditor, model, method, record.ids)
        self.assertFalse(self.supplier.requests)

    def test_every_role_opens_what_its_menus_show(self):
        opened = 0
        for user in (self.accountant, self.auditor, self.analyst, self.own):
            menus = self.call(user, "ir.ui.menu", "load_menus", False)
            for menu in menus.values():
                if not (menu.get("xmlid") or "").startswith("supplier_credit."):
                    continue
                if menu.get("action_model") != "ir.actions.act_window":
                    continue
                action = self.env["ir.actions.act_window"].sudo().browse(menu["action_id"])
                with self.subTest(user=user.login, menu=menu["xmlid"]):
                    views = [[False, mode] for mode in action.view_mode.split(",")]
                    self.call(user, action.res_model, "get_views", views)
                    self.call(user, action.res_model, "search_read", [], ["display_name"])
                    opened += 1
        self.assertGreater(opened, 40)

    def test_words_of_others_are_no_html_in_notices(self):
        self.customer.name = HOSTILE
        self.agreement._stop_queue(HOSTILE)
        note = self.agreement.sudo().activity_ids.note
        self.assertNotIn("<img", note)
        self.assertNotIn("<a ", note)
        self.assertIn(HOSTILE, html2plaintext(note))
