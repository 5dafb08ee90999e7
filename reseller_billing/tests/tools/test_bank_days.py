from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.bank_days import get_overdue_limit, is_bank_day

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))


def get_bank_day(day):
    """Return the day until which something due on a day may be paid (Lei 7.089/1983)."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


@tagged("post_install", "-at_install")
class TestBankDays(BaseCase):
    """Weekends and bank holidays: what falls due then may be paid on the next bank day."""

    def test_days_that_every_bank_has(self):
        closed = (
            "2026-01-01",
            "2026-02-16",  # Carnival
            "2026-02-17",
            "2026-04-03",  # Good Friday
            "2026-06-04",  # Corpus Christi
            "2026-11-20",
            "2026-12-25",
            "2026-12-31",
            "2027-12-31",
            "2028-12-29",  # the last weekday of that year
            "2026-12-05",  # a Saturday
        )
        for day in closed:
            self.assertFalse(is_bank_day(date.fromisoformat(day)), day)
        for day in ("2026-02-18", "2026-12-24", "2026-12-07", "2028-03-01"):
            self.assertTrue(is_bank_day(date.fromisoformat(day)), day)

    def test_due_on_carnival_saturday_is_paid_on_ash_wednesday(self):
        self.assertEqual(get_bank_day(date(2026, 2, 14)), date(2026, 2, 18))
        self.assertEqual(get_overdue_limit(date(2026, 2, 18)), date(2026, 2, 14))
        self.assertEqual(get_overdue_limit(date(2026, 2, 19)), date(2026, 2, 19))

    @given(DAYS, st.integers(-15, 15))
    def test_limit_and_bank_day_say_the_same(self, today, distance):
        due = today + timedelta(days=distance)
        self.assertEqual(due < get_overdue_limit(today), get_bank_day(due) < today)
