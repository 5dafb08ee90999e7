import csv
import io
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from openpyxl import load_workbook

from ..contract.common import VendorFinancingContractCommon


class SheetsCommon(VendorFinancingContractCommon):
    """A draft contract of a customer whose name and number look like formulas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.partner_a.write({"name": "=HYPERLINK(0)", "phone": "+55 11 99999-0000"})
        cls.invoice = cls._create_vendor_invoice(10000.0, ref="@SUM(1)")
        cls.contract = cls.make_contract(cls.invoice, plan="30/60", number="-1+2")

    def read_xlsx(self, contract, kind="bank"):
        """Return the sheets of the workbook as lists of rows of cells."""
        _name, content = contract._make_sheet(kind, "xlsx")
        return [list(sheet.rows) for sheet in load_workbook(io.BytesIO(content)).worksheets]

    def read_csv(self, contract):
        _name, content = contract._make_sheet("bank", "csv")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))

    def choose(self, *contents):
        self.agreement.sheet_column_ids = [
            (5, 0, 0),
            *((0, 0, {"content": one, "sequence": n}) for n, one in enumerate(contents)),
        ]


@tagged("post_install", "-at_install")
class TestSheets(SheetsCommon):
    """The files of a contract: for the bank, for the accountant, and to be signed."""

    def test_usual_columns_are_value_spread_and_suggested_due_date(self):
        ((head, *rows),) = self.read_xlsx(self.contract)
        headings = [cell.value for cell in head]
        self.assertEqual(len(rows), 2)
        for row, part in zip(rows, self.contract.installment_ids, strict=True):
            values = dict(zip(headings, (cell.value for cell in row), strict=True))
            self.assertEqual(values["Invoice Number"], self.invoice.name)
            self.assertEqual(values["Value of the Instalment"], part.principal)
            self.assertAlmostEqual(values["Spread (%)"], 0.5)
            self.assertEqual(values["Spread"], part.interest)
            self.assertAlmostEqual(values["Value with Spread"], part.principal + part.interest, 2)
            self.assertEqual(values["Suggested Due Date"].date(), part.date_due)

    def test_columns_of_the_agreement_in_its_order_with_its_headings(self):
        self.choose("date_due", "vat", "customer_total")
        self.agreement.sheet_column_ids[1].name = "Sacado"
        (head, *rows) = self.read_csv(self.contract)
        self.assertEqual(head, ["Suggested Due Date", "Sacado", "Customer Total"])
        part = self.contract.installment_ids[0]
        total = f"{part.customer_total:.2f}".replace(".", ",")
        self.assertEqual(rows[0], [f"{part.date_due:%d/%m/%Y}", self.partner_a.vat or "", total])

    def test_every_content_can_be_a_column(self):
        contents = [name for name, _label in self.agreement.sheet_column_ids._get_contents()]
        self.choose(*contents)
        ((head, *rows),) = self.read_xlsx(self.contract)
        self.assertEqual(len(head), len(contents))
        self.assertEqual(len(self.read_csv(self.contract)), len(rows) + 1)

    def test_usual_columns_can_be_entered_and_changed(self):
        before = self.read_csv(self.contract)
        self.agreement.with_user(self.manager_user).action_propose_sheet_columns()
        self.assertEqual(self.read_csv(self.contract), before)
        count = len(self.agreement.sheet_column_ids)
        self.agreement.with_user(self.manager_user).action_propose_sheet_columns()
        self.assertEqual(len(self.agreement.sheet_column_ids), count)
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.invoicing_user).action_propose_sheet_columns()

    def test_text_is_never_a_formula(self):
        self.choose("customer", "reference", "phone", "contract")
        ((_head, row, _other),) = self.read_xlsx(self.contract)
        expected = ["=HYPERLINK(0)", "@SUM(1)", "+55 11 99999-0000", "-1+2"]
        self.assertEqual([cell.value for cell in row], expected)
        # "f" would be a formula.
        self.assertEqual({cell.data_type for cell in row}, {"s"})
        _head, row, _other = self.read_csv(self.contract)
        self.assertEqual(row, [f"'{text}" for text in expected])

    def test_accountant_gets_entries_line_by_line_and_instalments(self):
        contract = self.make_effective(self._create_vendor_invoice(1000.0), plan="30/60")
        entries, parts = self.read_xlsx(contract, "accounting")
        entry = contract.operation_ids.move_id
        self.assertEqual(len(entries) - 1, len(entry.line_ids))
        headings = [cell.value for cell in entries[0]]
        rows = [dict(zip(headings, (cell.value for cell in row), strict=True))
                for row in entries[1:]]  # fmt: skip
        self.assertEqual({row["Entry"] for row in rows}, {entry.name})
        for name, total in (("Debit", "debit"), ("Credit", "credit")):
            self.assertAlmostEqual(
                sum(row[name] for row in rows), sum(entry.line_ids.mapped(total)), 2
            )
        codes = {row["Account"] for row in rows}
        self.assertEqual(codes, set(entry.line_ids.account_id.mapped("code")))
        self.assertIsInstance(rows[0]["Date"], datetime)
        self.assertEqual(len(parts) - 1, len(contract.installment_ids))

    def test_sheet_of_an_empty_contract_is_refused(self):
        empty = self.env["vendor.financing.contract"].create({"agreement_id": self.agreement.id})
        for act in ("action_bank_sheet_xlsx", "action_bank_sheet_csv", "action_accounting_sheet"):
            with self.assertRaisesRegex(UserError, "no title"):
                getattr(empty, act)()

    def test_contract_sheet_can_be_printed_and_signed(self):
        source, _type = self.env["ir.actions.report"]._render_qweb_html(
            "vendor_financing.vendor_financing_contract_report", self.contract.ids
        )
        text = source.decode()
        for words in (self.invoice.name, "Banco A", "Place and date", "signatures"):
            self.assertIn(words, text)
        self.assertIn(f"{self.contract.customer_total:,.2f}", text)

    def test_strangers_get_no_sheet(self):
        for user in (self.salesman, self.foreign_user):
            with self.assertRaises(AccessError):
                self.contract.with_user(user)._make_sheet("bank", "csv")


@tagged("post_install", "-at_install")
class TestSheetsOverHttp(SheetsCommon, HttpCase):
    """Downloads: who gets which file."""

    def download(self, user, name):
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http"):
            return self.url_open(f"/vendor_financing/contract/{self.contract.id}/{name}")

    def test_files_are_downloaded_by_their_button(self):
        for act in ("action_bank_sheet_xlsx", "action_bank_sheet_csv"):
            url = getattr(self.contract.with_user(self.invoicing_user), act)()["url"]
            answer = self.download(self.invoicing_user, url.rsplit("/", 1)[1])
            self.assertEqual(answer.status_code, 200)
            self.assertIn("attachment", answer.headers["Content-Disposition"])
            self.assertTrue(answer.content)

    def test_others_are_refused(self):
        for user in (self.salesman, self.foreign_user):
            self.assertIn(self.download(user, "bank.csv").status_code, (403, 404))
        for name in ("bank.exe", "secret.csv", "accounting.csv"):
            self.assertEqual(self.download(self.invoicing_user, name).status_code, 404)
