"""Days that break software which knows ordinary days only, and the suite run on them.

A part of the suite runs by such a clock with libfaketime: Odoo, the sandbox, the tests and a
PostgreSQL cluster of their own start at that moment, and time goes on from there.
"""

import os
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .layout import ROOT
from .packages import faketime

BRAZIL = ZoneInfo("America/Sao_Paulo")
VARIABLE = "HOST_CLOCK"
YEARS_AHEAD = 3
# Late enough for crons of the night to be over, early enough for a suite to end on the same day.
USUAL_HOUR = 9


def _moments(now):
    """Return the moments by name; each is the start of a run of less than 50 minutes."""

    def at(year, month, day, hour=USUAL_HOUR, minute=0):
        return datetime(year, month, day, hour, minute, tzinfo=BRAZIL)

    return {
        "last-day-of-year": at(2027, 12, 31),
        "new-year": at(2028, 1, 1),
        "day-before-leap-day": at(2028, 2, 28),
        "leap-day": at(2028, 2, 29),
        # 31 May in São Paulo, 1 June in UTC.
        "last-evening-of-month": at(2027, 5, 31, 23, 5),
        "carnival-monday": at(2027, 2, 8),
        "years-ahead": (now + timedelta(days=YEARS_AHEAD * 365.25)).astimezone(BRAZIL),
    }


NAMES = tuple(_moments(datetime.now(timezone.utc)))


def of_the_day():
    """Return the name of the clock that `make test` runs one part by today."""
    return NAMES[datetime.now(timezone.utc).toordinal() % len(NAMES)]


def chosen():
    """Return the name of the clock that this process runs by, None for the real one."""
    return os.environ.get(VARIABLE)


def environment(name):
    """Return the variables that make a process and its children run by a clock."""
    now = datetime.now(timezone.utc)
    offset = (_moments(now)[name] - now).total_seconds()
    return {
        VARIABLE: name,
        "LD_PRELOAD": str(faketime()),
        "FAKETIME": f"{offset:+.0f}",
        # Waiting and measuring go on as ever; only dates and times of day change.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(ROOT / "tests/host/clocked"),
    }


class OwnClock:
    """The clock of one process, which is wrong and can jump while the process runs.

    :param path: file in which it stands
    """

    def __init__(self, path):
        self._path = path
        self._around = float(os.environ.get("FAKETIME", "0"))
        self.set(0)

    def set(self, seconds):
        """Set the clock to so many seconds ahead of the others; negative ones are behind."""
        # Renamed into place: a process that reads it meanwhile has the former or the new one.
        new = self._path.with_suffix(".new")
        new.write_text(f"{self._around + seconds:+.0f}\n")
        new.replace(self._path)

    @property
    def environment(self):
        """The variables of the process that runs by this clock; None is one that must not be."""
        return {
            "LD_PRELOAD": str(faketime()),
            # It would win over the file.
            "FAKETIME": None,
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(ROOT / "tests/host/clocked"),
        }
