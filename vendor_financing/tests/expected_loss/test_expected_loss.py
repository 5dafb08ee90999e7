from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestExpectedLoss(VendorFinancingContractCommon):
    """A guarantee of 3,000.00 in three instalments, the first in arrears at the end of April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss_account = cls._create_account("V513", "Perdas esperadas", "expense")
        cls.allowance = cls._create_account("V213", "Provisão para perdas", "liability_current")
        cls.agreement.write(
            {
                "loss_account_id": cls.loss_account.id,
                "loss_allowance_account_id": cls.allowance.id,
                "loss_rate_ids": [
                    Command.create({"days_from": 0, "rate": 0.5}),
                    Command.create({"days_from": 15, "rate": 10.0}),
                    Command.create({"days_from": 61, "rate": 50.0}),
                ],
            }
        )
        cls.contract = cls.make_effective(cls._create_vendor_invoice(3000.0), "30/60/90").sudo()
        cls.parts = cls.contract.installment_ids.sorted("number")

    def book(self, day):
        return self.contract._book_expected_loss(date.fromisoformat(day))

    def allowed(self, day):
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.allowance.id),
                ("date", "<=", day),
                ("parent_state", "=", "posted"),
            ]
        )
        return round(-sum(items.mapped("balance")), 2)

    def test_month_provides_by_arrears_and_the_next_day_reverses(self):
        # 28 days in arrears: 100.00; the others are not due: 5.00 each.
        operation = self.book("2026-04-30")
        self.assertEqual(
            self.balances(operation.move_id), {self.loss_account: 110.0, self.allowance: -110.0}
        )
        self.assertEqual(operation.undo_move_id.date, date(2026, 5, 1))
        self.assertEqual(self.allowed("2026-04-30"), 110.0)
        self.assertEqual(self.allowed("2026-05-01"), 0.0)
        self.assertEqual(operation.undo_move_id.state, "posted")
        self.assert_proven()

    def test_done_again_it_posts_what_changed(self):
        self.book("2026-04-30")
        self.assertFalse(self.book("2026-04-30"))
        # The payment of 29 April became known later.
        self.contract._settle({self.parts[0]: 1000.0}, date(2026, 4, 29))
        late = self.book("2026-04-30")
        self.assertEqual(late.amount, -100.0)
        self.assertEqual(self.allowed("2026-04-30"), 10.0)
        self.assertEqual(self.allowed("2026-05-01"), 0.0)

    def test_what_happened_later_counts_later(self):
        self.contract._settle({self.parts[0]: 1000.0}, date(2026, 5, 5))
        self.contract._extend(self.parts[1], date(2026, 7, 30), date(2026, 5, 6))
        self.assertEqual(self.book("2026-04-30").amount, 110.0)
        # In May the second one is not in arrears any more, and the third one is due in June.
        self.assertEqual(self.book("2026-05-31").amount, 10.0)

    def test_settled_contract_is_no_work_of_later_months(self):
        contracts = self.env["vendor.financing.contract"].sudo()
        april, may = date(2026, 4, 30), date(2026, 5, 31)
        self.contract._settle({part: 1000.0 for part in self.parts}, date(2026, 5, 5))
        company = self.contract.company_id
        self.assertEqual(contracts._find_for_month(company, april), self.contract)
        self.assertFalse(contracts._find_for_month(company, may))
        self.assertEqual(self.book("2026-04-30").amount, 110.0)

    def test_without_rates_nothing_is_provided(self):
        self.agreement.loss_rate_ids.unlink()
        self.assertFalse(self.book("2026-04-30"))

    def test_undone_contract_expects_no_loss(self):
        self.book("2026-03-31")
        self.contract.with_user(self.manager_user).action_undo()
        self.assertFalse(self.book("2026-04-30"))

    def test_undoing_the_loss_itself_is_refused(self):
        operation = self.book("2026-04-30")
        with self.assertRaises(UserError):
            operation.with_user(self.manager_user).action_undo()

    def test_accounts_are_needed(self):
        with self.assertRaises(ValidationError):
            self.agreement.loss_account_id = False

    def test_job_provides_once(self):
        for _night in range(2):
            with freeze_time("2026-05-01 12:00:00"), self.enter_registry_test_mode():
                self.env.ref("vendor_financing.ir_cron_close_month").method_direct_trigger()
            self.env.invalidate_all()
        losses = self.contract.operation_ids.filtered(lambda one: one.kind == "loss")
        self.assertEqual(losses.mapped("date"), [date(2026, 4, 30)])
