"""Reads a statement that came as a file: CSV whose columns are named as the API's fields."""

import csv
import io
import re
from datetime import datetime
from decimal import Decimal

from .api.settlement import DIRECTIONS, StatementEntry
from .api.wire import CENT

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
# What 1.234 means nobody can tell, so thousands are taken only before a decimal part.
PLAIN = re.compile(r"-?\d{1,13}([.,]\d{1,2})?")
GROUPED = re.compile(r"-?\d{1,3}(?:(\.\d{3})+,\d{1,2}|(,\d{3})+\.\d{1,2})")


class FileProblem(Exception):
    """The file as a whole cannot be read.

    :param kind: encoding, empty, columns
    :param names: the columns that are missing
    """

    def __init__(self, kind, names=()):
        super().__init__(kind)
        self.kind = kind
        self.names = names


class _Unreadable(Exception):
    """A field of one line; args are the field's name and what stands there."""


def read_statement(content, today):
    """Read a statement's file.

    :param content: bytes, UTF-8 or Latin-1; columns separated by ; or , and decimals by , or .
    :param today: what is dated later and does not say is a future entry
    :return: the entries, and (number of the line, its id, name of the field, what stands there) for
        each line that cannot be read; an empty field's name means that the id occurs before with
        other values
    :raise FileProblem: when there are no lines to speak of
    """
    text = _decode(content)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") >= header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [(name or "").strip() for name in reader.fieldnames or ()]
        if missing := [name for name in REQUIRED if name not in columns]:
            raise FileProblem("columns", missing)
        reader.fieldnames = columns
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise FileProblem("encoding") from error
    entries, problems = {}, []
    for line, row in rows:
        found = {name: (row.get(name) or "").strip() for name in KNOWN}
        if not any(found.values()):
            continue
        try:
            entry = _read(found, today, is_cut=None in row or None in row.values())
        except _Unreadable as error:
            problems.append((line, found["lancamentoId"], *error.args))
            continue
        if entries.setdefault(entry.external_id, entry) != entry:
            problems.append((line, entry.external_id, "", ""))
    if not entries and not problems:
        raise FileProblem("empty")
    return list(entries.values()), problems


def _decode(content):
    if b"\0" in content:
        raise FileProblem("encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read(row, today, *, is_cut):
    if is_cut:
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


def _read_date(text):
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    raise _Unreadable("dataLancamento", text)


def _read_flag(row, name):
    value = row[name].lower()
    if value not in FLAGS:
        raise _Unreadable(name, row[name])
    return FLAGS[value]


def _read_number(row):
    text = row["numeroParcela"]
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _Unreadable("numeroParcela", text)
    return int(text or 0)


def _read_amount(row, name):
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
