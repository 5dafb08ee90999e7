"""The parts of a payment and of a refund. No ORM; amounts are in BRL."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Split:
    """`paid = amount - missing - discount + interest + fine + excess`; `net = paid - fee`."""

    fee: Decimal
    interest: Decimal
    fine: Decimal
    discount: Decimal
    missing: Decimal


def split_payment(
    amount: Decimal,
    paid: Decimal,
    net: Decimal | None,
    surcharge: Decimal,
    fine_rate: Decimal,
    discount_rate: Decimal,
) -> Split:
    """Split a payment into the charge's amount, fee, fine, interest and discount.

    :param amount: the charge's own
    :param paid: fine and interest included
    :param net: without the provider's fee; None if it is not known yet
    :param surcharge: fine and interest together
    :param fine_rate: agreed, in % of the amount; the rest of the surcharge is interest
    :param discount_rate: agreed, in %; a larger difference was not paid
    :return: `missing` is negative if more was paid than owed
    """
    fine = min(surcharge, _share(amount, fine_rate))
    missing = amount - (paid - surcharge)
    # A cent may differ by the way the provider rounds.
    agreed = _share(amount, discount_rate)
    discount = missing if ZERO < missing <= agreed + CENT and agreed else ZERO
    return Split(
        fee=paid - net if net is not None else ZERO,
        interest=surcharge - fine,
        fine=fine,
        discount=discount,
        missing=missing - discount,
    )


def split_refund(
    amount: Decimal, paid: Decimal, before: Decimal, back: Decimal
) -> tuple[Decimal, Decimal]:
    """Split the money that went back to the payer between two moments.

    The amount of the charge is refunded first, then fine and interest; with the last cent all of
    the charge is credited, its discount too.

    :param amount: of the fatura that the payment settled
    :param paid: fine and interest included
    :param before: refunded before
    :param back: refunded now, in all
    :return: (credited on the fatura, refunded fine and interest; negative is the discount)
    """
    credited = _credited(amount, paid, back) - _credited(amount, paid, before)
    return credited, back - before - credited


def _credited(amount: Decimal, paid: Decimal, back: Decimal) -> Decimal:
    return amount if back >= paid else min(back, amount)


def _share(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate / 100).quantize(CENT, ROUND_HALF_UP)
