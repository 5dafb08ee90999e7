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


def _taxed(principal, days, daily, additional, cap):
    if days < 0:
        raise ValueError("days cannot be negative")
    return principal * (daily * min(days, cap) + additional)
