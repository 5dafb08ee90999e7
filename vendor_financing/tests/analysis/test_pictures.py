from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestPictures(VendorFinancingContractCommon):
    """Graphs say what the contracts say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.agreement.limit_amount = 20000.0
        cls.bearing = cls.agreement.copy({"name": "Vendor Banco B", "limit_amount": 0.0})
        cls.quote(1.8, 1.2, agreement_id=cls.bearing.id)
        cls.earning = cls.make_effective(cls._create_vendor_invoice(10000.0), "30/60")
        cls.borne = cls.make_effective(
            cls._create_vendor_invoice(5000.0), agreement_id=cls.bearing.id, number="CT-2"
        )

    def show(self, action, groupby, measures, domain=()):
        """Return what the accountant's graph of an action shows: {group: measures}."""
        found = self.env.ref(f"vendor_financing.{action}")
        records = self.env[found.res_model].with_user(self.invoicing_user)
        base = safe_eval(found.domain or "[]")
        self.env.flush_all()
        groups = records._read_group(
            [*base, *domain], groupby, [f"{name}:{how}" for name, how in measures.items()]
        )
        keys = len(groupby)
        return {group[:keys]: group[keys:] for group in groups}

    def test_exposure_is_used_and_free_limit(self):
        found = self.show(
            "vendor_financing_exposure_action", ["agreement_id", "part"], {"amount": "sum"}
        )
        self.assertEqual(
            found,
            {
                (self.agreement, "used"): (self.agreement.used_amount,),
                (self.agreement, "free"): (self.agreement.available_amount,),
                (self.bearing, "used"): (5000.0,),
            },
        )
        part = self.earning.sudo().installment_ids[0]
        part.contract_id._settle({part: 5000.0}, part.contract_id.credit_date)
        found = self.show(
            "vendor_financing_exposure_action", ["agreement_id", "part"], {"amount": "sum"}
        )
        self.assertEqual(found[self.agreement, "used"], (5000.0,))
        self.assertEqual(found[self.agreement, "free"], (15000.0,))

    def test_maturities_are_the_open_principal_of_each_week(self):
        found = self.show(
            "vendor_financing_maturity_action",
            ["date_due:week", "agreement_id"],
            {"open_amount": "sum"},
        )
        self.assertEqual(sum(amount for (amount,) in found.values()), 15000.0)
        self.assertEqual(
            sorted(amount for (_week, bank), (amount,) in found.items() if bank == self.agreement),
            [5000.0, 5000.0],
        )

    def test_margin_and_equalization_are_those_of_the_contracts(self):
        found = self.show(
            "vendor_financing_margin_action",
            ["contract_id"],
            {"earned": "sum", "equalization": "sum", "result": "sum", "principal": "sum"},
        )
        contract = self.earning
        self.assertEqual(found[contract,], (contract.interest, 0.0, contract.interest, 10000.0))
        self.assertGreater(contract.interest, 0)
        borne = -sum(self.borne.installment_ids.mapped("interest"))
        self.assertGreater(borne, 0)
        self.assertEqual(found[self.borne,], (0.0, borne, -borne, 5000.0))
        self.make_contract(self._create_vendor_invoice(100.0), number="CT-3")
        months = self.show("vendor_financing_margin_action", ["date:month"], {"principal": "sum"})
        self.assertEqual([amount for (amount,) in months.values()], [15000.0])
        self.earning.with_user(self.manager_user).action_undo()
        found = self.show("vendor_financing_margin_action", ["contract_id"], {"result": "sum"})
        self.assertNotIn((self.earning,), found)

    def test_arrears_are_what_customers_still_owe_the_company(self):
        part = self.borne.sudo().installment_ids
        self.assertFalse(
            self.show("vendor_financing_arrears_action", ["age_band"], {"residual": "sum"})
        )
        part.contract_id._default({part: 5000.0}, part.contract_id.credit_date)
        found = self.show("vendor_financing_arrears_action", ["bank_id"], {"residual": "sum"})
        self.assertEqual(found, {(self.bank,): (5000.0,)})

    def test_quotes_are_averaged_and_not_added(self):
        self.quote(2.0, 2.5)
        found = self.show(
            "vendor_financing_rate_history_action", ["agreement_id"], {"bank_rate": "avg"}
        )
        self.assertAlmostEqual(found[self.agreement,][0], 1.9, 6)
        for name in ("bank_rate", "customer_rate"):
            self.assertEqual(self.env["vendor.financing.rate"]._fields[name].aggregator, "avg")

    def test_other_companies_are_not_in_the_picture(self):
        self.env.flush_all()
        for model in ("exposure", "margin"):
            records = self.env[f"vendor.financing.{model}"]
            self.assertTrue(records.with_user(self.invoicing_user).search([]))
            self.assertFalse(records.with_user(self.foreign_user).search([]))
