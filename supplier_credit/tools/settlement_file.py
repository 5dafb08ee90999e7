"""Reads a statement that came as a file: a table whose columns are named as the API's fields."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from .api.settlement import DIRECTIONS, StatementEntry
from .api.wire import BOUNDS, CENT, LONGEST_AMOUNT
from .table import UnreadableTable, is_spreadsheet, read_table

REQUIRED = ("lancamentoId", "tipoEvento", "tipoLancamento", "dataLancamento", "valorLancamento")
AMOUNTS = ("valorPrincipal", "valorTaxa", "valorImpostos", "valorLancamento")
MOST_ROWS = 200_000
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
        rows = read_table(content, MOST_ROWS)
    except UnreadableTable as error:
        raise FileProblem("unreadable") from error
    columns = [name.strip() for name in rows[0][1]] if rows else []
    if missing := [name for name in REQUIRED if name not in columns]:
        raise FileProblem("columns", missing)
    entries: dict[str, StatementEntry] = {}
    problems: list[Problem] = []
    for number, cells in rows[1:]:
        texts = [cell.strip() for cell in cells]
        is_whole = _is_whole(texts, columns, is_padded=is_spreadsheet(content))
        values = dict(zip(columns, texts, strict=False))
        found = {name: values.get(name, "") for name in KNOWN}
        if not any(found.values()):
            continue
        try:
            entry = _read(found, today, is_whole=is_whole)
        except _Unreadable as error:
            problems.append((number, found["lancamentoId"], *error.args))
            continue
        if entries.setdefault(entry.external_id, entry) != entry:
            problems.append((number, entry.external_id, "", ""))
    if not entries and not problems:
        raise FileProblem("empty")
    return list(entries.values()), problems


def _is_whole(texts: list[str], columns: list[str], *, is_padded: bool) -> bool:
    """Return whether a row has as many cells as there are columns.

    :param is_padded: whether rows end with their last value, as in spreadsheets
    """
    if is_padded:
        return not any(texts[len(columns) :])
    return len(texts) == len(columns)


def _read(row: dict[str, str], today: date, *, is_whole: bool) -> StatementEntry:
    if not is_whole:
        raise _Unreadable("-", "; ".join(value for value in row.values() if value)[:80])
    for name in ("lancamentoId", "tipoEvento"):
        if not row[name].isprintable() or not row[name]:
            raise _Unreadable(name, row[name])
    if row["tipoLancamento"].upper() not in DIRECTIONS:
        raise _Unreadable("tipoLancamento", row["tipoLancamento"])
    day = _read_date(row["dataLancamento"], today)
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


def _read_date(text: str, today: date) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
        if abs(day - today) <= timedelta(days=BOUNDS["dataLancamento"]):
            return day
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
    if len(text) > LONGEST_AMOUNT:
        raise _Unreadable(name, text)
    amount = Decimal(text.replace(",", ".")).quantize(CENT)
    if abs(amount) > BOUNDS[name]:
        raise _Unreadable(name, text)
    return amount
