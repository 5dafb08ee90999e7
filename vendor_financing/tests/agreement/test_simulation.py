from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestSimulation(VendorFinancingContractCommon):
    """Banks side by side; the worked examples to the cent, base 03/03/2026."""

    def _simulate(self, plan="30", amount=10000.0, **values):
        simulation = (
            self.env["vendor.financing.simulation"]
            .with_user(self.invoicing_user)
            .create({"plan": plan, "amount": amount, **values})
        )
        simulation.action_simulate()
        return simulation

    def _other_bank(self, bank_rate, customer_rate, **values):
        other = self.agreement.copy({"name": "Vendor Banco B", **values})
        self.quote(bank_rate, customer_rate, agreement_id=other.id)
        return other

    def test_examples_where_the_company_bears_a_part(self):
        self.quote(1.8, 1.2)
        for plan, paid, iof, equalization, net in (
            ("30", 10120.00, 62.60, 58.94, 9941.06),
            ("31", 10124.02, 63.42, 60.90, 9939.10),
            ("45", 10180.54, 74.90, 88.28, 9911.72),
        ):
            with self.subTest(plan=plan):
                row = self._simulate(plan).row_ids
                self.assertAlmostEqual(row.customer_total, paid + iof, 2)
                self.assertAlmostEqual(row.iof, iof, 2)
                self.assertAlmostEqual(row.equalization, equalization, 2)
                self.assertAlmostEqual(row.net_credit, net, 2)
                self.assertEqual(row.interest, 0.0)

    def test_examples_of_equalization_at_maturity(self):
        self.agreement.equalization = "maturity"
        self.quote(1.8, 1.2)
        for plan, equalization in (("30", 60.00), ("31", 62.04), ("45", 90.67)):
            with self.subTest(plan=plan):
                row = self._simulate(plan).row_ids
                self.assertAlmostEqual(row.equalization, equalization, 2)
                self.assertEqual(row.net_credit, 10000.0)

    def test_example_of_a_spread(self):
        self.quote(1.8, 2.3)
        row = self._simulate().row_ids
        self.assertEqual(
            (row.customer_total, row.iof, row.interest, row.net_credit),
            (10292.60, 62.60, 50.0, 10050.0),
        )
        # 1.02926 ^ (365 / 30) - 1
        self.assertAlmostEqual(row.cost, 42.03, 2)

    def test_example_in_three_instalments(self):
        self.quote(1.8, 1.2)
        row = self._simulate("30/60/90", 30000.0, is_exact=True).row_ids
        self.assertEqual((row.net_credit, row.iof), (29647.76, 261.60))
        self.assertAlmostEqual(row.customer_total, 10120.00 + 10241.44 + 10364.34 + 261.60, 2)

    def test_best_bank_for_company_and_for_customer(self):
        self.quote(1.8, 2.3)
        cheap = self._other_bank(1.8, 1.2)
        self.agreement.copy({"name": "Vendor without a quote"})
        rows = self._simulate().row_ids
        compared = rows.filtered(lambda row: not row.problem)
        self.assertEqual(compared.agreement_id, self.agreement | cheap)
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows[0].agreement_id, cheap)
        self.assertEqual(rows.filtered("is_best_for_customer").agreement_id, cheap)
        self.assertEqual(rows.filtered("is_best_for_company").agreement_id, self.agreement)

    def test_what_is_paid_at_maturity_is_not_the_companys(self):
        self.agreement.equalization = "maturity"
        self.quote(1.8, 1.2)
        other = self._other_bank(1.8, 1.3, equalization="closing")
        rows = self._simulate().row_ids
        self.assertEqual(rows.filtered("is_best_for_company").agreement_id, other)

    def test_form_follows_what_is_entered(self):
        self.quote(1.8, 2.3)
        form = Form(self.env["vendor.financing.simulation"].with_user(self.invoicing_user))
        form.amount = 10000.0
        self.assertEqual(form.row_ids._records[0]["customer_total"], 10292.60)
        form.plan = "60"
        self.assertGreater(form.row_ids._records[0]["customer_total"], 10400)
        simulation = form.save()
        self.assertEqual(len(simulation.row_ids), 1)

    def test_chosen_invoices_become_a_contract_with_the_same_figures(self):
        self.quote(1.8, 2.3)
        invoices = self._create_vendor_invoice(10000.0) | self._create_vendor_invoice(500.0)
        simulation = Form(
            self.env["vendor.financing.simulation"]
            .with_user(self.invoicing_user)
            .with_context(active_model="account.move", active_ids=invoices.ids)
        ).save()
        simulation.plan = "30/45"
        self.assertEqual(simulation.amount, 10500.0)
        row = simulation.row_ids
        action = row.action_make_contract()
        contract = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(contract.title_ids.move_id, invoices)
        self.assertEqual(contract.agreement_id, self.agreement)
        self.assertEqual(len(contract.installment_ids), 4)
        self.assertAlmostEqual(contract.customer_total, row.customer_total, 2)
        self.assertAlmostEqual(contract.expected_amount, row.net_credit, 2)
        self.assertAlmostEqual(contract.iof, row.iof, 2)

    def test_regime_of_the_customer_counts(self):
        self.quote(1.8, 2.3)
        self.partner_a.vendor_iof_regime = "exempt"
        row = self._simulate(partner_id=self.partner_a.id).row_ids
        self.assertEqual((row.iof, row.customer_total), (0.0, 10230.0))

    def test_nothing_to_compare_says_what_to_enter(self):
        with self.assertRaisesRegex(UserError, "Rates"):
            self._simulate()
        self.quote(1.8, 2.3)
        with self.assertRaisesRegex(UserError, "no list of days"):
            self._simulate("soon")
        with self.assertRaisesRegex(UserError, "enter an amount"):
            self._simulate(amount=0.0)

    def test_expired_agreement_is_left_out(self):
        self.quote(1.8, 2.3)
        self.agreement.valid_until = "2026-03-02"
        with self.assertRaisesRegex(UserError, "No bank"):
            self._simulate()

    def test_other_companies_banks_are_not_compared(self):
        self.quote(1.8, 2.3)
        simulation = (
            self.env["vendor.financing.simulation"]
            .with_user(self.foreign_user)
            .create({"amount": 10000.0})
        )
        self.assertFalse(simulation.row_ids)
        with self.assertRaises(AccessError):
            self.env["vendor.financing.simulation"].with_user(self.salesman).create({"amount": 1})
