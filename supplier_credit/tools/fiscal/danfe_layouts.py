"""Draws the library's layouts of the DANFE in a time that grows with the number of items.

The library measures all items that are left on each page, which takes minutes for the 990 items
that an NF-e may have. Here each item is measured once. What is drawn stays the library's, only that
the additional information goes on below the items wherever there is room: the library moves on
while it measures, and finds less room than there is.
Source of the layouts: MOC 7.0, Anexo II; NT 2026.010.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brazilfiscalreport.danfe import DanfeConfig, DanfeLayout
from brazilfiscalreport.danfe.danfe import resolve_layout
from brazilfiscalreport.danfe.danfe_moc_7_0 import DanfeMoc70
from brazilfiscalreport.danfe.danfe_nt_2026_010 import DanfeNt2026010
from fpdf.table import Table

# Stands for a line break in the additional information, whose white space the library collapses.
# A character of private use: no authorised text keeps one, see `danfe_text`.
LINE_BREAK = "\ue000"
# The library's text of a landscape receipt reaches over the box of the number by so much (mm).
RECEIPT_OVERLAP = 4
# Items that are tried on a page first; doubled until one does not fit.
FIRST_TRY = 16


def draw_layout(xml: bytes, config: DanfeConfig) -> bytes:
    """Return the DANFE as PDF, in the layout in force when the NF-e was issued.

    :param xml: in UTF-8, with characters of Latin-1 only, besides LINE_BREAK
    """
    is_old = resolve_layout(xml, config.layout) == DanfeLayout.MOC_7_0
    return bytes((Moc70 if is_old else Nt2026010)(xml, config=config).output())


class _Layout:
    """What both layouts measure and write in another way than the library."""

    def __init__(self, xml: bytes, config: DanfeConfig) -> None:
        # The library draws in its constructor.
        self._is_measuring = False
        self._measured: dict[tuple, Any] = {}
        self._next_try = FIRST_TRY
        self._landscape_receipt = ""
        super().__init__(xml, config=config)

    @contextmanager
    def _measuring(self) -> Iterator[None]:
        """Leave out drawing what is measured already; what is drawn here is thrown away."""
        self._is_measuring = True
        try:
            yield
        finally:
            self._is_measuring = False

    def _measure(self, key: tuple, function, *arguments, **options):
        """Return what a function measures; the place on the page stays."""
        if key not in self._measured:
            place = self.x, self.y
            self._measured[key] = function(*arguments, **options)
            self.x, self.y = place
        return self._measured[key]

    def _font_key(self) -> tuple:
        return self.font_family, self.font_style, self.font_size_pt, self.c_margin

    def _calculate_product_splits(self, products, height_product_table):
        count = self._next_try
        while True:
            with self._measuring():
                here, following = super()._calculate_product_splits(
                    products[:count], height_product_table
                )
            if following or count >= len(products):
                break
            count *= 2
        # Pages are alike: one item more than here shows where the next page ends.
        self._next_try = len(here) + 1
        return here, products[len(here) :]

    def _split_additional_data_in_products(self, *arguments):
        with self._measuring():
            return super()._split_additional_data_in_products(*arguments)

    def get_string_width(self, s, *arguments, **options):
        if arguments or options:
            return super().get_string_width(s, *arguments, **options)
        return self._measure((s, self._font_key()), super().get_string_width, s)

    def _draw_landscape_receipt(self, kind, lin):
        self._landscape_receipt = self._get_receipt_labels(kind)[0]
        try:
            return super()._draw_landscape_receipt(kind, lin)
        finally:
            self._landscape_receipt = ""

    def multi_cell(self, *arguments, **options):
        if self._landscape_receipt and options.get("text") == self._landscape_receipt:
            options["w"] -= RECEIPT_OVERLAP
        return super().multi_cell(*arguments, **options)

    def _get_additional_data_content(self):
        breaks_lines, self.infcpl_semicolon_newline = self.infcpl_semicolon_newline, False
        try:
            text = super()._get_additional_data_content()
        finally:
            self.infcpl_semicolon_newline = breaks_lines
        return re.sub(rf" *{LINE_BREAK} *", "\n", text).strip()


class _MeasuredTable(Table):
    """A table whose cells are measured once for all tables of a document."""

    _rows_info = None

    def _compute_rows_info(self):
        if self._rows_info is None:
            self._rows_info = list(super()._compute_rows_info())
        return iter(self._rows_info)

    def _render_table_cell(self, i, j, cell, row_height, cell_height_info=None, **options):
        render = super()._render_table_cell
        if cell_height_info is not None:
            return render(i, j, cell, row_height, cell_height_info, **options)
        is_heading = i < self._num_heading_rows
        key = (cell.text, j, is_heading, self._width)
        return self._fpdf._measure(key, render, i, j, cell, row_height, **options)

    def _render_table_row(self, i, row_layout_info, cell_x_positions, **options):
        if self._fpdf._is_measuring:
            return self._fpdf.ln(row_layout_info.height)
        return super()._render_table_row(i, row_layout_info, cell_x_positions, **options)


class Moc70(_Layout, DanfeMoc70):
    """The layout of NF-e issued before December 2026."""

    @contextmanager
    def table(self, *arguments, **options):
        table = _MeasuredTable(self, *arguments, **options)
        yield table
        table.render()


class Nt2026010(_Layout, DanfeNt2026010):
    """The layout of NF-e issued since December 2026."""

    def _draw_product_row(self, product, col_widths):
        if not self._is_measuring:
            return super()._draw_product_row(product, col_widths)
        # The products live as long as the document.
        key = (id(product), tuple(col_widths))
        height = self._measure(key, super()._draw_product_row, product, col_widths)
        self.set_xy(self.x, self.y + height)
        return height

    def cell(self, *arguments, **options):
        if self._is_measuring:
            return False
        return super().cell(*arguments, **options)

    def _split_text_lines(self, text, width):
        key = (text, width, self._font_key())
        return self._measure(key, super()._split_text_lines, text, width)
