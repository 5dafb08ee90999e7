import base64

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestBranches(VendorFinancingContractCommon):
    """A branch has bearers and an agreement of its own, as it has a CNPJ of its own.

    Accounts and journals of entries may be its company's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Filial", "parent_id": cls.company.id, "country_id": cls.company.country_id.id}
        )
        cls.env.user.company_ids += cls.branch
        cls.cr.precommit.run()
        both = (cls.company | cls.branch).ids
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": both})
        cls.company.vendor_approval_required = cls.branch.vendor_approval_required = False
        journal = cls.env["account.journal"].create(
            {"name": "Banco", "code": "BNKF", "type": "bank", "company_id": cls.branch.id}
        )
        cls.branch_bearer = cls._create_bearer(journal, "Vendor da filial")
        cls.of_branch = cls.agreement.with_env(cls.env).copy(
            {
                "name": "Vendor Banco A, filial",
                "company_id": cls.branch.id,
                "journal_id": journal.id,
            }
        )
        cls.clerk = cls._create_user(
            "branch_clerk",
            "account.group_account_invoice,sales_team.group_sale_salesman",
            cls.branch,
        )

    def sell(self, bearer=None):
        """Return the posted invoice of an order, by somebody of the branch alone."""
        order = (
            self.env["sale.order"]
            .with_user(self.clerk)
            .with_context(allowed_company_ids=self.branch.ids)
            .create(
                {
                    "partner_id": self.partner_a.id,
                    "preferred_payment_method_line_id": (bearer or self.branch_bearer).id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product_a.id, "price_unit": 1000.0, "tax_ids": []}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice.with_env(self.env)

    def make_branch_contract(self, agreement):
        return self.env["vendor.financing.contract"].create(
            {
                "agreement_id": agreement.id,
                "company_id": agreement.company_id.id,
                "number": "CT-1",
                "date": TODAY,
                "credit_date": TODAY,
                "plan": "30",
            }
        )

    def test_invoice_of_a_branch_is_financed_by_its_own_agreement(self):
        invoice = self.sell()
        self.assertEqual((invoice.company_id, invoice.is_vendor), (self.branch, True))
        contract = self.make_branch_contract(self.of_branch)
        contract.action_add_pending()
        self.assertEqual(contract.title_ids.line_id.move_id, invoice)
        contract.credited_amount = contract.expected_amount
        contract.action_effect()
        self.assertEqual(contract.operation_ids.move_id.company_id, self.branch)
        self.assertEqual(invoice.vendor_state, "financed")

    def test_invoice_of_a_branch_is_not_the_company_s_to_finance(self):
        invoice = self.sell()
        contract = self.make_branch_contract(self.agreement)
        with self.assertRaisesRegex(UserError, "Nothing waits"):
            contract.action_add_pending()
        with self.assertRaisesRegex(UserError, "it is of company Filial"):
            contract._add_titles(self.receivable(invoice))

    def test_bearer_of_the_company_is_not_its_branch_s(self):
        with self.assertRaises(UserError):
            self.sell(self.bearer)

    def test_report_of_a_bank_that_both_have_settles_each_agreement_s_own(self):
        own = self._create_vendor_invoice(1000.0)
        of_branch = self.sell()
        reports = self.env["vendor.financing.report"]
        for invoice, agreement in ((own, self.agreement), (of_branch, self.of_branch)):
            contract = self.make_branch_contract(agreement)
            contract._add_titles(self.receivable(invoice))
            contract.credited_amount = contract.expected_amount
            contract.action_effect()
            # Each company counts from 1: a bank may see one number twice.
            contract.title_ids.sudo().document_number = "NFe 7001"
        rows = "documento;data;valor\r\nNFe 7001;02/04/2026;1.000,00"
        report = reports.create(
            {"agreement_id": self.of_branch.id, "report_file": base64.b64encode(rows.encode())}
        )
        report.action_import()
        line = self.env["vendor.financing.report.line"].search(
            [("agreement_id", "=", self.of_branch.id)]
        )
        self.assertEqual(line.installment_id.title_id.line_id.move_id, of_branch)
        line.action_book()
        self.assertEqual((own.vendor_state, of_branch.vendor_state), ("financed", "settled"))
