from odoo.addons.reseller_billing.tests.common_billing import BillingCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestFatura(BillingCommon):
    """Faturas of a company with OCA's localisation, which issues the NFS-e of their services."""

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls.env.ref("base.main_company")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("l10n_br_fiscal.group_manager")
        cls.operation = cls.env.ref("l10n_br_fiscal.fo_venda")
        cls.model_se = cls.env.ref("l10n_br_fiscal.document_SE")
        cls.company.partner_id.state_id = cls.env.ref("base.state_br_sp")
        cls.company.write({"tax_framework": "3", "document_save_disk": False})
        cls.product.write({"fiscal_type": "09", "tax_icms_or_issqn": "issqn"})
        cls.client_partner.write(
            {
                "state_id": cls.env.ref("base.state_br_sp").id,
                "fiscal_profile_id": cls.env.ref("l10n_br_fiscal.partner_fiscal_profile_cnt").id,
            }
        )
        for user in (cls.accountant, cls.billing_user):
            user.group_ids += cls.env.ref("l10n_br_fiscal.group_user")

    def assert_charged(self, fatura):
        self.assertEqual(fatura.state, "posted")
        self.send()
        self.assertEqual(fatura.amount_total, 100.0)
        self.assertEqual(fatura.charge_id.amount, 100.0)
        self.assertEqual(fatura.charge_state, "awaiting")

    def test_without_fiscal_operation(self):
        self.assert_charged(self.make_fatura())

    def test_with_fiscal_operation_of_service(self):
        fatura = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "billing_contract_id": self.contract.id,
                    "reference_month": "07",
                    "reference_year": "2026",
                    "invoice_date_due": "2026-07-10",
                    "fiscal_operation_id": self.operation.id,
                    "document_type_id": self.model_se.id,
                    "document_serie_id": self.env.ref("l10n_br_fiscal.document_SE_serie_1").id,
                }
            )
            .sudo()
        )
        self.assert_charged(fatura)
        self.assertEqual(fatura.fiscal_document_id.document_type_id, self.model_se)
        self.assertEqual(fatura.fiscal_document_id.fiscal_amount_total, 100.0)
        self.assertTrue(fatura.invoice_line_ids.fiscal_operation_line_id)
