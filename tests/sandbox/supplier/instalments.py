"""Instalments and the calendar of their transfers."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from .books import ZERO, text

CENT = Decimal("0.01")
DEFAULT_TERM = timedelta(days=30)
MAXIMUM = 60


def read(reader, *, required=True):
    """The list under `parcelas` as dicts {number, due, amount}; [] when absent and optional."""
    result = []
    numbers = set()
    for child in reader.children(
        "parcelas", minimum=int(required), maximum=MAXIMUM, required=required
    ):
        number = child.integer("numeroParcela", 1, 999)
        if number in numbers:
            child.note("numeroParcela", "Número de parcela repetido.")
        numbers.add(number)
        result.append(
            {
                "number": number,
                "due": child.date("dataVencimento"),
                "amount": child.money("valorParcela"),
            }
        )
        child.close()
    return result


def check_sum(reader, instalments, total, name):
    """Note a difference between the instalments and the `total` that stands under `name`."""
    amounts = [item["amount"] for item in instalments]
    if not amounts or total is None or None in amounts:
        return
    found = sum(amounts, ZERO)
    if found != total:
        reader.note("parcelas", f"Somam {text(found)}, mas {name} é {text(total)}.")


def as_json(instalments):
    """The instalments as they travel."""
    return [
        {
            "numeroParcela": item["number"],
            "dataVencimento": item["due"].isoformat(),
            "valorParcela": text(item["amount"]),
        }
        for item in instalments
    ]


def calendar(instalments, total, issued, client):
    """Return the transfers of a sale: one repasse per instalment.

    Of each instalment valorRepasse + valorTaxa = valorParcela; together they are `total`. Without
    instalments the whole falls due 30 days after `issued`.
    """
    if not instalments:
        instalments = [{"number": 1, "due": issued + DEFAULT_TERM, "amount": total}]
    plan = client.settings["repasse"]
    result = []
    for item, wire in zip(instalments, as_json(instalments), strict=True):
        base = issued if plan["plano"] == "ANTECIPADO" else item["due"]
        fee = (item["amount"] * client.fee_percent / 100).quantize(CENT, ROUND_HALF_UP)
        result.append(
            {
                **wire,
                "dataRepasse": (base + timedelta(days=plan["dias"])).isoformat(),
                "valorRepasse": text(item["amount"] - fee),
                "valorTaxa": text(fee),
            }
        )
    return result
