"""Spreadsheets that people and banks open: XLSX and CSV, without formulas. No ORM."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter

Cell = str | float | int | Decimal | date | bool | None
# A program that opens a CSV file takes a text that begins like this for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
MONEY, DAY = "#,##0.00", "dd/mm/yyyy"
WIDTH = 18


def write_xlsx(sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """Return a workbook with one sheet for each name: headings and rows.

    Text stays text, whatever it begins with; numbers and dates are such.
    """
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True})
    bold = workbook.add_format({"bold": True})
    money = workbook.add_format({"num_format": MONEY})
    day = workbook.add_format({"num_format": DAY})
    for name, (headings, rows) in sheets.items():
        sheet = workbook.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headings) - 1, 0), WIDTH)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, (float, Decimal)):
                    sheet.write_number(number, column, float(cell), money)
                elif isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell:
                    sheet.write_string(number, column, cell)
    workbook.close()
    return output.getvalue()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a file as Brazilian programs read it: semicolons, decimal commas, dd/mm/yyyy, UTF-8.

    Text that begins like a formula gets an apostrophe, so that it is shown and not calculated.
    """
    output = io.StringIO()
    writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
    writer.writerow([_as_text(heading) for heading in headings])
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    return output.getvalue().encode("utf-8-sig")


def _as_text(cell: Cell) -> str:
    if isinstance(cell, (float, Decimal)):
        return f"{cell:.2f}".replace(".", ",")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, int):
        return str(cell)
    text = cell or ""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
