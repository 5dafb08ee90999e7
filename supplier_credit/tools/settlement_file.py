"""Reads a statement that came as a file: a table whose columns are named as the API's fields."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from .api.settlement import DIRECTIONS, StatementEntry
from .api.wire import CENT
from .table_file import UnreadableTable, read_table

REQUIRED = ("lancamentoId", "tipoEvento", "tipoLancamento", "dataLancamento", "valorLancamento")
AMOUNTS = ("valorPrincipal", "valorTaxa", "valorImpostos", "valorLancamento")
KNOWN = (
    *REQUIRED,
    *AMOUNTS[:3],
    "codigoTransacao",
    "codigoSolicitacao",
    "numeroParcela",
    "lancamentoFuturo",
    "confirmado",
)
FLAGS = {"": None, "true": True, "false": False, "1": True, "0": False, "s": True, "n": False}
FLAGS |= {"sim": True, "nao": False, "não": False}
# 1.234 can mean two things, so thousands are read only before a decimal part.
PLAIN = re.compile(r"-?\d{1,13}([.,]\d{1,2})?")
GROUPED = re.compile(r"-?\d{1,3}(?:(\.\d{3})+,\d{1,2}|(,\d{3})+\.\d{1,2})")


# Number of the row, its id, the field, and what stands there. An empty field means that the id
# occurs before with other values.
Problem = tuple[int, str, str, str]


class FileProblem(Exception):
    """The file as a whole cannot be read.

    :param kind: unreadable, empty or columns
    :param names: the columns that are missing
    """

    def __init__(self, kind: str, names: list[str] | tuple[str, ...] = ()) -> None:
        super().__init__(kind)
        self.kind = kind
        self.names = names


class _Unreadable(Exception):
    """A field of one row; args are the field's name and what stands there."""


def read_statement(content: bytes, today: date) -> tuple[list[StatementEntry], list[Problem]]:
    """Read a statement's file.

    :param content: as `read_table` reads it; decimals by , or .
    :param today: an entry of a later day that does not say otherwise is a future one
    :return: the entries, and a Problem for each row that cannot be read
    :raise FileProblem: when there are no rows to speak of
    """
    try:
        table = read_table(content)
    except UnreadableTable as error:
        raise FileProblem("unreadable") from error
    if missing := [name for name in REQUIRED if name not in table.columns]:
        raise FileProblem("columns", missing)
    entries: dict[str, StatementEntry] = {}
    problems: list[Problem] = []
    for row in table.rows:
        found = {name: row.values.get(name, "") for name in KNOWN}
        if not any(found.values()):
            continue
        try:
            entry = _read(found, today, is_whole=row.is_whole)
        except _Unreadable as error:
            problems.append((row.number, found["lancamentoId"], *error.args))
            continue
        if entries.setdefault(entry.external_id, entry) != entry:
            problems.append((row.number, entry.external_id, "", ""))
    if not entries and not problems:
        raise FileProblem("empty")
    return list(entries.values()), problems


def _read(row: dict[str, str], today: date, *, is_whole: bool) -> StatementEntry:
    if not is_whole:
        raise _Unreadable("-", "; ".join(value for value in row.values() if value)[:80])
    for name in ("lancamentoId", "tipoEvento"):
        if not row[name].isprintable() or not row[name]:
            raise _Unreadable(name, row[name])
    if row["tipoLancamento"].upper() not in DIRECTIONS:
        raise _Unreadable("tipoLancamento", row["tipoLancamento"])
    day = _read_date(row["dataLancamento"])
    future = _read_flag(row, "lancamentoFuturo")
    amounts = {name: _read_amount(row, name) for name in AMOUNTS}
    if not row["valorPrincipal"] and not row["valorTaxa"] and not row["valorImpostos"]:
        # A file with the value alone: nothing was held back.
        amounts["valorPrincipal"] = amounts["valorLancamento"]
    return StatementEntry(
        external_id=row["lancamentoId"],
        transaction_code=row["codigoTransacao"],
        post_sale_code=row["codigoSolicitacao"],
        number=_read_number(row),
        event_code=row["tipoEvento"],
        direction=DIRECTIONS[row["tipoLancamento"].upper()],
        future=day > today if future is None else future,
        date=day,
        principal=amounts["valorPrincipal"],
        fee=amounts["valorTaxa"],
        taxes=amounts["valorImpostos"],
        value=amounts["valorLancamento"],
    )


def _read_date(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    raise _Unreadable("dataLancamento", text)


def _read_flag(row: dict[str, str], name: str) -> bool | None:
    value = row[name].lower()
    if value not in FLAGS:
        raise _Unreadable(name, row[name])
    return FLAGS[value]


def _read_number(row: dict[str, str]) -> int:
    text = row["numeroParcela"]
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _Unreadable("numeroParcela", text)
    return int(text or 0)


def _read_amount(row: dict[str, str], name: str) -> Decimal:
    text = row[name]
    if not text:
        if name in REQUIRED:
            raise _Unreadable(name, text)
        return Decimal("0.00")
    if GROUPED.fullmatch(text):
        whole, cents = re.fullmatch(r"(.*)[.,](\d+)", text).groups()
        text = f"{re.sub('[.,]', '', whole)}.{cents}"
    elif not PLAIN.fullmatch(text):
        raise _Unreadable(name, text)
    return Decimal(text.replace(",", ".")).quantize(CENT)
