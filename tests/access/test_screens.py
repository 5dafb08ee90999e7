from odoo.addons.reseller_billing.tests.common_billing import BillingCommon
from odoo.addons.supplier_credit.tests.settlement.common import SupplierCreditSettlementCommon
from odoo.addons.vendor_financing.tests.contract.common import VendorFinancingContractCommon
from odoo.tests import new_test_user, tagged

from .screens import ScreenSweep

HOST_GROUPS = (
    "account.group_account_manager",
    "sales_team.group_sale_manager",
    "base.group_partner_manager",
)


class ScreenCommon(ScreenSweep):
    """Whatever a manager can open in an addon opens, with one record and with several."""

    def assert_opens(self, addon, group, least):
        user = new_test_user(
            self.env,
            f"screens_{addon}",
            groups=",".join([f"{addon}.{group}", *HOST_GROUPS]),
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        failures, opened = self.sweep(user, addon)
        self.assertFalse(failures, "\n" + "\n".join(failures))
        self.assertGreater(opened, least)


@tagged("post_install", "-at_install")
class TestVendorScreens(ScreenCommon, VendorFinancingContractCommon):
    def test_all_open(self):
        self.quote(1.8, 2.3)
        self.make_effective(self._create_vendor_invoice(10000.0))
        self.make_contract(self._create_vendor_invoice(2000.0), number="CT-2")
        self._create_vendor_invoice(500.0)
        self._create_vendor_invoice(700.0)
        self.assert_opens("vendor_financing", "vendor_financing_group_manager", 60)


@tagged("post_install", "-at_install")
class TestSupplierScreens(ScreenCommon, SupplierCreditSettlementCommon):
    def test_all_open(self):
        self.company = self.company_data["company"]
        self.register()
        self.reserve(self.create_order())
        self.create_order()
        with self.supplier.listening():
            self.assert_opens("supplier_credit", "supplier_credit_group_manager", 60)


@tagged("post_install", "-at_install")
class TestBillingScreens(ScreenCommon, BillingCommon):
    def test_all_open(self):
        self.make_charged()
        self.make_fatura()
        self.make_fatura()
        self.assert_opens("reseller_billing", "reseller_billing_group_manager", 60)
