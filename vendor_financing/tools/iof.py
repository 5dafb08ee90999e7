"""IOF, the tax on credit, of each instalment. No ORM.

Source: Dec. 6.306/2007, art. 7 and 8, with the rates of the day of the contract.
"""

from collections.abc import Iterable
from decimal import Decimal

from .rounding import prorate, to_cents

# Days after which the daily rate stops growing (art. 7, § 1).
DAY_CAP = 365
# Principal in BRL, and days until it is due.
Installment = tuple[Decimal, int]


def iof(
    installments: Iterable[Installment],
    daily: Decimal,
    additional: Decimal,
    cap: int = DAY_CAP,
    rounding: str = "half_up",
) -> Decimal:
    """Return the tax of a credit that is paid back in instalments.

    `Σ principal_j · daily · min(d_j, cap) + Σ principal_j · additional`, rounded once.

    :param daily: a day, as a fraction: 0.000082 is 0.0082 %
    :param additional: once, as a fraction: 0.0038 is 0.38 %
    :param cap: days that count at most
    :return: BRL
    :raise ValueError: for negative days
    """
    return to_cents(
        sum((_taxed(*part, daily, additional, cap) for part in installments), Decimal(0)), rounding
    )


def iof_by_installment(
    installments: Iterable[Installment],
    daily: Decimal,
    additional: Decimal,
    cap: int = DAY_CAP,
    rounding: str = "half_up",
) -> list[Decimal]:
    """Return the tax of each instalment; the parts sum up to `iof` exactly."""
    installments = list(installments)
    total = iof(installments, daily, additional, cap, rounding)
    return prorate(total, [_taxed(*part, daily, additional, cap) for part in installments])


def complementary_iof(
    principal: Decimal,
    days: int,
    new_days: int,
    daily: Decimal,
    cap: int = DAY_CAP,
    rounding: str = "half_up",
) -> Decimal:
    """Return the tax on a later due date of an open principal, at the rate of the first contract.

    Only the added days count; the additional rate is not due again where no new money is lent
    (Dec. 6.306/2007, art. 7, §§ 7 and 17).

    :param principal: BRL, still open
    :param days: from the credit to the due date that was taxed
    :param new_days: from the credit to the later due date
    :return: BRL
    :raise ValueError: if the new due date is no later one, or days are negative
    """
    if new_days < days or days < 0:
        raise ValueError("an extension needs more days")
    return to_cents(principal * daily * (min(new_days, cap) - min(days, cap)), rounding)


def _taxed(principal: Decimal, days: int, daily: Decimal, additional: Decimal, cap: int) -> Decimal:
    if days < 0:
        raise ValueError("days cannot be negative")
    return principal * (daily * min(days, cap) + additional)
