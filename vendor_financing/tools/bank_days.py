"""Days on which banks of Brazil are closed. No ORM."""

from __future__ import annotations

from datetime import date, timedelta

# The exchange's holidays are the banks' ones, but for Christmas Eve: banks open in the morning.
CALENDAR = "BVMF"
# The names that people of Brazil know the days by.
LANGUAGE = "pt_BR"
CHRISTMAS_EVE = (12, 24)
LAST_DAY = "Último dia útil do ano"


def get_bank_holidays(year: int) -> dict[date, str]:
    """Return the weekdays of a year on which no bank of the country serves the public, named.

    Carnival, Corpus Christi and, since 2024, 20 November are among them, and the year's last
    weekday; holidays of a state or a town are not.

    :raise ImportError: without the library `holidays`
    """
    # Only who loads the calendar needs the library; holidays can be entered by hand.
    from holidays import financial_holidays

    found = {
        day: name
        for day, name in financial_holidays(CALENDAR, years=year, language=LANGUAGE).items()
        if day.weekday() < 5 and (day.month, day.day) != CHRISTMAS_EVE
    }
    last = date(year, 12, 31)
    while last.weekday() >= 5:
        last -= timedelta(days=1)
    found.setdefault(last, LAST_DAY)
    return found
