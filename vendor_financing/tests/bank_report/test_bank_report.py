import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..contract.common import VendorFinancingContractCommon
from ..tools.test_table import make_workbook


@tagged("post_install", "-at_install")
class TestBankReport(VendorFinancingContractCommon):
    """Seed 004: "o banco informa via relatório"; columns as the agreement names them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.write({"report_kind_column": "tipo", "report_charges_column": "encargos"})
        cls.lines = cls.env["vendor.financing.report.line"]

    def upload(self, *rows, header="documento;data;valor;tipo;encargos", encoding="utf-8"):
        return self.upload_file("\r\n".join((header, *rows)).encode(encoding))

    def upload_file(self, content):
        form = Form(self.env["vendor.financing.report"].with_user(self.invoicing_user))
        form.agreement_id = self.agreement
        form.report_file = base64.b64encode(content)
        form.save().action_import()
        return self.lines.search([("agreement_id", "=", self.agreement.id)], order="id")

    def number(self, invoice):
        return invoice.name

    def test_rows_are_matched_and_booked(self):
        paid = self._create_vendor_invoice(10000.0)
        debited = self._create_vendor_invoice(500.0)
        contract = self.make_effective(paid | debited)
        first, second = self.upload(
            f"{self.number(paid)};02/04/2026;10.000,00;PAGO;",
            f"{self.number(debited)};2026-04-20;500;debito;12,50",
        )
        self.assertEqual((first.state, second.state), ("matched", "matched"))
        self.assertEqual((first.kind, second.kind), ("settlement", "default"))
        (first | second).with_user(self.invoicing_user).action_book()
        self.assertEqual((paid.vendor_state, debited.vendor_state), ("settled", "debited"))
        self.assertEqual(
            self.balances(second.operation_id.move_id),
            {
                self.vendor_account: 500.0,
                self.expense_account: 12.5,
                self.bank_account: -512.5,
            },
        )
        self.assertEqual(first.operation_id.date, self.day("2026-04-02"))
        self.assertEqual(contract.state, "settled")
        self.assert_proven()

    def test_whole_number_tells_one_of_several_with_the_same_digits(self):
        first = self._create_vendor_invoice(100.0)
        other = self._create_vendor_invoice(100.0, ref=f"PED-{first.name}".replace("INV", "X"))
        self.make_effective(first | other)
        by_name, by_digits = self.upload(
            f"{self.number(first).lower()};02/04/2026;100,00;PAGO;",
            f"{''.join(filter(str.isdigit, first.name))};02/04/2026;100,00;PAGO;",
        )
        self.assertEqual((by_name.state, by_name.installment_id.move_id), ("matched", first))
        self.assertEqual(by_digits.state, "open")

    def count_queries(self, rows, method="_match"):
        """Return the number of queries for a step of these rows."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        getattr(rows.sudo(), method)()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_many_rows_are_matched_with_the_queries_of_few(self):
        invoices = self.env["account.move"].union(
            *(self._create_vendor_invoice(100.0 + number) for number in range(12))
        )
        self.make_effective(invoices)
        rows = self.upload(
            *(f"{self.number(one)};02/04/2026;{one.amount_total:.2f};;" for one in invoices)
        )
        self.assertEqual(set(rows.mapped("state")), {"matched"})
        self.assertLessEqual(self.count_queries(rows), self.count_queries(rows[:2]) + 1)

    def test_many_rows_are_booked_with_the_queries_of_few(self):
        counts = []
        # The first booking fills caches, for all of them.
        for number in (1, 2, 12):
            invoices = self.env["account.move"].union(
                *(self._create_vendor_invoice(100.0) for _time in range(number))
            )
            self.make_effective(invoices, number=f"CT-{number}")
            rows = self.upload(*(f"{self.number(one)};02/04/2026;100,00;;" for one in invoices))
            rows = rows.filtered(lambda row: row.state == "matched")
            counts.append(self.count_queries(rows, "action_book"))
        self.assertLessEqual(counts[2], counts[1] + 10)

    def test_same_report_again_changes_nothing(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        row = f"{self.number(invoice)};02/04/2026;1000,00;PAGO;"
        line = self.upload(row)
        line.with_user(self.invoicing_user).action_book()
        self.assertEqual(self.upload(row), line)
        self.assertEqual(line.state, "booked")
        self.assertEqual(invoice.vendor_state, "settled")

    def test_part_of_an_instalment(self):
        invoice = self._create_vendor_invoice(900.0)
        contract = self.make_effective(invoice, plan="30/60/90")
        self.agreement.report_installment_column = "parcela"
        line = self.upload(
            f"{self.number(invoice)};2;02/05/2026;100,00;;",
            header="documento;parcela;data;valor;tipo;encargos",
        )
        self.assertEqual(line.installment_id, contract.installment_ids.sorted("number")[1])
        line.with_user(self.invoicing_user).action_book()
        self.assertEqual(line.installment_id.open_amount, 200.0)

    def test_what_matches_nothing_says_why_and_waits(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        unknown, more = self.upload(
            "NF 999999;02/04/2026;10,00;;", f"{self.number(invoice)};02/04/2026;1000,01;;"
        )
        self.assertEqual((unknown.state, more.state), ("open", "open"))
        self.assertIn("999999", unknown.problem)
        self.assertIn("more than is open", more.problem)
        with self.assertRaisesRegex(UserError, "only matched"):
            unknown.with_user(self.invoicing_user).action_book()
        unknown.with_user(self.invoicing_user).action_ignore()
        self.assertEqual(unknown.state, "ignored")
        unknown.with_user(self.invoicing_user).action_reopen()
        self.assertEqual(unknown.state, "open")

    def test_two_rows_never_book_more_than_is_open(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        first, second = self.upload(
            f"{self.number(invoice)};02/04/2026;700,00;;",
            f"{self.number(invoice)};03/04/2026;700,00;;",
        )
        self.assertEqual((first.state, second.state), ("matched", "open"))

    def test_undone_operation_frees_its_row(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        line = self.upload(f"{self.number(invoice)};02/04/2026;1000,00;;")
        line.with_user(self.invoicing_user).action_book()
        line.operation_id.with_user(self.manager_user).action_undo()
        self.assertEqual((line.state, invoice.vendor_state), ("matched", "financed"))

    def test_bad_files_change_nothing(self):
        for rows, header, expected in (
            (("1;02/04/2026;abc;;",), "documento;data;valor;tipo;encargos", "Line 2.*abc"),
            (("1;31/02/2026;10;;",), "documento;data;valor;tipo;encargos", "Line 2.*31/02"),
            (("1;02/04/2026;-10;;",), "documento;data;valor;tipo;encargos", "Line 2.*-10"),
            (("1;10",), "documento;valor", "lacks the columns data"),
            ((), "documento;data;valor;tipo;encargos", "has no rows"),
        ):
            with self.subTest(expected), self.assertRaisesRegex(UserError, expected):
                self.upload(*rows, header=header)
        self.assertFalse(self.lines.search([("agreement_id", "=", self.agreement.id)]))

    def test_latin_1_is_read(self):
        self.agreement.report_document_column = "título"
        line = self.upload(
            "NF 1;02/04/2026;10,00;;", header="título;data;valor;tipo;encargos", encoding="latin-1"
        )
        self.assertEqual(line.document, "NF 1")

    def test_workbook_is_read_as_csv_is(self):
        invoice = self._create_vendor_invoice(1000.5)
        self.make_effective(invoice)
        line = self.upload_file(
            make_workbook(
                ("documento", "data", "valor", "tipo", "encargos"),
                (self.number(invoice), self.day("2026-04-02"), 1000.5, "PAGO", None),
            )
        )
        self.assertEqual((line.state, line.date), ("matched", self.day("2026-04-02")))
        with self.assertRaisesRegex(UserError, "neither a text file"):
            self.upload_file(b"PK\x03\x04")

    def test_others_may_not_book(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        line = self.upload(f"{self.number(invoice)};02/04/2026;1000,00;;")
        for user in (self.salesman, self.foreign_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                line.with_user(user).action_book()
        with self.assertRaises(AccessError):
            line.with_user(self.invoicing_user).write({"amount": 1})

    def test_unknown_word_books_nothing_until_it_is_explained(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        lines = self.upload(
            *(
                f"{self.number(invoice)};02/04/2026;1000,00;{word};"
                for word in ("PROTESTO", "Tarifa", "ESTORNO")
            )
        )
        self.assertEqual(set(lines.mapped("state")), {"open"})
        self.assertFalse(any(lines.mapped("kind")))
        self.assertIn("PROTESTO", lines[0].problem)
        self.assertEqual(invoice.vendor_state, "financed")
        self.agreement.report_word_ids = [
            Command.create({"word": "tarifa", "meaning": "ignore"}),
            Command.create({"word": "Estôrno", "meaning": "default"}),
        ]
        lines.with_user(self.invoicing_user).action_match()
        self.assertEqual(lines.mapped("state"), ["open", "ignored", "matched"])
        self.assertEqual(lines[2].kind, "default")

    def test_equal_rows_of_one_file_are_two_events(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        row = f"{self.number(invoice)};02/04/2026;400,00;PAGO;"
        lines = self.upload(row, row)
        self.assertEqual(lines.mapped("state"), ["matched", "matched"])
        self.assertEqual(self.upload(row, row), lines)
        self.assertEqual(len(self.upload(row, row, row)), 3)
        lines.with_user(self.invoicing_user).action_book()
        self.assertEqual(len(lines.operation_id), 1)
        self.assertEqual(lines.installment_id.open_amount, 200.0)

    def test_boleto_pays_the_whole_instalment(self):
        self.quote(1.8, 2.3)
        invoice = self._create_vendor_invoice(1000.0)
        part = self.make_effective(invoice).installment_ids
        self.assertGreater(part.customer_total, 1000.0)
        row = f"{self.number(invoice)};02/04/2026;{part.customer_total};PAGO;"
        line = self.upload(row)
        self.assertEqual((line.state, line.principal), ("matched", 1000.0))
        self.agreement.report_amount = "principal"
        line.with_user(self.invoicing_user).action_match()
        self.assertIn("more than is open", line.problem)
        self.agreement.report_amount = "customer_total"
        line.with_user(self.invoicing_user).action_match()
        line.with_user(self.invoicing_user).action_book()
        self.assertEqual(invoice.vendor_state, "settled")
        self.assert_proven()

    def test_number_of_the_boleto_is_the_first_key(self):
        invoice = self._create_vendor_invoice(900.0)
        contract = self.make_effective(invoice, plan="30/60/90")
        last = contract.installment_ids.sorted("number")[-1]
        last.with_user(self.invoicing_user).bank_number = "0012345-6"
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            last.with_user(self.salesman).bank_number = "9"
        self.agreement.report_bank_number_column = "nosso número"
        line = self.upload(
            "qualquer;123456;02/04/2026;300,00;PAGO;",
            header="documento;nosso número;data;valor;tipo;encargos",
        )
        self.assertEqual(line.installment_id, last)

    def test_day_is_one_entry_and_a_refused_row_stops_no_other(self):
        invoices = self.env["account.move"].union(
            *(self._create_vendor_invoice(100.0 + number) for number in range(4))
        )
        contract = self.make_effective(invoices)
        rows = self.upload(
            *(f"{self.number(one)};02/04/2026;{one.amount_total:.2f};PAGO;" for one in invoices)
        )
        # Settled by hand between import and booking.
        contract.sudo()._settle({rows[1].installment_id.sudo(): 1.0}, self.day("2026-04-02"))
        before = contract.operation_ids
        action = rows.with_user(self.invoicing_user).action_book()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(rows.mapped("state"), ["booked", "matched", "booked", "booked"])
        self.assertIn("is open", rows[1].problem)
        rows[1].with_user(self.invoicing_user).action_ignore()
        self.assertEqual(len(contract.operation_ids - before), 3)
        contract = self.make_effective(
            self._create_vendor_invoice(10.0) | self._create_vendor_invoice(20.0), number="CT-2"
        )
        more = self.upload(
            *(
                f"{self.number(title.move_id)};02/04/2026;{title.principal:.2f};PAGO;"
                for title in contract.title_ids
            )
        )
        more = more.filtered(lambda line: line.state == "matched")
        self.assertIs(more.with_user(self.invoicing_user).action_book(), True)
        self.assertEqual(len(contract.operation_ids), 2)
        self.assertEqual(contract.state, "settled")
        self.assert_proven()
        more.operation_id.with_user(self.manager_user).action_undo()
        self.assertEqual(set(more.mapped("state")), {"matched"})
