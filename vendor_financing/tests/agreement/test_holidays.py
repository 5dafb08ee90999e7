from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestHolidays(VendorFinancingContractCommon):
    """Credit and due dates are on days on which banks are open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaves = cls.env["resource.calendar.leaves"]
        cls.company.resource_calendar_id.tz = "America/Sao_Paulo"

    def load(self):
        return self.leaves.with_user(self.manager_user).action_load_vendor_holidays()

    def test_country_is_loaded_once(self):
        self.load()
        found = self.leaves.search([("company_id", "=", self.company.id)])
        holidays = self.agreement._get_holidays(self.day("2026-01-01"), 364)
        for day in ("2026-02-16", "2026-02-17", "2026-04-03", "2026-06-04", "2026-11-20"):
            self.assertIn(self.day(day), holidays)
        self.assertNotIn(self.day("2026-12-24"), holidays)
        self.assertIn("Corpus Christi", found.mapped("name"))
        self.assertIn("Carnaval", found.mapped("name"))
        self.load()
        self.assertEqual(self.leaves.search([("company_id", "=", self.company.id)]), found)
        # Good Friday, then the weekend.
        self.assertEqual(
            self.agreement._get_business_day(self.day("2026-04-03")), self.day("2026-04-06")
        )

    def test_only_managers_load_and_enter_for_their_companies(self):
        with self.assertRaises(AccessError):
            self.leaves.with_user(self.salesman).action_load_vendor_holidays()
        values = {
            "name": "Aniversário da cidade",
            "company_id": self.company.id,
            "date_from": "2026-03-09 03:00:00",
            "date_to": "2026-03-10 02:59:59",
        }
        with self.assertRaises(AccessError):
            self.leaves.with_user(self.salesman).create(values)
        self.leaves.with_user(self.manager_user).create(values)
        self.assertEqual(
            self.agreement._get_business_day(self.day("2026-03-09")), self.day("2026-03-10")
        )
        with self.assertRaises(AccessError):
            self.leaves.with_user(self.manager_user).create(
                {**values, "calendar_id": self.company_2.resource_calendar_id.id}
            )

    def test_long_closure_is_seen_to_its_end(self):
        self.leaves.create(
            {
                "name": "Férias coletivas",
                "company_id": self.company.id,
                "date_from": "2026-05-01 03:00:00",
                "date_to": "2026-08-01 02:59:59",
            }
        )
        self.assertEqual(
            self.agreement._get_business_day(self.day("2026-05-04")), self.day("2026-08-03")
        )

    def test_cron_loads_for_companies_with_an_agreement(self):
        self.leaves._cron_load_vendor_holidays()
        self.assertTrue(self.leaves.search([("company_id", "=", self.company.id)]))
        self.assertFalse(self.leaves.search([("company_id", "=", self.company_2.id)]))

    def test_entered_date_is_warned_of(self):
        part = self.make_contract(self._create_vendor_invoice()).installment_ids
        warning = self.agreement._get_date_warning(self.day("2026-04-04"))["warning"]
        self.assertIn("04/06/2026", warning["message"])
        self.assertFalse(self.agreement._get_date_warning(part.date_due))
        with self.assertLogs("odoo.tests.form", "WARNING") as logged:
            with Form(part) as form:
                form.date_due = self.day("2026-04-04")
        self.assertIn("Banks are closed", logged.output[0])


@tagged("post_install", "-at_install")
class TestIofTable(VendorFinancingContractCommon):
    """Rates of IOF by day and regime, each with its law."""

    def find(self, regime, day, amount=1000.0):
        rate = self.env["vendor.financing.iof.rate"]._find(regime, self.day(day), amount)
        return rate.daily, rate.additional

    def test_rates_of_the_years(self):
        for regime, day, expected in (
            ("ordinary", "2020-04-02", (0.0041, 0.38)),
            ("ordinary", "2020-04-03", (0.0, 0.0)),
            ("simples", "2020-11-26", (0.0, 0.0)),
            ("simples", "2020-11-27", (0.00137, 0.38)),
            ("natural", "2020-12-31", (0.0, 0.0)),
            ("ordinary", "2021-09-20", (0.00559, 0.38)),
            ("natural", "2021-12-31", (0.01118, 0.38)),
            ("simples", "2021-12-31", (0.00137, 0.38)),
            ("ordinary", "2022-01-01", (0.0041, 0.38)),
            ("simples", "2025-06-01", (0.00274, 0.95)),
            ("mei", "2025-06-01", (0.00274, 0.38)),
            ("mei", "2026-03-03", (0.00274, 0.38)),
            ("natural", "2026-03-03", (0.0082, 0.38)),
            # Whom no row is for is an ordinary borrower.
            ("natural", "2010-01-01", (0.0041, 0.38)),
        ):
            with self.subTest(regime, day=day):
                self.assertEqual(self.find(regime, day), expected)
        self.assertEqual(self.find("simples", "2021-12-01", 30000.01), (0.00559, 0.38))
        self.assertEqual(self.find("mei", "2026-03-03", 30000.01), (0.0082, 0.38))

    def test_old_table_is_told_once(self):
        rates = self.env["vendor.financing.iof.rate"]
        table = rates.search([]).sudo()
        table.checked_on = "2025-03-01"
        self.agreement.user_id = self.manager_user
        notices = self.agreement.activity_ids
        rates._cron_remind_to_check()
        rates._cron_remind_to_check()
        self.assertEqual(len(self.agreement.activity_ids - notices), 1)
        self.assertEqual(self.agreement.activity_ids.user_id, self.manager_user)
