from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..contract.common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestQuoteGrid(VendorFinancingContractCommon):
    """The day's quotes of all banks are typed in one grid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3, date="2026-03-02", days_from=1, days_to=30)
        cls.quote(1.7, 2.2, date="2026-02-27", days_from=1, days_to=30)
        cls.quote(2.0, 2.5, date="2026-03-02", days_from=31, days_to=60)
        cls.other_bank = cls.agreement.copy({"name": "Vendor Banco B"})

    def open_grid(self):
        user = self.invoicing_user
        action = self.env["vendor.financing.quote.grid"].with_user(user)._open_today()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def enter(self, grid, agreement, column, bank_rate, customer_rate):
        content = grid.grid
        row = next(row for row in content["banks"] if row["id"] == agreement.id)
        row["cells"][column].update(bank=bank_rate, customer=customer_rate)
        grid.grid = content

    def quotes_of_today(self):
        return self.env["vendor.financing.rate"].search([("date", "=", TODAY)])

    def test_banks_by_bands_with_what_was_before(self):
        content = self.open_grid().grid
        self.assertEqual(content["bands"], [[1, 30], [31, 60]])
        rows = {row["id"]: row["cells"] for row in content["banks"]}
        self.assertEqual(rows.keys(), {self.agreement.id, self.other_bank.id})
        cell = rows[self.agreement.id][0]
        self.assertEqual((cell["bank"], cell["customer"]), (None, None))
        self.assertEqual(
            (cell["old_bank"], cell["old_customer"], cell["old_date"]), (1.8, 2.3, "2026-03-02")
        )
        self.assertIsNone(rows[self.other_bank.id][0]["old_bank"])

    def test_what_is_entered_is_quoted_and_what_is_empty_is_not(self):
        grid = self.open_grid()
        self.enter(grid, self.agreement, 0, 1.9, 0.0)
        self.enter(grid, self.other_bank, 1, 1.5, 2.0)
        grid.action_save()
        found = {
            (rate.agreement_id, rate.days_from, rate.days_to): (rate.bank_rate, rate.customer_rate)
            for rate in self.quotes_of_today()
        }
        self.assertEqual(
            found,
            {(self.agreement, 1, 30): (1.9, 0.0), (self.other_bank, 31, 60): (1.5, 2.0)},
        )
        # Opened again it shows them, and what is entered corrects them.
        grid = self.open_grid()
        self.enter(grid, self.agreement, 0, 1.95, 2.4)
        grid.action_save()
        self.assertEqual(len(self.quotes_of_today()), 2)
        self.assertIn(1.95, self.quotes_of_today().mapped("bank_rate"))

    def test_same_as_before_fills_what_is_empty(self):
        grid = self.open_grid()
        self.enter(grid, self.agreement, 0, 1.9, 2.4)
        grid.action_repeat()
        grid.action_save()
        self.assertEqual(self.quotes_of_today().sorted("days_from").mapped("bank_rate"), [1.9, 2.0])

    def test_another_band_is_added(self):
        grid = self.open_grid()
        grid.write({"days_from": 61, "days_to": 90})
        grid.action_add_band()
        self.enter(grid, self.other_bank, 2, 1.5, 2.0)
        grid.action_save()
        quote = self.quotes_of_today()
        self.assertEqual((quote.days_from, quote.days_to), (61, 90))
        grid.write({"days_from": 61, "days_to": 90})
        with self.assertRaisesRegex(UserError, "there already"):
            grid.action_add_band()
        grid.write({"days_from": 9, "days_to": 3})
        with self.assertRaisesRegex(UserError, "how many days"):
            grid.action_add_band()

    def test_half_a_quote_and_rubbish_are_refused(self):
        grid = self.open_grid()
        with self.assertRaisesRegex(UserError, "No quote was entered"):
            grid.action_save()
        self.enter(grid, self.agreement, 0, 1.9, None)
        with self.assertRaisesRegex(UserError, "Vendor Banco A, 1 to 30 days"):
            grid.action_save()
        self.enter(grid, self.agreement, 0, -200, 2.0)
        with self.assertRaisesRegex(UserError, "leave both empty"):
            grid.action_save()
        for rubbish in (False, [], {"bands": [1], "banks": [{}]}, {"bands": 1, "banks": "x"}):
            with self.subTest(rubbish=rubbish):
                grid.grid = rubbish
                with self.assertRaisesRegex(UserError, "no grid"):
                    grid.action_save()

    def test_first_day_begins_with_usual_bands(self):
        self.env["vendor.financing.rate"].search([]).unlink()
        self.assertEqual(self.open_grid().grid["bands"][0], [1, 30])

    def test_only_who_may_quote(self):
        grid = self.open_grid()
        self.enter(grid, self.agreement, 0, 1.9, 2.4)
        auditor = self._create_user("grid_auditor", "account.group_account_readonly")
        for user in (auditor, self.salesman):
            with self.assertRaises(AccessError):
                self.env["vendor.financing.quote.grid"].with_user(user)._open_today()
        foreign = self.env["vendor.financing.quote.grid"].with_user(self.foreign_user)
        other = foreign.browse(foreign._open_today()["res_id"])
        self.assertFalse(other.grid["banks"])
        other.grid = grid.grid
        with self.assertRaises(UserError):
            other.action_save()
        self.assertFalse(self.quotes_of_today())
