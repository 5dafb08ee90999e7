import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from odoo.exceptions import UserError
from odoo.tests import tagged
from openpyxl import Workbook

from ...tools.settlement_file import FileProblem, read_statement
from ...tools.table import LARGEST_UNPACKED
from .common import SupplierCreditSettlementCommon

HEADER = (
    "lancamentoId;codigoTransacao;numeroParcela;tipoEvento;tipoLancamento;lancamentoFuturo;"
    "dataLancamento;valorPrincipal;valorTaxa;valorImpostos;valorLancamento;observação\n"
)
LINE = "LC-1;TR-1;1;IMPL;CREDITO;N;{day};203,43;5,09;0,00;198,34;à vista\n"

TODAY = date(2026, 11, 22)
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table>{rows}
<table:table-row table:number-rows-repeated="1048000"><table:table-cell
 table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def read_csv(text):
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def make_xlsx(rows):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def make_zip(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


def make_ods(rows):
    return make_zip(content_xml=ODS.format(rows="".join(map(make_ods_row, rows))))


def make_ods_row(cells):
    return f"<table:table-row>{''.join(map(make_ods_cell, cells))}</table:table-row>"


def make_ods_cell(value):
    match value:
        case None | "":
            return "<table:table-cell/>"
        case float():
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        case date():
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


@tagged("post_install", "-at_install")
class TestSettlementFile(SupplierCreditSettlementCommon):
    """A statement imported from a file equals one imported from the service."""

    def test_file_is_matched_and_the_service_brings_nothing_twice(self):
        self.register()
        action = self.upload(HEADER + LINE.format(day="20/11/2026"), encoding="latin-1")
        entry = self.find()
        self.assertEqual(
            (entry.state, entry.source, entry.date), ("matched", "file", date(2026, 11, 20))
        )
        settlement = self.settlements.search(action["domain"])
        self.assertEqual(settlement, entry.settlement_id)
        self.assertFalse(entry.to_acknowledge)
        self.run_import([self.statement_line(dataLancamento="2026-11-20")])
        self.assertEqual(self.find(), entry)
        self.assertEqual((entry.acknowledged, entry.conflict), (True, False))
        settlement.action_post()
        self.assertEqual(settlement.state, "posted")
        self.upload(HEADER + LINE.format(day="2026-11-20"))
        self.assertEqual(self.find().mapped("state"), ["posted"])

    def test_every_bad_line_is_named_and_nothing_changes(self):
        bad = (
            "LC-2;TR-1;x;IMPL;CREDITO;N;2026-11-20;203,43;5,09;0;198,34;\n"
            "LC-3;TR-1;3;IMPL;CRÉDITO;N;2026-11-20;203,43;5,09;0;198,34;\n"
            "LC-4;TR-1;4;IMPL;CREDITO;N;2026-13-20;203,43;5,09;0;198,34;\n"
            "LC-5;TR-1;5;IMPL;CREDITO;N;2026-11-20;1.234;5,09;0;198,34;\n"
            ";TR-1;6;IMPL;CREDITO;N;2026-11-20;203,43;5,09;0;198,34;\n"
            "LC-1;TR-1;1;IMPL;CREDITO;N;2026-11-20;203,43;5,09;0;198,00;\n"
            "LC-7;TR-1\n"
        )
        with self.assertRaises(UserError) as refused:
            self.upload(HEADER + LINE.format(day="2026-11-20") + bad)
        text = str(refused.exception)
        for part in (
            "7 lines",
            "Line 3 (LC-2): numeroParcela",
            "Line 4 (LC-3): tipoLancamento",
            "Line 5 (LC-4): dataLancamento",
            "Line 6 (LC-5): valorPrincipal cannot be “1.234”",
            "Line 7 (-): lancamentoId",
            "Line 8: LC-1 occurs before",
            "Line 9 (LC-7)",
        ):
            self.assertIn(part, text)
        self.assertFalse(self.find())
        self.assertFalse(self.settlements.search([("agreement_id", "=", self.agreement.id)]))

    def test_file_that_is_none_is_refused_with_what_it_lacks(self):
        for content, said in (
            ("a;b\n1;2\n", "lancamentoId, tipoEvento"),
            (HEADER, "no entries"),
            ("\0\1\2", "CSV"),
            ("", "lacks the columns"),
        ):
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                self.upload(content or " ")

    def test_amounts_and_separators_of_both_kinds(self):
        plain = "lancamentoId,tipoEvento,tipoLancamento,dataLancamento,valorLancamento\n"
        for written, amount in (
            ("1234.5", "1234.50"),
            ('"1.234,56"', "1234.56"),
            ('"1,234,567.89"', "1234567.89"),
            ('"-0,01"', "-0.01"),
            ("7", "7.00"),
        ):
            with self.subTest(written):
                text = f"{plain}A,IMPL,CREDITO,2026-12-01,{written}\n"
                (entry,), problems = read_statement(text.encode("utf-8-sig"), date(2026, 11, 22))
                self.assertFalse(problems)
                self.assertEqual((entry.value, entry.principal), (Decimal(amount),) * 2)
                self.assertTrue(entry.future, "dated after today and it says nothing")

    def test_spreadsheets_are_read_as_text_is(self):
        text = HEADER + LINE.format(day="2026-11-20")
        (expected,), _problems = read_statement(text.encode(), TODAY)
        header, line = read_csv(text)
        typed = [
            *line[:2], 1.0, *line[3:6], date(2026, 11, 20), 203.43, 5.09, 0.0, 198.34, None
        ]  # fmt: skip
        for make in (make_xlsx, make_ods):
            for cells in (line, typed):
                with self.subTest(make=make.__name__, cells=cells):
                    entries, problems = read_statement(make([header, [], cells]), TODAY)
                    self.assertFalse(problems)
                    self.assertEqual(entries, [expected])

    def test_a_spreadsheet_is_matched_and_its_bad_rows_are_named(self):
        self.register()
        header, line = read_csv(HEADER + LINE.format(day="2026-11-20"))
        self.upload_content(make_xlsx([header, line]))
        self.assertEqual((self.find().state, self.find().source), ("matched", "file"))
        bad = [["LC-2", *line[1:7], 203.435, *line[8:]], ["LC-3", *line[1:5], "TALVEZ", *line[6:]]]
        for make in (make_xlsx, make_ods):
            with self.subTest(make.__name__), self.assertRaises(UserError) as refused:
                self.upload_content(make([header, line, [], *bad]))
            text = str(refused.exception)
            self.assertIn("Line 4 (LC-2): valorPrincipal cannot be “203.435”", text)
            self.assertIn("Line 5 (LC-3): lancamentoFuturo cannot be “TALVEZ”", text)

    def test_zip_files_that_are_no_spreadsheet_are_refused(self):
        for name, content in (
            ("broken", b"PK\x03\x04 and no more"),
            ("other", make_zip(document_xml="<a/>")),
            ("empty sheet", make_zip(content_xml="<a/>")),
            ("not XML", make_zip(xl__workbook_xml="<")),
            ("bomb", make_zip(content_xml=b" " * (LARGEST_UNPACKED + 1))),
        ):
            with self.subTest(name):
                with self.assertRaises(FileProblem) as refused:
                    read_statement(content, TODAY)
                self.assertEqual(refused.exception.kind, "unreadable")
                with self.assertRaisesRegex(UserError, "XLSX"):
                    self.upload_content(content)
