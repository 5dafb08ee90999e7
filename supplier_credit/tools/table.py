"""Rows of a file that somebody uploads: CSV, XLSX or ODS, all cells as text. No ORM.

The host's `base_import` is not used: it drops empty rows, and with them the number of the row that
a message has to name, and needs odfpy for ODS, which few installations have.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import openpyxl
from lxml import etree

DELIMITERS = ";,\t|"
# How a ZIP file begins; spreadsheets are ZIP files.
ZIP_MARK = b"PK\x03\x04"
XLSX_PART = "xl/workbook.xml"
ODS_PART = "content.xml"
# Bytes of all parts of a spreadsheet, unpacked.
LARGEST_UNPACKED = 200 * 1024 * 1024
# Computed cells carry the error of binary fractions behind these decimals.
DECIMALS = 10
# Empty cells are repeated to the end of a sheet; so many are kept.
MOST_EMPTY_CELLS = 100
# A row of ours has far less; a few bytes of a file repeat a cell as often as they like.
MOST_CELLS = 1000
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class UnreadableTable(ValueError):
    """The file is no table; `str()` is encoding, size or rows, as it is refused for."""


def is_spreadsheet(content: bytes) -> bool:
    """Return whether a file is a spreadsheet, whose rows end with their last value."""
    return content.startswith(ZIP_MARK)


def read_table(content: bytes, most_rows: int | None = None) -> list[tuple[int, list[str]]]:
    """Return the rows of a file that are not empty; the first is that of the headings.

    :param content: CSV in UTF-8, UTF-16 with its mark, or Windows-1252, separated by the one of
        ; , tab | that its first line has most of; or XLSX or ODS, of which the first sheet is read
    :param most_rows: how many rows there may be, without the headings
    :return: (number of the row in the file, its cells): dates as 2026-07-31, numbers as 1234.5
    :raise UnreadableTable: if it is neither, too large when unpacked, or has too many rows
    """
    rows = _read_spreadsheet(content) if is_spreadsheet(content) else _read_csv(content)
    found = []
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            found.append((number, cells))
        if most_rows is not None and len(found) > most_rows + 1:
            raise UnreadableTable("rows")
    return found


def _read_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnreadableTable("encoding") from error


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise UnreadableTable("encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_spreadsheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise UnreadableTable("size")
            names = archive.namelist()
            if XLSX_PART in names:
                yield from _read_xlsx(content)
            elif ODS_PART in names:
                yield from _read_ods(archive.read(ODS_PART))
            else:
                raise UnreadableTable("encoding")
    except UnreadableTable:
        raise
    except Exception as error:
        # The libraries name no errors of their own for what is no workbook.
        raise UnreadableTable("encoding") from error


def _read_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = workbook.worksheets[0]
    # What the file says of its own dimensions need not be true.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, _write_cells(row)


def _write_cells(row: Iterable) -> list[str]:
    return [_write_cell(value) for value in row]


def _write_cell(value: object) -> str:
    """Return a cell of a spreadsheet as a CSV file would have it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
        case _:
            return str(value)


def _read_ods(content: bytes) -> Iterator[tuple[int, list[str]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    sheet = etree.fromstring(content, parser).find(f".//{TABLE}table")
    if sheet is None:
        raise UnreadableTable("encoding")
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
        if not text:
            repeated = min(repeated, MOST_EMPTY_CELLS)
        if len(cells) + repeated > MOST_CELLS:
            raise UnreadableTable("size")
        cells += [text] * repeated
    return cells


def _read_ods_cell(cell: etree._Element) -> str:
    match cell.get(f"{OFFICE}value-type"):
        case "float" | "currency" | "percentage":
            return _write_cell(float(cell.get(f"{OFFICE}value")))
        case "date":
            return cell.get(f"{OFFICE}date-value", "")[:10]
        case "boolean":
            return cell.get(f"{OFFICE}boolean-value", "")
    return "\n".join("".join(line.itertext()) for line in cell.iterchildren(f"{TEXT}p"))
