"""What Supplier has already of a request that is about to be sent. No ORM.

A database that was restored from a backup knows nothing of what was sent after it. So Supplier is
asked by the order's number, the NF-e's key or the transaction's code before anything is created.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from .post_sale import POST_SALE_STATES
from .preauthorization import PREAUTHORIZATION_STATES
from .transaction import TRANSACTION_STATES
from .wire import Reader, money


@dataclass(frozen=True)
class Found:
    """A record at Supplier that is what a request asks for; the request was not sent.

    :param body: the record's JSON, as the answer to the request would be
    """

    body: Any


# For each operation the field with the record's code, the states in which the record stands for
# the request, and the fields that it must have in common with the request.
_LIVE = {
    "preauthorization_create": (
        "codigoPreAutorizacao",
        {"in_analysis", "active", "partially_used"},
        PREAUTHORIZATION_STATES,
        ("numeroPedido", "cnpjCpf"),
    ),
    "transaction_create": (
        "codigoTransacao",
        {"in_analysis", "approved"},
        TRANSACTION_STATES,
        (),
    ),
    "post_sale_create": (
        "codigoSolicitacao",
        {"in_analysis", "in_progress", "approved", "partially_approved"},
        POST_SALE_STATES,
        ("codigoTransacao", "tipo", "valor"),
    ),
}


def choose(operation: str, request: Any, items: Iterable[Any], known: Collection[str]) -> Any:
    """Return the first of Supplier's records that is what the request asks for; None without.

    :param operation: one that creates, see `_LIVE`
    :param request: the body that would be sent
    :param items: the records with the same reference, as JSON
    :param known: codes of records that are known here already
    :raise MalformedAnswer: if a record breaks the contract
    """
    name, live, states, common = _LIVE[operation]
    for item in items:
        reader = Reader(item)
        code = reader.text(name, required=True)
        is_live = reader.state("situacao", states) in live
        if is_live and code not in known and _has_same(reader, request, common):
            return item
    return None


def _has_same(reader: Reader, request: Any, names: Iterable[str]) -> bool:
    return all(
        money(reader.amount(name, required=True)) == request[name]
        if name == "valor"
        else reader.text(name, required=True) == request[name]
        for name in names
    )
