"""Supplier's statement (conciliação). Form: see `wire`."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from .errors import MalformedAnswer
from .wire import LONGEST_BODY, Reader

# The most that the API returns: entries a page, and days a query.
PAGE_SIZE = 500
LONGEST_PERIOD = 90
DIRECTIONS = {"CREDITO": "credit", "DEBITO": "debit"}


@dataclass(frozen=True)
class StatementEntry:
    """One line of the statement. Amounts are BRL as Supplier writes them, without the sign.

    :param direction: a credit is paid to the company, a debit is held back
    :param future: announced for its date; the same id comes again once it is effective
    :param confirmed: whether Supplier knows that it was received; None where it does not say
    """

    external_id: str
    transaction_code: str
    post_sale_code: str
    number: int
    event_code: str
    direction: str
    future: bool
    date: date
    principal: Decimal
    fee: Decimal
    taxes: Decimal
    value: Decimal
    confirmed: bool | None = None

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the entry in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        return cls(
            external_id=reader.text("lancamentoId", required=True),
            transaction_code=reader.text("codigoTransacao"),
            post_sale_code=reader.text("codigoSolicitacao"),
            number=_number(reader),
            event_code=reader.text("tipoEvento", required=True),
            direction=reader.state("tipoLancamento", DIRECTIONS),
            future=reader.flag("lancamentoFuturo"),
            date=reader.date("dataLancamento", required=True),
            principal=reader.signed_amount("valorPrincipal", required=True),
            fee=reader.signed_amount("valorTaxa", required=True),
            taxes=reader.signed_amount("valorImpostos", required=True),
            value=reader.signed_amount("valorLancamento", required=True),
            confirmed=reader.flag("confirmado") if "confirmado" in body else None,
        )


@dataclass(frozen=True)
class Unread:
    """An entry that breaks the contract; the others of its page are not stopped by it.

    :param code: Supplier's id of it, or the digest of what came
    :param problem: what is wrong with it
    """

    code: str
    problem: str
    body: Any


@dataclass(frozen=True)
class StatementPage:
    """Up to `PAGE_SIZE` entries, those that cannot be read, and whether more follow."""

    entries: tuple[StatementEntry, ...]
    unread: tuple[Unread, ...]
    has_more: bool

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the page in this JSON.

        :raise MalformedAnswer: when it is no page; an entry that cannot be read is none of that
        """
        reader = Reader(body)
        if not isinstance(body.get("itens"), list):
            raise MalformedAnswer("the statement has no list of entries", str(body)[:LONGEST_BODY])
        entries, unread = [], []
        for item in body["itens"]:
            try:
                entries.append(StatementEntry.from_wire(item))
            except MalformedAnswer as error:
                unread.append(Unread(_name(item), str(error), item))
        has_more = reader.flag("temMais")
        if has_more and not body["itens"]:
            raise MalformedAnswer(
                "an empty page says that there are more", str(body)[:LONGEST_BODY]
            )
        return cls(entries=tuple(entries), unread=tuple(unread), has_more=has_more)


def _name(item: Any) -> str:
    """Return what names an entry that cannot be read: its id if that can be, else a digest."""
    try:
        return Reader(item).text("lancamentoId", required=True)
    except MalformedAnswer:
        return hashlib.sha256(repr(item).encode("utf-8", "replace")).hexdigest()[:16]


def _number(reader: Reader) -> int:
    return 0 if reader.body.get("numeroParcela") is None else reader.number("numeroParcela")
