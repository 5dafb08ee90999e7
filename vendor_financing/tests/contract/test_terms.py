from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestTerms(VendorFinancingContractCommon):
    """Terms of a draft contract's instalments: the customer total follows its parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.contract = cls.make_contract(cls._create_vendor_invoice(10000.0))
        cls.part = cls.contract.installment_ids

    def assert_total(self, total, interest=50.0):
        self.assertEqual((self.part.customer_total, self.part.interest), (total, interest))

    def test_customer_total_follows_each_part_that_is_edited(self):
        self.assert_total(10292.6)
        for name, value, total in (
            ("iof", 60.0, 10290.0),
            ("bank_charge", 190.0, 10300.0),
            ("principal", 9000.0, 9300.0),
            ("equalization", 10.0, 9290.0),
        ):
            with self.subTest(name):
                self.part[name] = value
                self.assert_total(total)

    def test_customer_total_follows_on_several_instalments_at_once(self):
        contract = self.make_contract(self._create_vendor_invoice(900.0), plan="30/60")
        before = contract.installment_ids.mapped("customer_total")
        iof = contract.installment_ids.mapped("iof")
        contract.installment_ids.write({"iof": 0.0})
        for part, total, tax in zip(contract.installment_ids, before, iof, strict=True):
            self.assertAlmostEqual(part.customer_total, total - tax)

    def test_iof_that_the_company_bears_is_not_paid_by_the_customer(self):
        self.agreement.iof_borne_by = "company"
        self.part.bank_charge = 180.0
        self.part.iof = 70.0
        self.assert_total(10230.0)

    def test_iof_that_is_financed_and_taxed_itself(self):
        # 0.626 % of 30 days, on principal and tax: 10,000.00 / (1 - 0.00626).
        self.agreement.iof_borne_by = "grossed_up"
        self.part._propose()
        self.assertEqual((self.part.iof, self.part.bank_charge), (62.99, 181.13))
        self.assert_total(10294.44, interest=50.32)

    def test_interest_follows_a_total_that_is_edited_with_its_parts(self):
        self.part.write({"iof": 60.0, "customer_total": 10300.0})
        self.assert_total(10300.0, interest=60.0)

    def test_parts_and_total_that_do_not_fit_are_refused(self):
        with self.assertRaisesRegex(UserError, "customer total"), self.env.cr.savepoint():
            self.part.write({"iof": 60.0, "interest": 50.0, "customer_total": 10292.6})
        self.assert_total(10292.6)
