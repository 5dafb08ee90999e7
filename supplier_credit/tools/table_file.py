"""Reads the table in a file: CSV, XLSX or ODS, told apart by their content, not by their name.

Each cell is a text, so that one set of checks holds for all. The host's `base_import` is not used:
it drops empty rows, and with them the number of the row that a message has to name, and needs odfpy
for ODS, which few installations have.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ZIP = b"PK\x03\x04"
XLSX_PART = "xl/workbook.xml"
ODS_PART = "content.xml"
# A spreadsheet is compressed; one that unpacks to more is a trap, not a table.
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 200_000
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class UnreadableTable(ValueError):
    """The file holds no table that can be read."""


class Row(NamedTuple):
    """One row below the header.

    :param number: as an editor or a spreadsheet counts it, from 1
    :param values: text by column name; '' for an empty cell
    :param is_whole: whether the row has as many cells as the header
    """

    number: int
    values: dict[str, str]
    is_whole: bool


class Table(NamedTuple):
    columns: list[str]
    rows: list[Row]


def read_table(content: bytes) -> Table:
    """Return the table in a file; of a spreadsheet, that of its first sheet.

    :param content: CSV in UTF-8 or Latin-1 with columns separated by ; or , or a spreadsheet
    :raise UnreadableTable: when it is none of these
    """
    if not content.startswith(ZIP):
        return _read_csv(content)
    try:
        rows = list(_read_spreadsheet(content))
    except UnreadableTable:
        raise
    except Exception as error:
        # Anybody may have made the file, and the libraries raise what they meet.
        raise UnreadableTable("no spreadsheet") from error
    return _build_table(rows)


# CSV


def _read_csv(content: bytes) -> Table:
    if b"\0" in content:
        raise UnreadableTable("no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") >= header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise UnreadableTable("no CSV") from error
    return _build_table(rows, is_padded=False)


# Spreadsheets


def _read_spreadsheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
            raise UnreadableTable("too large once unpacked")
        names = archive.namelist()
        if XLSX_PART in names:
            return _limit(_read_xlsx(content))
        if ODS_PART in names:
            return _limit(_read_ods(archive.read(ODS_PART)))
    raise UnreadableTable("no spreadsheet")


def _limit(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, row in enumerate(rows):
        if count > MOST_ROWS:
            raise UnreadableTable("too many rows")
        yield row


def _read_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        rows = workbook.worksheets[0].iter_rows(values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_write_value(cell) for cell in cells]
    finally:
        workbook.close()


def _write_value(value: object) -> str:
    """Return what a cell of a spreadsheet holds as a CSV file would have it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            # Ten places: enough for any amount, and without the noise of binary fractions.
            return f"{value:.10f}".rstrip("0").rstrip(".")
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return str(value)


def _read_ods(content: bytes) -> Iterator[tuple[int, list[str]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    sheet = etree.fromstring(content, parser).find(f".//{TABLE}table")
    if sheet is None:
        raise UnreadableTable("no sheet")
    number = 1
    for row in sheet.iter(f"{TABLE}table-row"):
        repeated = int(row.get(f"{TABLE}number-rows-repeated", 1))
        cells = _read_ods_cells(row)
        # Empty rows are repeated to the end of the sheet; they only count.
        for offset in range(repeated if any(cells) else 0):
            yield number + offset, cells
        number += repeated


def _read_ods_cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        text = _read_ods_cell(cell)
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        # Empty cells are repeated to the end of the sheet.
        cells += [text] * (repeated if text else min(repeated, 100))
    return cells


def _read_ods_cell(cell: etree._Element) -> str:
    match cell.get(f"{OFFICE}value-type"):
        case "float" | "currency" | "percentage":
            return _write_value(float(cell.get(f"{OFFICE}value")))
        case "date":
            return cell.get(f"{OFFICE}date-value", "")[:10]
        case "boolean":
            return cell.get(f"{OFFICE}boolean-value", "")
    return "\n".join("".join(line.itertext()) for line in cell.iterchildren(f"{TEXT}p"))


# The table


def _build_table(rows: list[tuple[int, list[str]]], *, is_padded: bool = True) -> Table:
    """Return the table whose first row names the columns.

    :param is_padded: whether rows end where their last value does, as in spreadsheets
    """
    if not rows:
        return Table([], [])
    columns = [name.strip() for name in rows[0][1]]
    return Table(columns, [_build_row(columns, *row, is_padded) for row in rows[1:]])


def _build_row(columns: list[str], number: int, cells: list[str], is_padded: bool) -> Row:
    texts = [cell.strip() for cell in cells]
    surplus = texts[len(columns) :]
    is_whole = not any(surplus) if is_padded else len(texts) == len(columns)
    texts += [""] * (len(columns) - len(texts))
    values = {name: text for name, text in zip(columns, texts, strict=False) if name}
    return Row(number, values, is_whole)
