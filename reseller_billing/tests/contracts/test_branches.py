from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestBranches(BillingCommon):
    """A branch bills by plans of its own; its company's provider charges, unless it has one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Filial", "parent_id": cls.company.id, "country_id": cls.company.country_id.id}
        )
        cls.env.user.company_ids += cls.branch
        cls.cr.precommit.run()
        cls.clerk = cls._create_user(
            "branch_billing", "reseller_billing.reseller_billing_group_manager"
        )
        cls.clerk.write({"company_ids": [Command.set(cls.branch.ids)], "company_id": cls.branch.id})

    def test_plan_of_the_company_is_not_its_branch_s(self):
        contracts = self.env["reseller.billing.contract"].with_user(self.clerk)
        with self.assertRaises(UserError):
            contracts.create(
                {
                    "partner_id": self.client_partner.id,
                    "company_id": self.branch.id,
                    "line_ids": [Command.create({"plan_id": self.plan.id})],
                }
            )

    def test_branch_has_plans_of_its_own(self):
        plans = self.env["reseller.billing.plan"].with_user(self.clerk)
        plan = plans.create(
            {
                "name": "Plano da filial",
                "product_id": self.product.id,
                "price": 50.0,
                "company_id": self.branch.id,
            }
        )
        contract = self.env["reseller.billing.contract"].with_user(self.clerk)
        contract = contract.create(
            {
                "partner_id": self.client_partner.id,
                "company_id": self.branch.id,
                "line_ids": [Command.create({"plan_id": plan.id})],
            }
        )
        self.assertEqual(contract.company_id, self.branch)
        contract.action_activate()
        self.assertEqual(contract.provider_id, self.provider)
        self.run_cron("bill_contracts")
        fatura = contract.sudo().fatura_ids.with_env(self.env)
        self.assertEqual((fatura.company_id, fatura.amount_total), (self.branch, 50.0))
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.assertEqual((fatura.charge_state, fatura.payment_state), ("received", "paid"))
        # The money is on the company's account, and so in its books.
        self.assertEqual(fatura.charge_id.payment_id.company_id, self.company)
