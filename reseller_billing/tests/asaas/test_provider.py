from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import TEST_KEY, ResellerBillingCommon


@tagged("post_install", "-at_install")
class TestProvider(ResellerBillingCommon):
    # === Installation === #

    def test_provider_is_installed_disabled_and_without_key(self):
        self.assertEqual(self.main_provider.code, "asaas")
        self.assertEqual(self.main_provider.module_id, self.env.ref("base.module_reseller_billing"))
        fresh = self.main_provider.copy({"company_id": self.company.id})
        self.assertEqual(fresh.state, "disabled")
        self.assertFalse(fresh.asaas_api_key)
        self.assertFalse(fresh.is_published)

    def test_provider_charges_by_boleto_and_pix_in_reais(self):
        methods = self.main_provider.with_context(active_test=False).payment_method_ids
        self.assertEqual(set(methods.mapped("code")), {"boleto", "pix"})
        self.assertEqual(self.main_provider._get_supported_currencies().mapped("name"), ["BRL"])
        self.assertEqual(self.provider._get_default_payment_method_codes(), {"boleto", "pix"})

    def test_payment_method_is_registered_for_receipts(self):
        method = self.env["account.payment.method"].search([("code", "=", "asaas")])
        self.assertEqual(method.payment_type, "inbound")
        information = method._get_payment_method_information()
        self.assertEqual(information["asaas"], {"mode": "electronic", "type": ("bank",)})

    def test_disabled_provider_links_no_journal(self):
        fresh = self.main_provider.copy({"company_id": self.company.id})
        lines = self.env["account.payment.method.line"].search(
            [("payment_provider_id", "=", fresh.id)]
        )
        self.assertFalse(lines)

    def test_provider_in_use_receives_on_the_bank_journal(self):
        self.assertEqual(self.provider.journal_id, self.company_data["default_journal_bank"])
        line = self.provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == self.provider
        )
        self.assertEqual(line.code, "asaas")

    # === Credentials === #

    def test_provider_without_key_cannot_be_enabled(self):
        fresh = self.main_provider.copy({"company_id": self.company.id})
        for state in ("enabled", "test"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                fresh.state = state

    def test_key_with_blanks_or_foreign_characters_is_refused_without_quoting_it(self):
        for key in ("$aact_hmlg_abc def", "$aact_hmlg_abc\n", "$aact_hmlg_“abc”"):
            with self.assertRaises(ValidationError) as refused, self.cr.savepoint():
                self.provider.asaas_api_key = key
            self.assertNotIn("aact_hmlg_", str(refused.exception))

    def test_copy_and_reset_carry_no_key(self):
        self.assertFalse(self.provider.copy().asaas_api_key)
        self.provider.action_reset_credentials()
        self.assertFalse(self.provider.asaas_api_key)
        self.assertEqual(self.provider.state, "disabled")

    def test_only_the_system_administrator_reads_the_key(self):
        for user in (self.other_user, self.billing_user, self.billing_manager):
            with self.assertRaises(AccessError):
                self.provider.with_user(user).read(["asaas_api_key"])
            # Not through sudo either: the field itself is closed to the user.
            self.assertNotIn(
                "asaas_api_key", self.env["payment.provider"].with_user(user).fields_get()
            )
        admin = self._create_user("provider_admin", "base.group_system")
        self.assertEqual(self.provider.with_user(admin).asaas_api_key, TEST_KEY)

    def test_administrator_of_another_company_sees_another_provider(self):
        other = self.setup_other_company()["company"]
        admin = self._create_user("other_admin", "base.group_system", other)
        providers = self.env["payment.provider"].with_user(admin).search([("code", "=", "asaas")])
        self.assertNotIn(self.provider, providers)
        with self.assertRaises(AccessError):
            self.provider.with_user(admin).action_asaas_test_connection()

    # === Payment forms === #

    def test_payment_forms_do_not_offer_the_provider(self):
        self.provider.is_published = True
        report = {}
        compatible = self.env["payment.provider"]._get_compatible_providers(
            self.company.id, self.partner_a.id, 100.0, report=report
        )
        self.assertNotIn(self.provider, compatible)
        self.assertFalse(report["providers"][self.provider]["available"])
        self.assertIn("Asaas", report["providers"][self.provider]["reason"])

    # === Form === #

    def test_form_shows_key_and_button_to_the_administrator(self):
        admin = self._create_user("provider_admin", "base.group_system")
        arch = (
            self.env["payment.provider"]
            .with_user(admin)
            .get_view(self.env.ref("payment.payment_provider_form").id, "form")["arch"]
        )
        self.assertIn('name="action_asaas_test_connection"', arch)
        self.assertIn('name="asaas_api_key"', arch)
        self.assertIn('password="True"', arch)
