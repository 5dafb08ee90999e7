"""Reads a bank's report of payments and debits, whose columns the agreement names. No ORM."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .rounding import CENT
from .table import UnreadableTable, read_table

# 1.234 is ambiguous, so thousands are separated only where decimals follow.
PLAIN = re.compile(r"-?\d{1,13}([.,]\d{1,2})?")
GROUPED = re.compile(r"-?\d{1,3}(?:(\.\d{3})+,\d{1,2}|(,\d{3})+\.\d{1,2})")
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y")
# More are no report of some days.
MOST_ROWS = 50_000
COLUMNS = (
    "key",
    "bank_number",
    "document",
    "installment",
    "date",
    "amount",
    "charges",
    "kind",
)
REQUIRED = ("document", "date", "amount")


class ReportProblem(Exception):
    """The file as a whole cannot be read.

    :param kind: encoding, empty, rows or columns
    :param names: the columns that are missing
    """

    def __init__(self, kind: str, names: Sequence[str] = ()) -> None:
        super().__init__(kind)
        self.kind = kind
        self.names = names


class _Unreadable(Exception):
    """A field of one line cannot be read; args are the column's name and the field's text."""


@dataclass(frozen=True)
class ReportRow:
    """One row: a payment or a debit of an instalment.

    :param key: the bank's own number of the row, or empty
    :param bank_number: the bank's number of the boleto (nosso número), or empty
    :param kind: text of the column of the kind, or empty
    :param amount: in BRL
    :param charges: in BRL, debited by the bank on top
    """

    key: str
    bank_number: str
    document: str
    installment: int
    day: date
    amount: Decimal
    charges: Decimal
    kind: str


def read_report(
    content: bytes, columns: dict[str, str]
) -> tuple[list[ReportRow], list[tuple[int, str, str]]]:
    """Read a bank's report.

    :param content: CSV, XLSX or ODS, see `table.read_table`; decimals separated by , or .
    :param columns: {name of `COLUMNS`: the file's name for it, or empty}
    :return: the rows, and (number of the line, column, its text) for each line that cannot be
        read
    :raise ReportProblem: if the file is no table, is empty, has too many rows, or lacks a column
    """
    try:
        table = read_table(content, MOST_ROWS)
    except UnreadableTable as error:
        raise ReportProblem("rows" if str(error) == "rows" else "encoding") from error
    if not table:
        raise ReportProblem("empty")
    (_number, header), *lines = table
    header = [name.strip() for name in header]
    named = {name: column.strip() for name, column in columns.items() if column}
    required = [named[name] for name in COLUMNS if name in named]
    if missing := [column for column in required if column not in header]:
        raise ReportProblem("columns", missing)
    rows, problems = [], []
    for line, cells in lines:
        row = dict(zip(header, cells, strict=False))
        values = {name: row.get(named.get(name), "").strip() for name in COLUMNS}
        if not any(values.values()):
            continue
        try:
            rows.append(_read(values, named))
        except _Unreadable as error:
            problems.append((line, *error.args))
    if not rows and not problems:
        raise ReportProblem("empty")
    return rows, problems


def fold(text: str | None) -> str:
    """Return a word as it is compared: without accents, outer blanks and upper case."""
    plain = unicodedata.normalize("NFKD", text or "")
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).strip().casefold()


def _read(values: dict[str, str], named: dict[str, str]) -> ReportRow:
    if not values["document"].isprintable() or not values["document"]:
        raise _Unreadable(named["document"], values["document"])
    amount = _read_amount(values, named, "amount")
    charges = _read_amount(values, named, "charges")
    if amount <= 0:
        raise _Unreadable(named["amount"], values["amount"])
    if charges < 0:
        raise _Unreadable(named["charges"], values["charges"])
    return ReportRow(
        key=values["key"],
        bank_number=values["bank_number"],
        document=values["document"],
        installment=_read_number(values, named),
        day=_read_date(values["date"], named["date"]),
        amount=amount,
        charges=charges,
        kind=values["kind"],
    )


def _read_date(text: str, column: str) -> date:
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise _Unreadable(column, text)


def _read_number(values: dict[str, str], named: dict[str, str]) -> int:
    text = values["installment"]
    if text and not (text.isascii() and text.isdigit() and len(text) < 4):
        raise _Unreadable(named["installment"], text)
    return int(text or 0)


def _read_amount(values: dict[str, str], named: dict[str, str], name: str) -> Decimal:
    text = values[name].removeprefix("R$").strip()
    if not text:
        if name in REQUIRED:
            raise _Unreadable(named[name], text)
        return Decimal("0.00")
    if GROUPED.fullmatch(text):
        whole, cents = re.fullmatch(r"(.*)[.,](\d+)", text).groups()
        text = f"{re.sub('[.,]', '', whole)}.{cents}"
    elif not PLAIN.fullmatch(text):
        raise _Unreadable(named[name], text)
    return Decimal(text.replace(",", ".")).quantize(CENT)
