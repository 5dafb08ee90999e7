from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.settlement_file import read_statement
from .common import SupplierCreditSettlementCommon

HEADER = (
    "lancamentoId;codigoTransacao;numeroParcela;tipoEvento;tipoLancamento;lancamentoFuturo;"
    "dataLancamento;valorPrincipal;valorTaxa;valorImpostos;valorLancamento;observação\n"
)
LINE = "LC-1;TR-1;1;IMPL;CREDITO;N;{day};203,43;5,09;0,00;198,34;à vista\n"


@tagged("post_install", "-at_install")
class TestSettlementFile(SupplierCreditSettlementCommon):
    """A statement as a file is the same as one from the service."""

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
        self.run_import([self.told(dataLancamento="2026-11-20")])
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
