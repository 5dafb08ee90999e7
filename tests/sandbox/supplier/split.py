"""How much of an approved post-sale Supplier takes back, and how much the company returns itself.

Supplier takes back what it has not yet passed on, beginning with the last instalments; the customer
then owes it that much less. What was passed on, the company returns directly to the customer.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .books import ZERO, text
from .instalments import CENT

# Who returns the amount: as described above, or on purpose all by one of them.
BY_CALENDAR, BY_SUPPLIER, DIRECT = "calendar", "supplier", "direct"


@dataclass(frozen=True)
class Split:
    """`supplier` + `customer` are the approved amount, `debits` (as they travel) the first of them.

    Of each debit `valorTaxa` is the fee that Supplier keeps, `valorTaxaEstornada` the one it gives
    back: together the fee of that part of the instalment.
    """

    supplier: Decimal
    customer: Decimal
    debits: list


def split(calendar, taken, amount, today, *, share, keeps_fee):
    """Split `amount` over a transaction's calendar.

    `taken` is what earlier post-sales have debited, by number of instalment; `share` is one of the
    constants above. A debit is dated on the instalment's repasse, but never before tomorrow.
    """
    debits = []
    rest = ZERO if share == DIRECT else amount
    for line in sorted(calendar, key=_order, reverse=True):
        if share == BY_CALENDAR and date.fromisoformat(line["dataRepasse"]) <= today:
            continue
        before = taken.get(line["numeroParcela"], ZERO)
        value = min(rest, Decimal(line["valorParcela"]) - before)
        if value:
            debits.append(_debit(line, before, value, today, keeps_fee))
            rest -= value
    debits.sort(key=lambda debit: debit["numeroParcela"])
    supplier = sum((Decimal(debit["valor"]) for debit in debits), ZERO)
    return Split(supplier, amount - supplier, debits)


def _order(line):
    return line["dataRepasse"], line["numeroParcela"]


def _debit(line, before, value, today, keeps_fee):
    # By difference of what is rounded, so that the parts of an instalment share its whole fee.
    fee = _fee_of(line, before + value) - _fee_of(line, before)
    return {
        "numeroParcela": line["numeroParcela"],
        "dataDebito": max(line["dataRepasse"], (today + timedelta(days=1)).isoformat()),
        "valor": text(value),
        "valorTaxa": text(fee if keeps_fee else ZERO),
        "valorTaxaEstornada": text(ZERO if keeps_fee else fee),
    }


def _fee_of(line, value):
    fee = Decimal(line["valorTaxa"]) * value / Decimal(line["valorParcela"])
    return fee.quantize(CENT, ROUND_HALF_UP)
