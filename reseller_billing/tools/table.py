"""Rows of a file that somebody uploads: CSV or XLSX, all cells as text. No ORM."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import openpyxl

DELIMITERS = ";,\t|"
# How a ZIP file begins; an XLSX file is one.
ZIP_MARK = b"PK\x03\x04"
# Bytes of all parts of an XLSX file, unpacked.
LARGEST_WORKBOOK = 200 * 1024 * 1024
# Computed cells carry the error of binary fractions behind these decimals.
DECIMALS = 6


class UnreadableTable(ValueError):
    """The file is no table; `str()` is one of encoding (neither CSV nor XLSX), size, rows."""


def read_table(content: bytes, most_rows: int | None = None) -> list[tuple[int, list[str]]]:
    """Return the rows of a file that are not empty; the first is that of the headings.

    :param content: CSV in UTF-8, UTF-16 with its mark, or Windows-1252, separated by the one of
        ; , tab | that its first line has most of; or XLSX, of which the first sheet is read
    :param most_rows: how many rows there may be, without the headings
    :return: (number of the row in the file, its cells): dates as 2026-07-31, numbers as 1234.5
    :raise UnreadableTable: if it is neither, too large when unpacked, or has too many rows
    """
    rows = _read_workbook(content) if content.startswith(ZIP_MARK) else _read_csv(content)
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


def _read_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > LARGEST_WORKBOOK:
            raise UnreadableTable("size")
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        # What the file says of its own dimensions need not be true.
        sheet.reset_dimensions()
        rows = [_write_cells(row) for row in sheet.iter_rows(values_only=True)]
    except UnreadableTable:
        raise
    except Exception as error:
        # The library names no errors of its own for what is no workbook.
        raise UnreadableTable("encoding") from error
    yield from enumerate(rows, start=1)


def _write_cells(row: Iterable) -> list[str]:
    return [_write_cell(value) for value in row]


def _write_cell(value: object) -> str:
    """Return a cell of a workbook as a CSV file would have it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
        case _:
            return str(value)
