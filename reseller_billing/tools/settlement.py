"""What a payment consists of. No ORM; amounts are Decimals in BRL."""

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


def split_payment(amount, paid, net, surcharge, fine_rate, discount_rate):
    """Tell apart what a payer paid.

    :param amount: the charge's own
    :param paid: what was paid, fine and interest included
    :param net: what remains after the provider's fee; None where it is not known yet
    :param surcharge: fine and interest together
    :param fine_rate: agreed, in % of the amount; the rest of the surcharge is interest
    :param discount_rate: agreed, in %; what is missing beyond it was not paid
    :return: Split; `missing` is negative where more was paid than owed
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


def split_refund(amount, paid, before, back):
    """Tell apart what went back to the payer between two moments.

    The amount of the charge goes back first, then what was paid on top; with the last cent all of
    the charge is credited, so that a discount goes back too.

    :param amount: what the payment settled of the fatura
    :param paid: what was paid
    :param before: what had gone back already
    :param back: what has gone back now, in all
    :return: (what is credited on the fatura, how much of the money is on top of it; negative is
        the discount)
    """
    credited = _credited(amount, paid, back) - _credited(amount, paid, before)
    return credited, back - before - credited


def _credited(amount, paid, back):
    return amount if back >= paid else min(back, amount)


def _share(amount, rate):
    return (amount * rate / 100).quantize(CENT, ROUND_HALF_UP)
