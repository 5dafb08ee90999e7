"""Supplier's statement of the sales that `settlement_script` created, in the sandbox's format.

Imports nothing of Odoo, so that test drivers and scripts inside Odoo can both use it.
"""

import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# A sale's instalments; the sandbox's numbers have three digits.
PER_SALE = 500
FEE_SHARE = Decimal("0.025")
TOLERANCE = Decimal("0.05")
# What an entry within the tolerance pays less than the calendar says.
SHORT = Decimal("0.03")
OTHER_FEE = Decimal("1.50")
# Of a hundred entries so many are of each kind.
SHARES = {
    "exact": 82,
    "tolerated": 6,
    "fee": 2,
    # An event that no table knows.
    "unknown_event": 2,
    # The same number again with the same values.
    "repeated": 2,
    # Another number for an instalment that is settled already.
    "second": 1,
    "unknown_sale": 2,
    "future": 3,
}


def _spread(shares):
    kinds = [kind for kind, share in shares.items() for _number in range(share)]
    # The first one is exact: others repeat it.
    rest = kinds[1:]
    random.Random(1).shuffle(rest)
    return [kinds[0], *rest]


KINDS = _spread(SHARES)
# What becomes of entries; each is a list of numbers of `Statement`.
FATES = ("settled", "booked", "undecided", "future")


def get_amounts(number):
    """Return what the customer owes in an instalment and what Supplier keeps of it, BRL."""
    amount = (Decimal(1000 + number * 37) / 100).quantize(CENT)
    return amount, (amount * FEE_SHARE).quantize(CENT, ROUND_HALF_UP)


def list_instalments(codes):
    """Yield (transaction code, number) of sales, in order."""
    for code in codes:
        for number in range(1, PER_SALE + 1):
            yield code, number


@dataclass
class Statement:
    """A statement, and what the books say once it is posted.

    :param entries: as `POST /_sandbox/settlement` takes them
    :param settled: numbers of the entries that settle an open item
    :param booked: numbers of those that are booked without one
    :param undecided: numbers of those that wait for a person
    :param future: numbers of those that are announced
    :param bank: what Supplier pays without those, BRL
    :param written_off: what goes to the account of differences, BRL
    :param fees: what goes to the account of fees, BRL
    """

    entries: list = field(default_factory=list)
    settled: list = field(default_factory=list)
    booked: list = field(default_factory=list)
    undecided: list = field(default_factory=list)
    future: list = field(default_factory=list)
    bank: Decimal = Decimal(0)
    written_off: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    @property
    def numbers(self):
        """All of Supplier's numbers, each once."""
        return [number for fate in FATES for number in getattr(self, fate)]


def tell(prefix, instalments, count, day, later):
    """Return a Statement of so many entries, of every kind in its share.

    :param prefix: of Supplier's numbers, unique to the statement
    :param instalments: iterator of `list_instalments`; as many are taken as are settled
    :param day: of the effective entries, ISO
    :param later: of the future ones, ISO
    """
    statement = Statement()
    for place in range(count):
        kind = KINDS[place % len(KINDS)]
        _TELLERS[kind](statement, f"{prefix}-{place:05}", instalments, day, later)
    return statement


def _credit(number, code, instalment, day, principal, fee):
    return {
        "lancamentoId": number,
        "tipoEvento": "IMPL",
        "tipoLancamento": "CREDITO",
        "dataLancamento": day,
        "valorPrincipal": str(principal),
        "valorTaxa": str(fee),
        "codigoTransacao": code,
        "numeroParcela": instalment,
    }


def _tell_settling(statement, number, instalments, day, short):
    code, instalment = next(instalments)
    amount, fee = get_amounts(instalment)
    statement.entries.append(_credit(number, code, instalment, day, amount - short, fee))
    statement.settled.append(number)
    statement.bank += amount - short - fee
    statement.written_off += short


def _tell_exact(statement, number, instalments, day, _later):
    _tell_settling(statement, number, instalments, day, Decimal("0.00"))


def _tell_tolerated(statement, number, instalments, day, _later):
    _tell_settling(statement, number, instalments, day, SHORT)


def _tell_fee(statement, number, _instalments, day, _later):
    statement.entries.append(
        {
            "lancamentoId": number,
            "tipoEvento": "RPASSC",
            "tipoLancamento": "DEBITO",
            "dataLancamento": day,
            "valorTaxa": str(OTHER_FEE),
            "valorLancamento": str(OTHER_FEE),
        }
    )
    statement.booked.append(number)
    statement.bank -= OTHER_FEE
    statement.fees += OTHER_FEE


def _tell_unknown_event(statement, number, _instalments, day, _later):
    entry = _credit(number, "TR-NONE", 1, day, Decimal("7.77"), Decimal("0.00"))
    statement.entries.append({**entry, "tipoEvento": "NOVO"})
    statement.undecided.append(number)


def _tell_repeated(statement, _number, _instalments, _day, _later):
    statement.entries.append(dict(_find_settling(statement)))


def _tell_second(statement, number, _instalments, _day, _later):
    statement.entries.append({**_find_settling(statement), "lancamentoId": number})
    statement.undecided.append(number)


def _find_settling(statement):
    last = statement.settled[-1]
    return next(entry for entry in reversed(statement.entries) if entry["lancamentoId"] == last)


def _tell_unknown_sale(statement, number, _instalments, day, _later):
    entry = _credit(number, "TR-NONE", 1, day, Decimal("9999.99"), Decimal("0.01"))
    statement.entries.append(entry)
    statement.undecided.append(number)


def _tell_future(statement, number, instalments, _day, later):
    code, instalment = next(instalments)
    statement.entries.append(_credit(number, code, instalment, later, *get_amounts(instalment)))
    statement.future.append(number)


_TELLERS = {
    "exact": _tell_exact,
    "tolerated": _tell_tolerated,
    "fee": _tell_fee,
    "unknown_event": _tell_unknown_event,
    "repeated": _tell_repeated,
    "second": _tell_second,
    "unknown_sale": _tell_unknown_sale,
    "future": _tell_future,
}
