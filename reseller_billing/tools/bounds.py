"""What the fields of another system can say at all, declared once for each. No ORM."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# BRL; nothing that is billed here comes near it.
LARGEST = Decimal(100_000_000)
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Bound:
    """From `low` to `high`, both included: amounts in BRL, or time from today."""

    low: Decimal | timedelta
    high: Decimal | timedelta

    def holds(self, value: Decimal | date) -> bool:
        """Return whether a value can be."""
        if isinstance(value, date):
            # Far from the ends of the calendar, which cannot be counted from.
            return self.low <= value - date.today() <= self.high
        return self.low <= value <= self.high


AMOUNT = Bound(Decimal(0), LARGEST)
# The day of a payment, or on which its money is there.
NEAR = Bound(-5 * YEAR, 5 * YEAR)
# A day that was agreed; what is printed on paper may be old, or far away.
AGREED = Bound(-20 * YEAR, 100 * YEAR)
