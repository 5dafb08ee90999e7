"""What of a deferred amount belongs to the days that passed. No ORM.

Amounts are Decimals in BRL, days are actual days. What is left is spread over the days left, so
that a new due date or a correction counts from where the last recognition ended, and the parts of
an amount sum up to it exactly.
"""

from datetime import date
from decimal import Decimal

from .rounding import to_cents


def recognise(
    left: Decimal,
    base: Decimal,
    days: tuple[date, date, date],
    method: str = "straight_line",
    rounding: str = "half_up",
) -> Decimal:
    """Return what is recognised until a day.

    :param left: what is not recognised yet, in BRL; may be negative after a correction
    :param base: on which it grows: the principal and what was recognised of it, in BRL
    :param days: when the last recognition ended, the day until which to recognise, the due date
    :param method: straight_line, the same for each day; effective, at the daily rate by which base
        becomes base and what is left on the due date
    :return: BRL; all that is left from the due date on
    :raise ValueError: for another method
    """
    start, until, due = days
    if method not in ("straight_line", "effective"):
        raise ValueError(f"unknown method {method!r}")
    if until >= due:
        return left
    if until <= start:
        return Decimal("0.00")
    share = Decimal((until - start).days) / Decimal((due - start).days)
    if method == "straight_line" or base <= 0 or base + left <= 0:
        return to_cents(left * share, rounding)
    return to_cents(base * ((1 + left / base) ** share - 1), rounding)
