from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-12-01 12:00:00")
class TestOverview(SupplierCreditCommon):
    """The first screen: each number opens the list that it counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.stranger = cls._create_user(
            "stranger", "account.group_account_manager", cls.other["company"]
        )
        cls.manager = cls._create_user(
            "manager",
            "account.group_account_manager,sales_team.group_sale_manager,"
            "supplier_credit.supplier_credit_group_manager",
        )

    def assert_counted(self, name):
        card = self.overview(self.manager)
        number = card[name]
        action = card.with_context(overview=name).action_open_list()
        listed = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
        self.assertEqual(number, len(listed), name)
        return listed

    def test_every_number_opens_the_list_it_counts(self):
        blocked = self.create_order()
        in_analysis = self.reserve(self.create_order(), state="EM_ANALISE", code="PA-2")
        soon = self.reserve(self.create_order(), code="PA-3", dataVigencia="2026-12-03")
        self.reserve(self.create_order(), code="PA-4", dataVigencia="2026-12-31")
        self.assertEqual(self.assert_counted("blocked_order_count"), blocked | in_analysis.order_id)
        self.assertEqual(self.assert_counted("analysis_count"), in_analysis)
        self.assertEqual(self.assert_counted("ending_count"), soon)
        self.assertFalse(self.assert_counted("expired_count"))
        self.assertFalse(self.assert_counted("invoice_to_send_count"))
        self.assertFalse(self.assert_counted("customer_waiting_count"))
        self.assertFalse(self.assert_counted("attention_count"))

    def test_expired_ones_whose_order_still_waits(self):
        reservation = self.reserve(self.create_order(), dataVigencia="2026-12-03")
        with freeze_time("2026-12-10"), self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_expire_preauthorizations").method_direct_trigger()
        self.assertEqual(self.assert_counted("expired_count"), reservation)

    def test_what_went_wrong_is_listed_with_what_to_do(self):
        order = self.create_order()
        self.supplier.on("POST", "/pre-autorizacoes$", "", 503)
        order.action_send_supplier_preauthorization()
        self.deliver()
        (row,) = self.assert_counted("attention_count")
        self.assertEqual((row.kind, row.subject), ("preauthorization", order.name))
        self.assertIn("cannot be reached", row.problem)
        action = row.action_open_record()
        self.assertEqual(action["res_id"], order.sudo().supplier_preauthorization_id.id)
        attention = self.env["supplier.credit.attention"]
        self.assertFalse(attention.with_user(self.stranger).search([]))

    def test_an_accountant_without_sales_rights_opens_it_too(self):
        self.reserve(self.create_order())
        accountant = self._create_user("bookkeeper", "account.group_account_invoice")
        card = self.overview(accountant)
        self.assertEqual(card.read(["blocked_order_count"])[0]["blocked_order_count"], 0)
        arch = card.get_view(
            self.env.ref("supplier_credit.supplier_credit_overview_view_kanban").id
        )["arch"]
        self.assertNotIn("blocked_order_count", arch)
        self.assertIn("to_process_count", arch)

    def test_stopped_queue_is_listed(self):
        self.agreement._stop_queue("refused")
        (row,) = self.assert_counted("attention_count")
        self.assertEqual((row.kind, row.subject), ("agreement", self.agreement.name))
        self.assertIn("use Test Connection", row.problem)

    def test_only_the_bearers_of_the_agreement_count(self):
        second = self.agreement.copy({"name": "Second", "enabled": False})
        self.create_order()
        self.assertFalse(self.overview(self.manager, second).blocked_order_count)
        self.assertEqual(self.overview(self.manager).blocked_order_count, 1)

    def test_a_bearer_that_names_no_agreement_counts_for_the_only_active_one(self):
        self.bearer.supplier_agreement_id = False
        self.create_order()
        self.assertEqual(self.overview(self.manager).blocked_order_count, 1)

    def test_an_unknown_list_is_refused_with_those_there_are(self):
        for context in ({}, {"overview": "no_such_count"}):
            with self.subTest(context), self.assertRaisesRegex(UserError, "settlement_count"):
                self.overview(self.manager).with_context(**context).action_open_list()

    def test_all_cards_are_counted_at_once(self):
        numbers = ["attention_count", "analysis_count", "next_transfer_amount"]
        self.overview(self.manager).read(numbers)
        queries = []
        for _time in range(2):
            self.env.invalidate_all()
            cards = self.overview(self.manager).search([("company_id", "=", self.company.id)])
            before = self.env.cr.sql_log_count
            cards.read(numbers)
            queries.append(self.env.cr.sql_log_count - before)
            self.agreement.copy({"name": "Another", "enabled": False})
        self.assertEqual(queries[0], queries[1], "one more card costs no query")


@tagged("post_install", "-at_install")
class TestSetup(SupplierCreditCommon):
    """The wizard proposes existing journals and accounts, and creates missing ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "account.group_account_manager")
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")

    def _fill(self, user, company):
        wizard = Form(self.env["supplier.credit.setup"].with_user(user).with_company(company))
        wizard.card_name = "Outra mais Crédito"
        return wizard

    def test_a_company_without_anything_gets_it_all(self):
        company = self.other["company"]
        user = self._create_user("setup", "account.group_account_manager", company)
        setup = self._fill(user, company).save()
        self.assertFalse(setup.journal_id)
        agreement = self.env["supplier.credit.agreement"].browse(setup.action_set_up()["res_id"])
        self.assertFalse(agreement.enabled)
        self.assertEqual(agreement.company_id, company)
        self.assertEqual(agreement.receivable_account_id.account_type, "asset_receivable")
        self.assertTrue(agreement.receivable_account_id.reconcile)
        self.assertEqual(agreement.fee_account_id.account_type, "expense")
        self.assertEqual(agreement.difference_account_id.account_type, "expense")
        self.assertEqual(agreement.journal_id.type, "general")
        (bearer,) = agreement.bearer_ids
        self.assertEqual((bearer.code, bearer.journal_id.type), ("supplier", "bank"))

    def test_what_is_there_is_proposed_and_used(self):
        setup = self._fill(self.manager, self.company).save()
        self.assertEqual(setup.journal_id, self.agreement.journal_id)
        self.assertEqual(setup.receivable_account_id, self.agreement.receivable_account_id)
        agreement = self.env["supplier.credit.agreement"].browse(setup.action_set_up()["res_id"])
        self.assertEqual(agreement.fee_account_id, self.agreement.fee_account_id)
        self.assertEqual(agreement.partner_id.name, "Supplier")

    def test_address_and_secret_are_entered_on_the_agreement_by_an_administrator(self):
        setup = self._fill(self.manager, self.company).save()
        self.assertFalse({"base_url", "client_id", "client_secret"} & setup._fields.keys())
        agreement = self.env["supplier.credit.agreement"].browse(setup.action_set_up()["res_id"])
        for name in ("base_url", "client_secret"):
            with self.assertRaises(AccessError):
                agreement.with_user(self.manager)[name] = "https://supplier.example.com/api/v1"
        administrator = self._create_user(
            "administrator", "base.group_system,account.group_account_manager"
        )
        agreement.with_user(administrator).write(
            {
                "base_url": "https://supplier.example.com/api/v1",
                "client_id": "client",
                "client_secret": "s3cret",
                "enabled": True,
            }
        )
        self.assertEqual(agreement.sudo().client_secret, "s3cret")

    def test_without_a_chart_of_accounts_it_says_what_to_do(self):
        bare = self.env["res.company"].sudo().create({"name": "Sem Plano"})
        setup = self.env["supplier.credit.setup"].sudo().new({"company_id": bare.id})
        with self.assertRaisesRegex(UserError, "Sem Plano has no chart of accounts"):
            setup._check_chart()

    def test_settings_show_the_agreement_and_its_parameters(self):
        settings = self.env["res.config.settings"].sudo().create({"company_id": self.company.id})
        self.assertEqual(settings.supplier_agreement_id, self.agreement)
        settings.supplier_tolerance_percent = 7
        self.assertEqual(self.agreement.tolerance_percent, 7)
        action = settings.action_open_supplier_agreement()
        self.assertEqual(action["res_id"], self.agreement.id)
        bare = self.env["res.config.settings"].sudo()
        bare = bare.create({"company_id": self.other["company"].id})
        self.assertEqual(
            bare.action_open_supplier_agreement()["res_model"], "supplier.credit.setup"
        )
