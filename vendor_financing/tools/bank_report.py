"""Reads a bank's report of payments and debits: CSV whose columns the agreement names. No ORM."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .rounding import CENT

# What 1.234 means nobody can tell, so thousands are taken only before a decimal part.
PLAIN = re.compile(r"-?\d{1,13}([.,]\d{1,2})?")
GROUPED = re.compile(r"-?\d{1,3}(?:(\.\d{3})+,\d{1,2}|(,\d{3})+\.\d{1,2})")
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y")
COLUMNS = ("key", "document", "installment", "date", "amount", "charges", "kind")
REQUIRED = ("document", "date", "amount")


class ReportProblem(Exception):
    """The file as a whole cannot be read.

    :param kind: encoding, empty or columns
    :param names: the columns that are missing
    """

    def __init__(self, kind, names=()):
        super().__init__(kind)
        self.kind = kind
        self.names = names


class _Unreadable(Exception):
    """A field of one line; args are the column's name and what stands there."""


@dataclass(frozen=True)
class ReportRow:
    """What the bank reports of one instalment.

    :param key: the bank's own number of the row, or empty
    :param kind: what stands in the column of the kind, or empty
    :param amount: in BRL
    :param charges: in BRL, what the bank debited on top
    """

    key: str
    document: str
    installment: int
    day: date
    amount: Decimal
    charges: Decimal
    kind: str


def read_report(content, columns):
    """Read a bank's report.

    :param content: bytes, UTF-8 or Latin-1; columns separated by ; or , and decimals by , or .
    :param columns: {name of `COLUMNS`: the file's name for it, or empty}
    :return: the rows, and (number of the line, column, what stands there) for each line that
        cannot be read
    :raise ReportProblem: when there are no lines to speak of
    """
    text = _decode(content)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") >= header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    named = {name: column.strip() for name, column in columns.items() if column}
    try:
        found = [(name or "").strip() for name in reader.fieldnames or ()]
        wanted = [named[name] for name in COLUMNS if name in named]
        if missing := [column for column in wanted if column not in found]:
            raise ReportProblem("columns", missing)
        reader.fieldnames = found
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ReportProblem("encoding") from error
    rows, problems = [], []
    for line, row in lines:
        values = {name: (row.get(named.get(name)) or "").strip() for name in COLUMNS}
        if not any(values.values()):
            continue
        try:
            rows.append(_read(values, named))
        except _Unreadable as error:
            problems.append((line, *error.args))
    if not rows and not problems:
        raise ReportProblem("empty")
    return rows, problems


def _decode(content):
    if b"\0" in content:
        raise ReportProblem("encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read(values, named):
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
        document=values["document"],
        installment=_read_number(values, named),
        day=_read_date(values["date"], named["date"]),
        amount=amount,
        charges=charges,
        kind=values["kind"],
    )


def _read_date(text, column):
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise _Unreadable(column, text)


def _read_number(values, named):
    text = values["installment"]
    if text and not (text.isascii() and text.isdigit() and len(text) < 4):
        raise _Unreadable(named["installment"], text)
    return int(text or 0)


def _read_amount(values, named, name):
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
