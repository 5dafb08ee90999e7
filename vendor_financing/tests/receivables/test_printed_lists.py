import io

from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfFileReader

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestPrintedLists(VendorFinancingContractCommon, HttpCase):
    """Long lists are printed as text: drawn letters take seconds and a megabyte a page."""

    def read_pdf(self, name, records):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _type = report._render_qweb_pdf(f"vendor_financing.{name}", records.ids)
        return "".join(page.extract_text() for page in PdfFileReader(io.BytesIO(content)).pages)

    def test_lists_are_text(self):
        self.quote(1.8, 2.3)
        pending = self._create_vendor_invoice(100.0)
        financed = self._create_vendor_invoice(900.0)
        contract = self.make_effective(financed, plan="30/60")
        self.env.flush_all()
        rows = self.env["vendor.financing.receivable"].search([("move_id", "=", financed.id)])
        for name, records, move in (
            ("vendor_financing_receivable_report", rows, financed),
            ("vendor_financing_pending_report", pending, pending),
            ("vendor_financing_contract_report", contract, financed),
        ):
            with self.subTest(name):
                self.assertIn(move.name, self.read_pdf(name, records).replace("\n", ""))
