"""Terms of one instalment by a bank's quote. No ORM.

Source: seed 004 and its worked examples; rates are fractions of the convention's period, amounts
Decimals in BRL.
"""

from dataclasses import dataclass
from decimal import Decimal

from .interest import accumulation
from .rounding import to_cents

# Ways in which the bank lends the tax with the principal.
FINANCED = ("financed", "grossed_up")


@dataclass(frozen=True)
class Conditions:
    """A bank's conditions; `vendor.financing.agreement` has the values of each."""

    convention: str = "compound"
    rounding: str = "half_up"
    iof_borne_by: str = "customer"
    equalization: str = "closing"


def price(
    principal: Decimal,
    tax: Decimal,
    rates: tuple[Decimal, Decimal],
    days: int,
    conditions: Conditions,
) -> dict[str, Decimal]:
    """Return the terms of an instalment.

    Where the customer's rate is above the bank's, the bank's charge is its rate on the principal
    and the company earns the rest. Below, the company bears the difference: at closing the bank
    credits the present value only, at maturity it debits the difference.

    :param principal: its part of the title, in BRL
    :param tax: its IOF, in BRL
    :param rates: the bank's and the customer's rate
    :param days: as the convention counts them
    :return: {interest (the company's), bank_charge, iof, equalization (paid at maturity),
        customer_total}, Decimals in BRL
    """
    borrowed = principal + (tax if conditions.iof_borne_by in FINANCED else 0)
    of_bank, of_customer = (accumulation(rate, days, conditions.convention) for rate in rates)
    at_bank = to_cents(borrowed * of_bank, conditions.rounding)
    paid = to_cents(borrowed * of_customer, conditions.rounding)
    interest, charge, equalization = paid - at_bank, at_bank - borrowed, Decimal(0)
    if interest < 0 and conditions.equalization == "maturity":
        interest, equalization = Decimal(0), -interest
    elif interest < 0:
        credited = to_cents(paid / of_bank, conditions.rounding)
        interest, charge = credited - borrowed, paid - credited
    return {
        "interest": interest,
        "bank_charge": max(charge, Decimal(0)),
        "iof": tax,
        "equalization": equalization,
        "customer_total": paid + (tax if conditions.iof_borne_by == "customer" else 0),
    }


def parse_plan(text: str | None) -> list[int]:
    """Return the days of a plan: 30/60/90 is three instalments.

    :raise ValueError: if the text is no list of days from 1 to 3650
    """
    days = [part.strip() for part in (text or "").replace(";", "/").split("/")]
    if not all(part.isdecimal() and 0 < int(part) <= 3650 for part in days):
        raise ValueError("a plan is a list of days")
    return [int(part) for part in days]
