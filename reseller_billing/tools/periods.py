"""Days of a subscription: billing days, due days, and shares of a period. Knows no records."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta


class Period(NamedTuple):
    """Days that a plan is provided for; both ends are among them."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def begin_on(self, day: date) -> Period:
        """Return the part of this period from a day on; all of it, if the day is before it."""
        return Period(max(self.start, day), self.end)


def get_period(month: date, months: int) -> Period:
    """Return the days of some months.

    :param month: first day of the first one
    """
    return Period(month, month + relativedelta(months=months) - timedelta(days=1))


def get_share(amount: float, part: int, whole: int) -> float:
    """Return the share of an amount for some of its days, in full precision (BRL).

    :param part: days that are billed
    :param whole: days that the amount is for
    """
    return amount * part / whole


def get_day_of_month(month: date, day: int) -> date:
    """Return a day of a month; the last one of a shorter month."""
    return month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))
