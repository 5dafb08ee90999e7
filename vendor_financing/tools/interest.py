"""Future and present values by the conventions of Brazilian banks. No ORM.

Rates are fractions (0.018 is 1.80 %), days are actual days unless stated otherwise, amounts are
Decimals in BRL and rounded to cents once, at the end.
"""

from collections.abc import Iterable
from decimal import Decimal

from .rounding import to_cents

ONE = Decimal(1)
# Days of a commercial month, of a year, and working days of a year (Brazilian convention).
MONTH, YEAR, WORKING_YEAR = Decimal(30), Decimal(365), Decimal(252)


def accumulation(rate: Decimal, days: int, convention: str = "compound") -> Decimal:
    """Return the value of 1.00 BRL after some days.

    :param rate: Decimal, a month as a fraction; of business_252 a year
    :param days: actual days; of business_252 working days
    :param convention: compound `(1+i)^(d/30)`, simple `1+i·d/30`, actual_365 `(1+i)^(12d/365)`,
        business_252 `(1+i)^(du/252)`
    :raise ValueError: for another convention, negative days, or a rate of -100 % or less
    """
    if days < 0:
        raise ValueError("days cannot be negative")
    if rate <= -1:
        raise ValueError("a rate cannot be -100 % or less")
    days = Decimal(days)
    if convention == "compound":
        return (ONE + rate) ** (days / MONTH)
    if convention == "simple":
        return ONE + rate * days / MONTH
    if convention == "actual_365":
        return (ONE + rate) ** (12 * days / YEAR)
    if convention == "business_252":
        return (ONE + rate) ** (days / WORKING_YEAR)
    raise ValueError(f"unknown convention {convention!r}")


def future_value(
    amount: Decimal,
    rate: Decimal,
    days: int,
    convention: str = "compound",
    rounding: str = "half_up",
) -> Decimal:
    """Return the value of an amount of today after some days. See `accumulation`."""
    return to_cents(amount * accumulation(rate, days, convention), rounding)


def present_value(
    amount: Decimal,
    rate: Decimal,
    days: int,
    convention: str = "compound",
    rounding: str = "half_up",
) -> Decimal:
    """Return the value today of an amount due in some days. See `accumulation`."""
    return to_cents(amount / accumulation(rate, days, convention), rounding)


def effective_cost(received: Decimal, flows: Iterable[tuple[int, Decimal]]) -> Decimal:
    """Return the CET: the yearly rate at which the later payments are worth the amount received.

    Solves `P = Σ F_j / (1 + CET)^(d_j/365)` (Res. CMN 4.881/2020) by halving an interval.

    :param received: BRL, by the customer on the first day
    :param flows: pairs of days and the BRL that the customer pays after them
    :return: a year, as a fraction of six decimals
    :raise ValueError: where no rate can make both equal
    """
    flows = [(Decimal(days), amount) for days, amount in flows if amount]
    if received <= 0 or not flows or any(days <= 0 or amount < 0 for days, amount in flows):
        raise ValueError("the cost is defined for an amount received now and paid back later")

    def worth(cost: Decimal) -> Decimal:
        return sum(amount / (ONE + cost) ** (days / YEAR) for days, amount in flows)

    low, high = _bracket(float(received), [(int(days), float(amount)) for days, amount in flows])
    while high - low > Decimal("1e-9"):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > received else (low, middle)
    return high.quantize(Decimal("0.000001"))


def _bracket(received: float, flows: list[tuple[int, float]]) -> tuple[Decimal, Decimal]:
    """Return a narrow interval around the yearly rate of `effective_cost`.

    Floats are forty times faster than Decimals, and right to a billionth.

    :raise ValueError: where no rate can make both equal
    """

    def worth(cost: float) -> float:
        return sum(amount / (1 + cost) ** (days / 365) for days, amount in flows)

    low, high = -0.999999, 1.0
    while worth(high) > received:
        high *= 4
        if high > 10**12:
            raise ValueError("no yearly rate makes both sides equal")
    for _step in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > received else (low, middle)
    margin = 1e-9 * (1 + abs(high))
    return Decimal(low - margin), Decimal(high + margin)
