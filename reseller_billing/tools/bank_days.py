"""Days on which banks of Brazil are open. No ORM."""

from datetime import date, timedelta
from functools import cache

import holidays

# The exchange's holidays are the banks' ones, but for Christmas Eve: banks open in the morning.
CALENDAR = "BVMF"
CHRISTMAS_EVE = (12, 24)
DAY = timedelta(days=1)


def is_bank_day(day: date) -> bool:
    """Return whether banks serve the public on a day.

    They do on no weekend, no holiday of the whole country, and not on the year's last weekday.
    """
    if not _is_weekday(day) or day == _get_last_weekday(day.year):
        return False
    is_eve = (day.month, day.day) == CHRISTMAS_EVE
    return is_eve or day not in _get_holidays(day.year)


def get_overdue_limit(today: date) -> date:
    """Return the first due date that is not overdue on a day: all before it are.

    Source: Lei 7.089/1983: what is due on a day without banks is paid on the next one in time.
    """
    while not is_bank_day(today - DAY):
        today -= DAY
    return today


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5


@cache
def _get_last_weekday(year: int) -> date:
    # Not in all releases of the library.
    day = date(year, 12, 31)
    while not _is_weekday(day):
        day -= DAY
    return day


@cache
def _get_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays(CALENDAR, years=year))
