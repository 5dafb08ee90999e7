from odoo.exceptions import UserError
from odoo.tests import tagged

from ..contract.common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestQuotes(VendorFinancingContractCommon):
    """Which quote counts, and what is said where none does. Seed 004: "varia diariamente"."""

    def test_newest_day_and_narrowest_band_count(self):
        self.quote(1.0, 1.5)
        narrow = self.quote(1.1, 1.6, days_from=20, days_to=40)
        self.quote(1.2, 1.7, days_from=1, days_to=180)
        self.quote(1.3, 1.8, days_from=30, days_to=30, date="2026-03-02")
        rates = self.env["vendor.financing.rate"]
        self.assertEqual(rates._find(self.agreement, self.day(TODAY), 30), narrow)

    def test_old_quote_applies_no_more_and_the_contract_says_so(self):
        self.quote(1.8, 2.3, date="2026-02-20")
        invoice = self._create_vendor_invoice(1000.0)
        contract = self.make_contract(invoice)
        self.assertEqual(
            (contract.installment_ids.interest, contract.installment_ids.bank_charge), (0.0, 0.0)
        )
        self.assertIn("02/20/2026", contract.quote_problem)
        self.agreement.quote_days = 0
        contract.action_propose()
        contract.invalidate_recordset()
        self.assertFalse(contract.quote_problem)
        self.assertGreater(contract.installment_ids.bank_charge, 0.0)

    def test_missing_band_is_said(self):
        self.quote(1.8, 2.3, days_to=45)
        contract = self.make_contract(self._create_vendor_invoice(1000.0), plan="30/60")
        self.assertEqual(contract.quote_problem, "no quote for 62 days")

    def test_bank_that_cannot_be_compared_stays_with_its_reason(self):
        self.quote(1.8, 2.3)
        others = {
            "no quote for 30 days": {},
            "valid until": {"valid_until": "2026-01-31"},
        }
        for number, values in enumerate(others.values()):
            self.agreement.copy({"name": f"Banco {number}", **values})
        simulation = self.env["vendor.financing.simulation"].create({"amount": 1000.0})
        self.assertEqual(simulation.row_ids[0].agreement_id, self.agreement)
        self.assertEqual(simulation.row_ids[0].quote_date, self.day(TODAY))
        problems = simulation.row_ids.filtered("problem")
        self.assertEqual(len(problems), 2)
        for wanted in others:
            self.assertTrue(any(wanted in problem for problem in problems.mapped("problem")))
        self.env["vendor.financing.rate"].search([]).unlink()
        with self.assertRaisesRegex(UserError, "No bank can be compared"):
            simulation.action_simulate()

    def test_limit_of_simples_is_that_of_the_whole_credit(self):
        """30,000.00 of a customer in one contract, however many invoices (Dec. 6.306/2007)."""
        self.partner_a.vendor_iof_regime = "simples"
        invoices = [self._create_vendor_invoice(20000.0) for _number in range(2)]
        contract = self.make_contract(invoices[0])
        # 30 days at 0.00274 % and 0.38 %.
        self.assertEqual(contract.installment_ids.iof, 92.44)
        contract._add_titles(self.receivable(invoices[1]).with_user(self.invoicing_user))
        # Together above the limit: 0.0082 % a day.
        self.assertEqual(contract.installment_ids.mapped("iof"), [125.2, 125.2])
        # What stays is a small credit again, whichever way the other title leaves.
        contract.title_ids[1].action_remove()
        self.assertEqual(contract.installment_ids.iof, 92.44)
        contract._add_titles(self.receivable(invoices[1]).with_user(self.invoicing_user))
        other = contract.copy({"number": "CT-2"})
        other._take_over(contract.title_ids[1], is_kept=True)
        for one in contract | other:
            self.assertEqual(one.installment_ids.iof, 92.44)

    def test_titles_of_another_company_are_not_taken_over(self):
        contract = self.make_contract(self._create_vendor_invoice(100.0)).sudo()
        data, accounts = self.company_data_2, self.env["account.account"]
        kinds = {
            "vendor_account_id": ("liability_current", True),
            "interest_account_id": ("income_other", False),
            "expense_account_id": ("expense", False),
        }
        agreement = self.agreement.sudo().create(
            {
                "name": "Vendor Banco B",
                "company_id": self.company_2.id,
                "partner_id": self.bank.id,
                "journal_id": data["default_journal_bank"].id,
                "entry_journal_id": data["default_journal_misc"].id,
                **{
                    name: accounts.create(
                        {
                            "name": name,
                            "code": f"W{number}",
                            "account_type": kind,
                            "reconcile": reconcile,
                            "company_ids": self.company_2.ids,
                        }
                    ).id
                    for number, (name, (kind, reconcile)) in enumerate(kinds.items())
                },
            }
        )
        other = contract.create({"agreement_id": agreement.id, "company_id": self.company_2.id})
        with self.assertRaisesRegex(UserError, "same company"):
            other._take_over(contract.title_ids, is_kept=True)

    def test_approver_sees_margin_exposure_and_free_limit(self):
        self.quote(1.8, 2.3)
        self.agreement.limit_amount = 50000.0
        self.make_effective(self._create_vendor_invoice(10000.0))
        order = self._create_order(self.bearer)
        request = self.env["vendor.financing.request"].create({"order_id": order.id})
        request.rate = 2.3
        request.action_request()
        seen = request.with_user(self.manager_user)
        self.assertEqual(seen.best_agreement_id, self.agreement)
        self.assertEqual(
            seen.margin_amount,
            round(order.amount_total * 0.023, 2) - round(order.amount_total * 0.018, 2),
        )
        self.assertEqual((seen.exposure_amount, seen.free_limit_amount), (10000.0, 40000.0))
