"""IOF on credit: what the law takes of each instalment. No ORM.

Source: Dec. 6.306/2007, art. 7 and 8, with the rates of the day of the contract.
"""

from decimal import Decimal

from .rounding import prorate, to_cents

# Days after which the daily rate stops growing (art. 7, § 1).
DAY_CAP = 365


def iof(installments, daily, additional, cap=DAY_CAP, rounding="half_up"):
    """Return the tax of a credit that is paid back in instalments.

    `Σ principal_j · daily · min(d_j, cap) + Σ principal_j · additional`, rounded once.

    :param installments: pairs of principal (Decimal, BRL) and days until it is due
    :param daily: Decimal, a day as a fraction: 0.000082 is 0.0082 %
    :param additional: Decimal, once as a fraction: 0.0038 is 0.38 %
    :param cap: days that count at most
    :return: Decimal in BRL
    :raise ValueError: of negative days
    """
    return to_cents(
        sum((_taxed(*part, daily, additional, cap) for part in installments), Decimal(0)), rounding
    )


def iof_by_installment(installments, daily, additional, cap=DAY_CAP, rounding="half_up"):
    """Return the tax of each instalment; the parts sum up to `iof` exactly."""
    installments = list(installments)
    total = iof(installments, daily, additional, cap, rounding)
    return prorate(total, [_taxed(*part, daily, additional, cap) for part in installments])


def complementary_iof(principal, days, new_days, daily, cap=DAY_CAP, rounding="half_up"):
    """Return the tax of giving an open principal more time, at the rate of the first contract.

    Only the days count that the first tax left out; the additional rate is not due again where no
    new money is lent (Dec. 6.306/2007, art. 7, §§ 7 and 17).

    :param principal: Decimal in BRL, still open
    :param days: from the credit to the due date that was taxed
    :param new_days: from the credit to the later due date
    :return: Decimal in BRL
    :raise ValueError: if the new due date is no later one, or days are negative
    """
    if new_days < days or days < 0:
        raise ValueError("an extension needs more days")
    return to_cents(principal * daily * (min(new_days, cap) - min(days, cap)), rounding)


def _taxed(principal, days, daily, additional, cap):
    if days < 0:
        raise ValueError("days cannot be negative")
    return principal * (daily * min(days, cap) + additional)
