import base64
import re
from io import BytesIO

from fpdf import FPDF
from odoo.fields import Command
from odoo.tests import BaseCase, tagged
from odoo.tools.pdf import PdfFileReader
from PIL import Image

from ...tools.fiscal.danfe import draw_danfe, draw_supplier_danfe
from ..common import SupplierCreditCommon
from .test_danfe_characters import NEW_LAYOUT, OLD_LAYOUT
from .test_danfe_content import NOTE, Nfe, drawn_text

VOLUMES = (
    "<vol><qVol>10</qVol><esp>CAIXA</esp><marca>AZUL</marca><nVol>1-10</nVol>"
    "<pesoL>1000.500</pesoL><pesoB>1234.500</pesoB></vol>"
    "<vol><qVol>2</qVol><esp>PALETE</esp></vol>"
)
TRAILERS = (
    "<reboque><placa>ABC1D23</placa><UF>SP</UF><RNTC>123456</RNTC></reboque>"
    "<reboque><placa>XYZ9876</placa></reboque>"
)
CONTINGENCY = "<dhCont>2018-08-15T10:11:12-03:00</dhCont><xJust>Queda da conexão</xJust>"
# Widths of the three bars and spaces of each symbol. Source: ISO/IEC 15417, table 1.
CODE_128 = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232
""".split()
# A black rectangle.
BAR = r"\b0 g 0 0 m ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f"
STOP = "2331112"
CODE_A, CODE_B, CODE_C = 103, 104, 105


def decode_code_128(widths):
    """Return the text of widths of bars and spaces, in modules, after its check character."""
    written = "".join(map(str, widths))
    assert written.endswith(STOP)
    written = written.removesuffix(STOP)
    values = [CODE_128.index(written[at : at + 6]) for at in range(0, len(written), 6)]
    start, *data, check = values
    assert check == (start + sum(place * value for place, value in enumerate(data, 1))) % 103
    text, code = "", start
    for value in data:
        if code == CODE_C and value < 100:
            text += f"{value:02d}"
        elif code != CODE_C and value < 96:
            text += chr(value + 32)
        else:
            code = {99: CODE_C, 100: CODE_B, 101: CODE_A}[value]
    return text


def read_bar_code(pdf):
    """Return the text of the first page's bar code, from the bars that are drawn."""
    drawn = PdfFileReader(BytesIO(pdf)).pages[0].get_contents().get_data().decode("latin-1")
    bars = [
        (float(x), float(width))
        for x, _y, width, height in re.findall(BAR, drawn)
        if float(height) > 40
    ]
    module = min(width for _x, width in bars)
    widths = []
    for (x, width), (following, _width) in zip(bars, [*bars[1:], (0, 0)], strict=True):
        widths += [round(width / module), round((following - x - width) / module)]
    return decode_code_128(widths[:-1])


@tagged("post_install", "-at_install")
class TestDanfePaper(BaseCase):
    """What an NF-e says and a DANFE has to show, in both layouts and of both kinds."""

    def iterate_drawn(self, nfe):
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            content = nfe.issue_on(moment).to_bytes()
            yield drawn_text(draw_danfe, content)
            yield drawn_text(draw_supplier_danfe, content, NOTE)

    def test_volumes_after_the_first(self):
        for printed in self.iterate_drawn(Nfe().add("transp", VOLUMES)):
            self.assertIn(
                "Volume 2 de 3: quantidade 10, espécie CAIXA, marca AZUL, numeração 1-10, "
                "peso bruto 1.234,500, peso líquido 1.000,500",
                printed,
            )
            self.assertIn("Volume 3 de 3: quantidade 2, espécie PALETE", printed)

    def test_trailers(self):
        for printed in self.iterate_drawn(Nfe().add("transp", TRAILERS)):
            self.assertIn("Reboque: ABC1D23 SP ANTT 123456", printed)
            self.assertIn("Reboque: XYZ9876", printed)

    def test_contingency(self):
        for printed in self.iterate_drawn(Nfe().add("ide", CONTINGENCY)):
            self.assertIn(
                "Emitida em contingência em 15/08/2018 10:11:12. Motivo: Queda da conexão", printed
            )

    def test_foreign_recipient(self):
        nfe = Nfe().rename("dest/CNPJ", "idEstrangeiro").change("dest/idEstrangeiro", "AB-123")
        for printed in self.iterate_drawn(nfe):
            self.assertIn("Identificação do destinatário estrangeiro: AB-123", printed)

    def test_nothing_is_added_where_nothing_is_missing(self):
        for printed in self.iterate_drawn(Nfe()):
            for added in ("Volume 1", "Reboque", "contingência", "estrangeiro"):
                self.assertNotIn(added, printed)

    def test_lines_end_at_semicolons(self):
        content = Nfe().say("Linha um;Linha dois; Linha três").to_bytes()
        for draw, *arguments in ((draw_danfe, content), (draw_supplier_danfe, content, "Nota\nZ")):
            lines = PdfFileReader(BytesIO(draw(*arguments))).pages[0].extract_text().splitlines()
            at = lines.index("Linha um;")
            self.assertEqual(lines[at : at + 3], ["Linha um;", "Linha dois;", "Linha três"])
        self.assertEqual(lines[at + 3 : at + 5], ["Nota", "Z"])

    def test_many_semicolons_are_one_end(self):
        for printed in self.iterate_drawn(Nfe().say("Um;; ;dois")):
            self.assertIn("Um;; ; dois", printed)
        pages = PdfFileReader(BytesIO(draw_danfe(Nfe().say("a" + ";" * 4000).to_bytes()))).pages
        self.assertLess(len(pages), 4)

    def test_library_text_stands_apart_from_the_note(self):
        nfe = Nfe().change("dest/enderDest/xLgr", "Rua " + "longa " * 14)
        nfe.add("dest/enderDest", "<xCpl>Sala 12</xCpl>")
        for printed in self.iterate_drawn(nfe):
            self.assertRegex(printed, r" Complemento do destinatário: Sala 12\.")
        self.assertIn(f"{NOTE} Complemento", printed)
        nfe.say("Texto do fisco", "infAdFisco")
        for printed in self.iterate_drawn(nfe):
            self.assertRegex(printed, r" Complemento do destinatário: Sala 12\. Texto do fisco")

    def test_text_for_the_tax_office_alone(self):
        for printed in self.iterate_drawn(Nfe().say("Texto do fisco", "infAdFisco")):
            self.assertIn("Texto do fisco", printed)
            self.assertNotIn("None", printed)

    def test_receipt_of_a_landscape_danfe(self):
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            nfe = Nfe().issue_on(moment).change("ide/tpImp", "2")
            nfe.change("dest/xNome", "Cliente " * 7 + "Ltda").change("emit/xNome", "Loja " * 11)
            content = draw_supplier_danfe(nfe.to_bytes(), NOTE)
            page = PdfFileReader(BytesIO(content)).pages[0]
            self.assertGreater(page.mediabox.width, page.mediabox.height)
            printed = " ".join(page.extract_text().split())
            self.assertIn("RECEBEMOS DE Loja Loja", printed)
            self.assertIn("DATA DE RECEBIMENTO IDENTIFICAÇÃO E ASSINATURA", printed)
            self.assert_receipt_below_number(page)

    def assert_receipt_below_number(self, page):
        """The receipt is written upwards, and ends before the box with the number begins."""
        written = []
        page.extract_text(visitor_text=lambda text, cm, tm, *_font: written.append((text, cm, tm)))
        measure = FPDF(unit="pt")
        measure.set_font("Times", "", 5)
        box = float(page.mediabox.height) - (5 + 30) * 72 / 25.4
        lines = [
            (text.strip(), cm, tm)
            for text, cm, tm in written
            if "RECEBEMOS" in text or "CNPJ: 57" in text
        ]
        self.assertTrue(lines)
        for text, cm, tm in lines:
            self.assertEqual(round(cm[1]), 1, "it is turned by 90 degrees")
            start = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            for line in text.split("\n"):
                self.assertLess(start + measure.get_string_width(line), box, line)

    def test_bar_code_of_each_key(self):
        nfe = Nfe()
        keys = {nfe.information.get("Id")[3:]}
        self.assertEqual(read_bar_code(draw_danfe(nfe.to_bytes())), *keys)
        for cnpj in ("12ABC34501DE35", "00000000000191", "A1B2C3D4E5F630", "ZZZZZZZZZZZZ90"):
            for moment in (OLD_LAYOUT, NEW_LAYOUT):
                nfe = Nfe().issue_on(moment)
                key = nfe.issued_by(cnpj)
                self.assertEqual(read_bar_code(draw_supplier_danfe(nfe.to_bytes(), NOTE)), key)


@tagged("post_install", "-at_install")
class TestDanfeLook(SupplierCreditCommon):
    """What Odoo adds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls.create_order()
        cls.reserve(order)
        cls.invoice = cls.create_invoice(order).with_user(cls.accountant)
        cls.supplier.on("POST", "/transacoes$", cls.transaction_answer(), 201)
        cls.invoice._attach_nfe(cls.nfe_content())
        cls.invoice.action_post()
        cls.deliver()

    def count_images(self):
        page = PdfFileReader(BytesIO(self.invoice._draw_danfe())).pages[0]
        return len(page.images)

    def test_logo_of_the_company(self):
        self.assertTrue(self.company.uses_default_logo)
        self.assertEqual(self.count_images(), 0, "the host's own picture is no logo")
        for form, mode in (("PNG", "RGBA"), ("JPEG", "RGB"), ("GIF", "P")):
            picture = BytesIO()
            Image.new(mode, (300, 200), 1 if mode == "P" else "navy").save(picture, form)
            self.company.logo = base64.b64encode(picture.getvalue())
            self.assertEqual(self.count_images(), 1, form)

    def test_logo_that_is_no_picture_is_left_out(self):
        self.company.logo = base64.b64encode(
            b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>'
        )
        self.assertEqual(self.count_images(), 0)

    def test_host_does_not_ask_for_a_document_layout(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        self.company.external_report_layout_id = False
        invoice = self.invoice.with_user(admin).with_company(self.company)
        self.assertEqual(
            self.env.ref("account.account_invoices")
            .with_user(admin)
            .with_company(self.company)
            .report_action(invoice)["type"],
            "ir.actions.act_window",
            "the host asks before other documents",
        )
        action = invoice.action_print_supplier_danfe()
        self.assertEqual(action["type"], "ir.actions.report")
        self.assertEqual(action["report_name"], "supplier_credit.report_danfe")
