import io
import zipfile
from datetime import date, datetime
from unittest.mock import patch

import openpyxl
from odoo.tests import BaseCase, tagged

from ...tools import table
from ...tools.table import UnreadableTable, read_table


def make_open_document(*rows):
    """Return an ODS file with rows of its XML."""
    names = ("office", "table", "text")
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in zip("otx", names, strict=True)
    )
    document = f"<o:document {spaces}><t:table>{''.join(rows)}</t:table></o:document>"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("content.xml", document)
    return archive.getvalue()


def make_workbook(*rows):
    """Return an XLSX file with these rows of Python values."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@tagged("post_install", "-at_install")
class TestTable(BaseCase):
    """An uploaded file: CSV in any usual form, XLSX or ODS."""

    def test_encodings_and_delimiters_of_csv_are_found_out(self):
        text = "título;valor\nÇa;1,5\n"
        for content in (
            text.encode(),
            text.encode("utf-8-sig"),
            text.encode("utf-16"),
            text.encode("cp1252"),
            text.replace("\n", "\r\n").encode(),
            ("\n\n" + text + ";\n").encode(),
        ):
            with self.subTest(content[:20]):
                self.assertEqual(
                    [cells for _number, cells in read_table(content)],
                    [["título", "valor"], ["Ça", "1,5"]],
                )
        self.assertEqual(read_table(b"a\tb\n1\t2")[1], (2, ["1", "2"]))
        self.assertEqual(
            read_table(b'a,b\n"1\n2",3\n4,5')[1:], [(3, ["1\n2", "3"]), (4, ["4", "5"])]
        )

    def test_cells_of_a_workbook_are_written_as_csv_would(self):
        content = make_workbook(
            ("a", "b", "c", "d"),
            (None, None, None, None),
            ("x", 1234.5, date(2026, 7, 31), 7),
            (" ", 0.1 + 0.2, datetime(2026, 7, 31, 12), 11222333000181),
        )
        self.assertEqual(
            read_table(content),
            [
                (1, ["a", "b", "c", "d"]),
                (3, ["x", "1234.5", "2026-07-31", "7"]),
                (4, [" ", "0.3", "2026-07-31", "11222333000181"]),
            ],
        )

    def test_open_documents_are_read_as_workbooks_are(self):
        row = (
            '<t:table-row><t:table-cell o:value-type="string"><x:p>{}</x:p></t:table-cell>'
            "<t:table-cell {}/></t:table-row>"
        )
        rows = [
            row.format("a", ""),
            '<t:table-row t:number-rows-repeated="2"><t:table-cell/></t:table-row>',
            row.format("x", 'o:value-type="currency" o:value="1234.5"'),
            row.format("y", 'o:value-type="date" o:date-value="2026-07-31T00:00:00"'),
            '<t:table-row t:number-rows-repeated="1048000"><t:table-cell/></t:table-row>',
        ]
        self.assertEqual(
            read_table(make_open_document(*rows)),
            [(1, ["a", ""]), (4, ["x", "1234.5"]), (5, ["y", "2026-07-31"])],
        )

    def test_few_bytes_repeat_no_cell_or_row_without_end(self):
        cell = "<t:table-cell {}><x:p>a</x:p></t:table-cell>"
        wide = cell.format('t:number-columns-repeated="100000000"')
        content = make_open_document(f"<t:table-row>{wide}</t:table-row>")
        self.assertLess(len(content), 1000)
        with self.assertRaisesRegex(UnreadableTable, "size"):
            read_table(content)
        long = '<t:table-row t:number-rows-repeated="100000000">{}</t:table-row>'
        with self.assertRaisesRegex(UnreadableTable, "rows"):
            read_table(make_open_document(long.format(cell.format(""))), 1000)

    def test_what_is_no_table_is_refused(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("content.xml", "<office/>")
        for content in (b"%PDF-1.4 \0", archive.getvalue(), b"PK\x03\x04", b"a;b\n1\0;2"):
            with self.subTest(content[:10]), self.assertRaisesRegex(UnreadableTable, "encoding"):
                read_table(content)
        self.assertEqual(read_table(b" \n;;\n"), [])

    def test_workbook_that_is_huge_when_unpacked_is_not_unpacked(self):
        content = make_workbook(("a",), ("0" * 30000,))
        with (
            patch.object(table, "LARGEST_UNPACKED", 10000),
            self.assertRaisesRegex(UnreadableTable, "size"),
        ):
            read_table(content)

    def test_too_many_rows_are_refused(self):
        for content in (b"a\n1\n2\n", make_workbook(("a",), (1,), (2,))):
            with self.subTest(content[:5]):
                self.assertEqual(len(read_table(content, 2)), 3)
                with self.assertRaisesRegex(UnreadableTable, "rows"):
                    read_table(content, 1)
