from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..contract.common import TODAY, VendorFinancingContractCommon

ACCOUNTS = {
    "vendor_account_id": ("liability_current", True),
    "bank_account_id": ("asset_current", True),
    "interest_account_id": ("income_other", False),
    "income_account_id": ("income_other", False),
    "expense_account_id": ("expense", False),
    "equalization_account_id": ("expense", False),
    "equalization_payable_account_id": ("liability_current", True),
    "iof_account_id": ("expense", False),
}


class SetupCommon(VendorFinancingContractCommon):
    """A company without anything of vendor financing, and its accounting administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bearer_2.unlink()
        cls.administrator = cls._create_user(
            "vendor_setup", "account.group_account_manager", cls.company_2
        )

    def fill(self, **values):
        """Return the wizard as the administrator has filled it."""
        setups = self.env["vendor.financing.setup"].with_user(self.administrator)
        form = Form(setups.with_company(self.company_2))
        for name, value in values.items():
            form[name] = value
        with form.rate_ids.edit(0) as row:
            row.bank_rate, row.customer_rate = 1.8, 2.3
        return form.save()

    def count(self):
        """Return how many records there are of all that the wizard makes."""
        models = ("res.partner", "account.account", "account.journal", "vendor.financing.agreement",
                  "account.payment.method.line", "vendor.financing.rate")  # fmt: skip
        return {name: self.env[name].sudo().search_count([]) for name in models}


@tagged("post_install", "-at_install")
class TestSetup(SetupCommon):
    """The bank is set up in one step, ready for the first contract."""

    def test_a_company_without_anything_gets_it_all(self):
        setup = self.fill(bank_code="1", limit_amount=50000.0, iof_borne_by="company")
        self.assertEqual(setup.bank_name, "Banco do Brasil")
        self.assertFalse(setup.agreement_id)
        action = setup.action_set_up()
        self.assertEqual((action["res_id"], setup.state), (setup.id, "done"))
        agreement = setup.agreement_id
        self.assertEqual(agreement.company_id, self.company_2)
        self.assertEqual(agreement.partner_id.name, "Banco do Brasil")
        self.assertEqual(agreement.partner_id.ref, "001")
        self.assertEqual(agreement.name, "Vendor Banco do Brasil")
        self.assertEqual((agreement.limit_amount, agreement.iof_borne_by), (50000.0, "company"))
        self.assertEqual(
            (agreement.convention, agreement.rounding, agreement.recourse_days),
            ("compound", "half_up", 15),
        )
        for name, expected in ACCOUNTS.items():
            account = agreement[name].with_company(self.company_2)
            self.assertEqual((account.account_type, account.reconcile), expected, name)
            self.assertTrue(account.code, name)
        self.assertEqual(len({agreement[name] for name in ACCOUNTS}), len(ACCOUNTS))
        self.assertEqual(agreement.journal_id, self.company_data_2["default_journal_bank"])
        self.assertEqual(agreement.entry_journal_id.type, "general")
        bearers = agreement.journal_id.inbound_payment_method_line_ids.filtered("payment_method_id")
        self.assertIn(("Vendor Banco do Brasil", "vendor"), [(b.name, b.code) for b in bearers])
        (rate,) = agreement.rate_ids
        self.assertEqual((str(rate.date), rate.days_to), (TODAY, 365))
        self.assertEqual((rate.bank_rate, rate.customer_rate), (1.8, 2.3))
        self.assertIn("Vendor Banco do Brasil", setup.result)

    def test_recognition_over_the_term_gets_its_accounts(self):
        setup = self.fill(bank_code="1")
        setup.interest_account_id = chosen = setup.interest_account_id.copy()
        setup.recognition = "straight_line"
        # What was chosen is not proposed again.
        self.assertEqual(setup.interest_account_id, chosen)
        setup.action_set_up()
        agreement = setup.agreement_id
        self.assertEqual(agreement.recognition, "straight_line")
        self.assertEqual(agreement.deferred_income_account_id.account_type, "liability_current")
        self.assertEqual(agreement.deferred_cost_account_id.account_type, "asset_prepayments")
        known = self.count()
        again = self.fill(bank_code="1")
        self.assertEqual(again.recognition, "straight_line")
        again.action_set_up()
        self.assertEqual(self.count(), known)

    def test_done_twice_nothing_is_doubled(self):
        first = self.fill(bank_code="237")
        first.action_set_up()
        known = self.count()
        again = self.fill(bank_code="237")
        self.assertEqual(again.agreement_id, first.agreement_id)
        for name in ("name", "bearer_name", "journal_id", "vendor_account_id", "convention"):
            self.assertEqual(again[name], first[name], name)
        again.recourse_days = 30
        again.action_set_up()
        self.assertEqual(first.agreement_id.recourse_days, 30)
        self.assertEqual(self.count(), known)

    def test_pressed_twice_nothing_is_doubled(self):
        setup = self.fill(bank_name="Banco da Praça")
        setup.action_set_up()
        known = self.count()
        setup.action_set_up()
        self.assertEqual(self.count(), known)

    def test_another_bank_shares_results_and_has_its_own_debt(self):
        first, second = self.fill(bank_code="237"), self.fill(bank_code="341")
        first.action_set_up()
        second = self.fill(bank_code="341")
        second.action_set_up()
        one, other = first.agreement_id, second.agreement_id
        self.assertNotEqual(one, other)
        self.assertEqual(one.interest_account_id, other.interest_account_id)
        self.assertNotEqual(one.vendor_account_id, other.vendor_account_id)
        self.assertNotEqual(one.bank_account_id, other.bank_account_id)
        self.assertEqual(one.entry_journal_id, other.entry_journal_id)

    def test_what_is_chosen_is_used(self):
        journal = self.env["account.journal"].create(
            {"name": "Conta BB", "code": "CBB", "type": "bank", "company_id": self.company_2.id}
        )
        partner = self.env["res.partner"].create({"name": "Banco do Brasil", "is_company": True})
        setup = self.fill(bank_code="001", journal_id=journal)
        self.assertEqual(setup.partner_id, partner)
        setup.action_set_up()
        self.assertEqual(setup.agreement_id.journal_id, journal)
        self.assertEqual(setup.agreement_id.partner_id, partner)

    def test_without_a_bank_journal_one_is_created(self):
        setup = self.fill(bank_code="422")
        setup.journal_id = False
        setup.action_set_up()
        journal = setup.agreement_id.journal_id
        self.assertEqual((journal.type, journal.name), ("bank", "Banco Safra"))
        self.assertEqual(journal.company_id, self.company_2)

    def test_the_first_contract_can_be_made(self):
        setup = self.fill(bank_code="001", iof_borne_by="company")
        setup.action_set_up()
        bearer = self.env["account.payment.method.line"].search(
            [("name", "=", setup.bearer_name), ("journal_id", "=", setup.journal_id.id)]
        )
        invoice = self.init_invoice(
            "out_invoice",
            partner=self.partner_a,
            amounts=[10000.0],
            taxes=self.env["account.tax"],
            company=self.company_2,
        )
        invoice.preferred_payment_method_line_id = bearer
        invoice.action_post()
        contract = self.env["vendor.financing.contract"].with_company(self.company_2)
        contract = contract.create({"agreement_id": setup.agreement_id.id, "date": TODAY})
        contract.action_add_pending()
        contract.action_apply_expected()
        contract.action_effect()
        self.assertEqual(contract.state, "effective")
        self.assertEqual(invoice.vendor_financing_state, "financed")

    def test_without_accounting_rights_it_is_refused(self):
        manager = self._create_user(
            "vendor_only", "vendor_financing.vendor_financing_group_manager", self.company_2
        )
        setup = self.env["vendor.financing.setup"].with_user(manager)
        setup = setup.create({"bank_name": "Banco A", "company_id": self.company_2.id})
        known = self.count()
        with self.assertRaisesRegex(AccessError, "accountants"):
            setup.action_set_up()
        self.assertEqual(self.count(), known)
        for user in (self.invoicing_user, self.salesman):
            with self.assertRaises(AccessError):
                self.env["vendor.financing.setup"].with_user(user).create({"bank_name": "B"})

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(UserError, "bank's name or number"):
            self.fill().action_set_up()
        bare = self.env["res.company"].sudo().create({"name": "Sem Plano"})
        setup = self.env["vendor.financing.setup"].sudo()
        setup = setup.create({"company_id": bare.id, "bank_name": "Banco A"})
        with self.assertRaisesRegex(UserError, "Sem Plano has no chart of accounts"):
            setup.action_set_up()

    def test_overview_offers_it_where_no_bank_is_set_up(self):
        self.env.flush_all()
        cards = self.env["vendor.financing.overview"]
        for company, has_agreement in ((self.company, True), (self.company_2, False)):
            card = cards.search([("company_id", "=", company.id), ("kind", "=", "company")])
            self.assertEqual(card.has_agreement, has_agreement)
        action = card.with_user(self.administrator).action_set_up()
        self.assertEqual(action["res_model"], "vendor.financing.setup")
        self.assertEqual(action["context"]["default_company_id"], self.company_2.id)

    def test_menus_and_settings_open_it(self):
        action = self.env.ref("vendor_financing.vendor_financing_setup_action")
        for name in ("vendor_financing_setup_menu", "vendor_financing_app_setup_menu"):
            self.assertEqual(self.env.ref(f"vendor_financing.{name}").action, action)
        arch = self.env["res.config.settings"].get_view()["arch"]
        self.assertIn(f'name="{action.id}"', arch)


@tagged("post_install", "-at_install")
class TestSetupBrazil(SetupCommon):
    """Brazil's own chart: its results are proposed, the debt stands beside the loans."""

    @classmethod
    @SetupCommon.setup_country("br")
    def setUpClass(cls):
        super().setUpClass()

    def test_accounts_of_the_chart_are_proposed(self):
        setup = self.fill(bank_code="104")
        charts = self.env["account.chart.template"].with_company(self.company_2)
        expected = {
            "interest_account_id": "account_template_30101050105",
            "income_account_id": "account_template_30101050105",
            "expense_account_id": "account_template_30101090108",
        }
        for name, chart_name in expected.items():
            self.assertEqual(setup[name], charts.ref(chart_name), name)
        setup.action_set_up()
        account = setup.agreement_id.vendor_account_id.with_company(self.company_2)
        self.assertTrue(account.code.startswith("2.01.01.07."), account.code)
        self.assertEqual((account.account_type, account.reconcile), ("liability_current", True))
