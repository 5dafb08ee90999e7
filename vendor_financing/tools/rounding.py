"""Amounts in BRL on Decimal: rounding to cents, and sharing a total out without losing one."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def exact(value: Decimal | float) -> Decimal:
    """Return a number as the Decimal that its shortest text names, not as its binary fraction."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def to_cents(value: Decimal, rounding: str = "half_up") -> Decimal:
    """Round to cents.

    :param value: BRL
    :param rounding: half_up (usual in Brazil) or half_even
    """
    return value.quantize(CENT, ROUNDINGS[rounding])


def prorate(total: Decimal, weights: Iterable[Decimal]) -> list[Decimal]:
    """Share a total out in proportion to weights; the parts sum up to it exactly.

    Each part is rounded down to cents, and the cents left go one by one to the largest remainders,
    on a tie to the first.

    :param total: BRL, whole cents; may be negative
    :param weights: not negative, in the order of the parts
    :return: BRL of each part
    :raise ValueError: without a positive weight, if there is something to share
    """
    weights = list(weights)
    whole = sum(weights, Decimal(0))
    if not total:
        return [Decimal("0.00")] * len(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("there is no weight to share the total by")
    cents = int((abs(total) / CENT).to_integral_value())
    shares = [cents * weight / whole for weight in weights]
    parts = [int(share) for share in shares]
    by_remainder = sorted(range(len(weights)), key=lambda place: parts[place] - shares[place])
    for place in by_remainder[: cents - sum(parts)]:
        parts[place] += 1
    sign = -1 if total < 0 else 1
    return [sign * part * CENT for part in parts]
