"""IOF, the tax on credit, of each instalment. No ORM.

Source: Dec. 6.306/2007, art. 7 and 8, with the rates of the day of the contract.
"""

from collections.abc import Sequence
from decimal import Decimal

from .rounding import prorate, to_cents

# Days after which the daily rate stops growing (art. 7, § 1).
DAY_CAP = 365
# Principal in BRL, and days until it is due.
Installment = tuple[Decimal, int]


def iof_by_installment(
    installments: Sequence[Installment],
    daily: Decimal,
    additional: Decimal,
    cap: int = DAY_CAP,
    rounding: str = "half_up",
    is_grossed_up: bool = False,
) -> list[Decimal]:
    """Return the tax of each instalment of a credit.

    `Σ principal_j · daily · min(d_j, cap) + Σ principal_j · additional`, rounded once; the parts
    sum up to that exactly.

    :param daily: a day, as a fraction: 0.000082 is 0.0082 %
    :param additional: once, as a fraction: 0.0038 is 0.38 %
    :param cap: days that count at most
    :param is_grossed_up: the tax is lent, too, and taxed itself
    :return: BRL of each part

    Grossed up, the tax is lent too and taxed itself: of a principal P the bank lends `P / (1 - k)`
    and `k · P / (1 - k)` of that is tax, where k is the tax on 1.00 BRL.

    :raise ValueError: for negative days, or a tax of 100 % and more that would be grossed up
    """
    taxes = [_taxed(*part, daily, additional, cap) for part in installments]
    if is_grossed_up:
        taxes = [
            _gross_up(principal, tax)
            for (principal, _days), tax in zip(installments, taxes, strict=True)
        ]
    return prorate(to_cents(sum(taxes, Decimal(0)), rounding), taxes)


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


def _gross_up(principal: Decimal, tax: Decimal) -> Decimal:
    if tax >= principal > 0:
        raise ValueError("a tax of the whole principal cannot be lent with it")
    return tax * principal / (principal - tax) if tax else tax


def _taxed(principal: Decimal, days: int, daily: Decimal, additional: Decimal, cap: int) -> Decimal:
    if days < 0:
        raise ValueError("days cannot be negative")
    return principal * (daily * min(days, cap) + additional)
