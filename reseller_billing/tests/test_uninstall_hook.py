from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..hooks import uninstall_hook
from ..tools.activity import tell_once
from .common import ResellerBillingCommon


@tagged("post_install", "-at_install")
class TestUninstallHook(ResellerBillingCommon):
    def setUp(self):
        super().setUp()
        self.env = self.env(user=SUPERUSER_ID, su=True)

    def test_nothing_of_the_provider_is_left(self):
        self.env["ir.config_parameter"].set_param(
            "reseller_billing.asaas_test_url", "http://127.0.0.1:8099/v3"
        )
        uninstall_hook(self.env)
        self.assertFalse(self.provider.exists())
        self.assertEqual(self.main_provider.code, "none")
        self.assertEqual(self.main_provider.state, "disabled")
        self.assertFalse(self.env["account.payment.method"].search([("code", "=", "asaas")]))
        self.assertFalse(
            self.env["ir.config_parameter"].get_param("reseller_billing.asaas_test_url")
        )

    def test_notices_go_and_the_to_dos_of_others_stay(self):
        contract = self.env["reseller.billing.contract"].create({"partner_id": self.partner_a.id})
        tell_once(contract, self.billing_user, "Trial is over", "Decide.")
        todo = contract.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.billing_user.id
        )
        uninstall_hook(self.env)
        contract.invalidate_recordset(["activity_ids"])
        self.assertEqual(contract.activity_ids, todo)

    def test_provider_with_transactions_stays_disabled_and_without_key(self):
        self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_boleto").id,
                "reference": "FAT/2026/00001",
                "amount": 100.0,
                "currency_id": self.env.ref("base.BRL").id,
                "partner_id": self.partner_a.id,
            }
        )
        uninstall_hook(self.env)
        self.assertTrue(self.provider.exists())
        self.assertEqual(self.provider.code, "none")
        self.assertEqual(self.provider.state, "disabled")
        self.assertFalse(self.provider.asaas_api_key)
