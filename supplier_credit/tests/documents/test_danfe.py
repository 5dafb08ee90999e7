import base64
from datetime import date
from io import BytesIO

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ...tools.fiscal.danfe import draw_danfe, draw_supplier_danfe
from ...tools.fiscal.danfe_mask import MASK
from ...tools.fiscal.danfe_note import fill_note, unknown_tags
from ..common import NFE_WITH_DUPLICATAS, SupplierCreditCommon
from .test_danfe_content import Nfe


def pdf_text(content):
    return "\n".join(page.extract_text() for page in PdfFileReader(BytesIO(content)).pages)


@tagged("post_install", "-at_install")
class TestDanfe(SupplierCreditCommon):
    """Seed 001, "Impressão da DANFE"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.danfe_note = (
            "Cartao <NOME_CARTAO_PARCEIRO> em <QTDE_PARCELAS> parcelas, NF <NUM_NF> de <DT_EMIS>."
        )
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order).with_user(cls.accountant)

    def print_danfe(self, invoice=None):
        report = self.env["ir.actions.report"].with_user(self.accountant)
        content, kind = report._render_qweb_pdf(
            "supplier_credit.account_move_report_danfe", (invoice or self.invoice).ids
        )
        self.assertEqual(kind, "pdf")
        return content

    def register(self, answer=None):
        self.supplier.on("POST", "/transacoes$", answer or self.transaction_answer(), 201)
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.deliver()

    def test_printed_with_the_note_after_approval(self):
        self.register()
        text = " ".join(pdf_text(self.print_danfe()).split())
        self.assertIn("Cartao XPTO mais Crédito em 3 parcelas, NF 47605 de 22/11/2026.", text)
        self.assertIn("47605", text.replace(".", ""))

    def test_refused_before_approval_on_each_way(self):
        self.register(self.transaction_answer("EM_ANALISE"))
        with self.assertRaisesRegex(UserError, "before Supplier approved.*In Analysis"):
            self.print_danfe()
        with self.assertRaisesRegex(UserError, "before Supplier approved"):
            self.invoice.action_print_supplier_danfe()

    def test_bearer_taken_off_does_not_open_the_way_out(self):
        self.invoice._attach_nfe(self.nfe_content())
        self.invoice.action_post()
        self.invoice.preferred_payment_method_line_id = False
        self.assertEqual(self.invoice.sudo().supplier_state, "to_send", "it was withdrawn")
        with self.assertRaisesRegex(UserError, "before Supplier approved"):
            self.print_danfe()

    def test_rejected_sale_that_is_charged_otherwise_has_its_plain_danfe(self):
        self.register(self.transaction_answer("REJEITADA", codigoTransacao=None))
        with self.assertRaisesRegex(UserError, "before Supplier approved"):
            self.print_danfe()
        self.invoice.preferred_payment_method_line_id = False
        self.assertNotIn("XPTO", pdf_text(self.print_danfe()))

    def test_refused_without_nfe(self):
        with self.assertRaisesRegex(UserError, "no authorised NF-e"):
            self.print_danfe()

    def test_instalments_of_the_payment_terms_written_into_the_nfe_are_not_printed(self):
        self.register()
        nfe = Nfe().say("Parcela de 203,44 em 22/12/2026, pedido de 21/12/2026")
        self.invoice.sudo().supplier_nfe_file = base64.b64encode(nfe.to_bytes())
        due_dates = [instalment.due_date for instalment in self.invoice._get_supplier_instalments()]
        self.assertIn(date(2026, 12, 22), due_dates)
        text = " ".join(pdf_text(self.print_danfe()).split())
        self.assertIn(f"Parcela de {MASK} em {MASK}, pedido de 21/12/2026 Cartao XPTO", text)

    def test_cancelled_at_sefaz_is_marked(self):
        self.register()
        self.assertNotIn("CANCELADA", pdf_text(self.print_danfe()))
        # Written directly: this test is not about the event that writes it.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET supplier_sefaz_state = 'cancelled' WHERE id = %s",
            [self.invoice.id],
        )
        self.env.invalidate_all()
        self.assertIn("CANCELADA", pdf_text(self.print_danfe()))

    def test_exists_as_pdf_only(self):
        self.register()
        report = self.env["ir.actions.report"].with_user(self.accountant)
        for render in (report._render_qweb_html, report._render_qweb_text):
            with self.assertRaisesRegex(UserError, "PDF only"):
                render("supplier_credit.account_move_report_danfe", self.invoice.ids)

    def test_authorised_xml_is_read_by_managers_only(self):
        self.register()
        with self.assertRaises(UserError):
            self.invoice.read(["supplier_nfe_file"])
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "=", self.invoice.id),
                    ("res_field", "=", "supplier_nfe_file"),
                ]
            )
        )
        self.assertTrue(attachment)
        with self.assertRaises(UserError):
            attachment.with_user(self.accountant).read(["datas"])

    def test_instalments_of_the_nfe_are_not_printed(self):
        content = self.nfe_content(NFE_WITH_DUPLICATAS)
        plain = " ".join(pdf_text(draw_danfe(content)).split())
        self.assertIn("25/12/2026", plain, "the untouched DANFE shows the due date")
        printed = " ".join(pdf_text(draw_supplier_danfe(content, "Nota da Supplier")).split())
        self.assertNotIn("25/12/2026", printed)
        self.assertIn("Nota da Supplier", printed)
        self.assertIn("Pedido cliente 1035", printed, "what the NF-e itself says stays")
        self.assertEqual(printed.count("3.251,92"), plain.count("3.251,92") - self._in_cobr(plain))

    def _in_cobr(self, plain):
        """The total is also in the invoice block, which Supplier's DANFE leaves out."""
        fatura = plain[plain.index("FATURA") :]
        return fatura[: fatura.index("CÁLCULO")].count("3.251,92")

    def test_tags_are_replaced_in_one_pass(self):
        values = {"card_name": "<NUM_NF>", "instalments": 3, "number": 7}
        values["issue_date"] = date(2026, 12, 1)
        self.assertEqual(
            fill_note("<NOME_CARTAO_PARCEIRO>|<QTDE_PARCELAS>|<NUM_NF>|<DT_EMIS>|<b>", **values),
            "<NUM_NF>|3|7|01/12/2026|<b>",
        )
        self.assertEqual(unknown_tags("<NUM_NF> <X> a < b <DT_EMIS> <b>"), ["<X>", "<b>"])
        self.assertEqual(unknown_tags(False), [])
