import re
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO

from lxml import etree
from odoo.tests import BaseCase, tagged
from odoo.tools.pdf import PdfFileReader

from ...tools.fiscal.danfe import draw_danfe, draw_supplier_danfe
from ...tools.fiscal.danfe_mask import MASK, mask_instalments
from ...tools.fiscal.nfe import NAMES, NAMESPACE, key_check_digit
from ..common import NFE_FILE, NFE_WITH_DUPLICATAS, SAMPLES

NOTE = "Venda pelo cartao XPTO mais Credito em 3 parcelas, conforme NF 47605 de 15/08/2018."
TWO_DUPLICATAS = "26180875335849000115550010000016871192213331-nfe.xml"
TAX_REFORM = "nfe_reforma_tributaria.xml"
EXPORT_WITH_FISCO_TEXT = "42220575277525000178550030000292481295366801-procNFe.xml"
# Due dates and values of the duplicatas that the derived NF-e carry.
DUPLICATAS = (("2027-01-13", "4321.17"), ("2027-02-13", "4321.18"), ("2027-03-13", "4321.19"))
DATES = ("13/01/2027", "13/02/2027", "13/03/2027")
VALUES = ("4.321,17", "4.321,18", "4.321,19")


@cache
def drawn_pages(draw, *arguments, **options):
    """Draw a DANFE; return the text of each page, with all white space as single blanks.

    Of many items it takes seconds, so each is drawn once.
    """
    pages = PdfFileReader(BytesIO(draw(*arguments, **options))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def drawn_text(draw, *arguments, **options):
    return " ".join(drawn_pages(draw, *arguments, **options))


class Nfe:
    """A variant of a real NF-e, made by editing its tree."""

    def __init__(self, name=NFE_FILE):
        self.root = etree.fromstring((SAMPLES / name).read_bytes())
        self.information = self.root.find(".//n:infNFe", NAMES)

    namespace = NAMESPACE

    def to_bytes(self):
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")

    def _set(self, parent, name, text, index=None):
        element = parent.find(f"n:{name}", NAMES)
        if element is None:
            element = etree.Element(f"{{{NAMESPACE}}}{name}")
            parent.insert(len(parent) if index is None else index, element)
        element.text = text
        return element

    def say(self, text, name="infCpl"):
        """Write free text into the additional information."""
        additional = self.information.find("n:infAdic", NAMES)
        if additional is None:
            additional = etree.Element(f"{{{NAMESPACE}}}infAdic")
            self.information.find("n:pag", NAMES).addnext(additional)
        self._set(additional, name, text, 0 if name == "infAdFisco" else None)
        return self

    def find(self, path):
        return self.information.find(path, NAMES)

    def change(self, path, text):
        """Write the text of an element that is there."""
        self.information.find("/".join(f"n:{name}" for name in path.split("/")), NAMES).text = text
        return self

    def rename(self, path, name):
        found = self.information.find("/".join(f"n:{part}" for part in path.split("/")), NAMES)
        found.tag = f"{{{NAMESPACE}}}{name}"
        return self

    def add(self, path, xml):
        """Add elements, written as XML, at the end of a group that is there."""
        parent = self.information
        if path:
            parent = parent.find("/".join(f"n:{name}" for name in path.split("/")), NAMES)
        parent.extend(etree.fromstring(f'<a xmlns="{NAMESPACE}">{xml}</a>'))
        return self

    @property
    def items(self):
        return self.information.findall("n:det", NAMES)

    def say_on_item(self, text, item=None):
        self._set(self.items[0] if item is None else item, "infAdProd", text)
        return self

    def charge(self, duplicatas=DUPLICATAS):
        """Replace the charge group by one with these duplicatas."""
        for group in self.information.findall("n:cobr", NAMES):
            self.information.remove(group)
        cobr = etree.Element(f"{{{NAMESPACE}}}cobr")
        self.information.find("n:pag", NAMES).addprevious(cobr)
        for number, (due, value) in enumerate(duplicatas, start=1):
            dup = etree.SubElement(cobr, f"{{{NAMESPACE}}}dup")
            self._set(dup, "nDup", f"{number:03d}")
            self._set(dup, "dVenc", due)
            self._set(dup, "vDup", value)
        return self

    def issue_on(self, moment):
        self._set(self.information.find("n:ide", NAMES), "dhEmi", moment)
        return self

    def repeat_items(self, count):
        first = self.information.find("n:det", NAMES)
        for element in self.information.findall("n:det", NAMES)[1:]:
            self.information.remove(element)
        for number in range(count, 1, -1):
            copy = deepcopy(first)
            copy.set("nItem", str(number))
            first.addnext(copy)
        return self

    def issued_by(self, cnpj):
        """Give the NF-e another issuer, also in its key; return the key."""
        self._set(self.information.find("n:emit", NAMES), "CNPJ", cnpj)
        key = self.information.get("Id")[3:]
        key = key[:6] + cnpj + key[20:43]
        key += key_check_digit(key)
        self.information.set("Id", f"NFe{key}")
        self.root.find(".//n:chNFe", NAMES).text = key
        return key


@tagged("post_install", "-at_install")
class TestDanfeContent(BaseCase):
    """Seed 001, "Impressão da DANFE": the note, and no instalment, in any NF-e.

    Each NF-e is drawn twice: the unchanged DANFE shows what Supplier's must not show.
    """

    def assert_masked(self, nfe, hidden, *, note=NOTE, kept=(), **options):
        """Draw an NF-e both ways and compare; return the text of Supplier's DANFE."""
        content = nfe.to_bytes()
        plain, printed = (
            drawn_text(draw_danfe, content),
            drawn_text(draw_supplier_danfe, content, note, **options),
        )
        for text in hidden:
            self.assertIn(text, plain, "the untouched DANFE shows it")
            self.assertNotIn(text, printed)
        for text in kept:
            self.assertIn(text, plain)
            self.assertIn(text, printed)
        self.assertEqual(printed.count(note), 1)
        self.assertNotIn("DUPLICATAS", printed)
        return printed

    def test_duplicatas_of_a_real_nfe(self):
        self.assert_masked(
            Nfe(TWO_DUPLICATAS),
            ["25/09/2018", "04/11/2018", "2.890,00"],
            kept=["5.780,00", "Convênio 126/2010"],
        )

    def test_many_items_over_several_pages(self):
        nfe = Nfe(NFE_WITH_DUPLICATAS).repeat_items(160).charge()
        pages = drawn_pages(draw_supplier_danfe, nfe.to_bytes(), NOTE)
        self.assertGreater(len(pages), 2)
        printed = self.assert_masked(nfe, [*DATES, *VALUES], kept=["Pedido cliente 1035"])
        self.assertEqual(printed.count(NOTE), 1)

    def test_without_duplicatas_and_without_additional_information(self):
        nfe = Nfe(NFE_FILE)
        self.assertIsNone(nfe.information.find("n:cobr", NAMES))
        self.assertIsNone(nfe.information.find("n:infAdic/n:infCpl", NAMES))
        self.assert_masked(nfe, [], kept=["610,37"])

    def test_free_text_that_repeats_the_duplicatas(self):
        nfe = (
            Nfe()
            .charge()
            .say(
                "Parcelas: 13/01/2027 R$ 4.321,17; 13.02.27 R$ 4321,18; 2027-03-13 R$ 4321.19. "
                "Protocolo ICMS 13/01, pedido 4321 de 14/01/2027, frete 14.321,17, peso 4.321,170."
            )
        )
        printed = self.assert_masked(
            nfe,
            [*DATES, "13.02.27", "2027-03-13", "R$ 4.321,17", "R$ 4321,18", "R$ 4321.19"],
            kept=[
                "Protocolo ICMS 13/01,", "pedido 4321 de 14/01/2027", "frete 14.321,17,",
                "peso 4.321,170.",
            ],
        )  # fmt: skip
        self.assertIn(f"Parcelas: {MASK} R$ {MASK}; {MASK} R$ {MASK}; {MASK} R$ {MASK}.", printed)

    def test_free_text_for_the_tax_office_and_on_an_item(self):
        nfe = (
            Nfe()
            .charge()
            .say("Vencimento 13/01/2027 no fisco", "infAdFisco")
            .say_on_item("Pagar 4.321,18 em 13 de fevereiro de 2027")
        )
        self.assert_masked(
            nfe,
            ["Vencimento 13/01/2027", "Pagar 4.321,18", "13 de fevereiro de 2027"],
            kept=["no fisco"],
        )

    def test_payment_terms_of_the_invoice_where_the_nfe_has_no_duplicatas(self):
        nfe = Nfe().say("1a parcela de 203,43 em 22/12/2026, pedido de 21/12/2026, saldo 203,40")
        self.assert_masked(
            nfe,
            ["203,43", "22/12/2026"],
            kept=["21/12/2026", "203,40"],
            instalments=((date(2026, 12, 22), Decimal("203.43")), (date(2027, 1, 21), None)),
        )

    def test_long_card_name(self):
        name = "Cartao " + " ".join(f"Parceiro{number}" for number in range(60))
        note = f"Venda pelo {name}, NF 47605."
        printed = drawn_text(draw_supplier_danfe, Nfe().charge().to_bytes(), note)
        # It continues in another block, which is before the first one in the file.
        for word in note.replace(",", "").split()[2:-2]:
            self.assertEqual(len(re.findall(rf"{word}\b", printed)), 1, word)
        for hidden in (*DATES, *VALUES):
            self.assertNotIn(hidden, printed)

    def test_long_free_text_goes_on_before_the_note(self):
        text = " ".join(f"observacao{number}" for number in range(400))
        printed = self.assert_masked(
            Nfe(NFE_WITH_DUPLICATAS).charge().say(text), [*DATES, *VALUES], kept=["observacao399"]
        )
        self.assertLess(printed.index("observacao399"), printed.index(NOTE))

    def test_signs_that_mean_something_in_xml_and_tags_in_odd_places(self):
        note = "<b>Cartao & Cia</b> <NUM_NF>1 < 2> ]]> 'x' \"y\""
        self.assert_masked(
            Nfe().charge().say("<DT_EMIS> a<b & c"), DATES, note=note, kept=["<DT_EMIS> a<b & c"]
        )

    def test_note_that_the_issuer_already_wrote_stands_once(self):
        printed = self.assert_masked(Nfe().charge().say(f"Antes. {NOTE} Depois."), DATES)
        self.assertIn(f"Antes. {NOTE} Depois.", printed)

    def test_tax_reform_before_the_new_layout(self):
        printed = self.assert_masked(
            Nfe(TAX_REFORM),
            ["31/12/2023", "10/01/2024", "20/01/2024", "54.915,05", "54.916,71"],
            kept=["164.746,81", "Protocolos ICMS no 196/2009, 26/10 e 85/11"],
        )
        self.assertNotIn("VALOR CBS", printed.upper())

    def test_tax_reform_in_the_layout_of_nt_2026_010(self):
        nfe = Nfe(TAX_REFORM).issue_on("2026-12-01T09:00:00-03:00")
        printed = self.assert_masked(
            nfe,
            ["31/12/2023", "10/01/2024", "20/01/2024", "54.915,05", "54.916,71"],
            kept=["164.746,81"],
        )
        self.assertIn("CBS", printed, "the layout that shows the tax reform's taxes")

    def test_new_layout_with_many_items_and_free_text(self):
        nfe = (
            Nfe(NFE_WITH_DUPLICATAS)
            .repeat_items(90)
            .charge()
            .issue_on("2027-01-04T09:00:00-03:00")
            .say("Boleto de 4.321,17 para 13/01/2027")
        )
        self.assertGreater(len(drawn_pages(draw_supplier_danfe, nfe.to_bytes(), NOTE)), 1)
        self.assert_masked(nfe, [*DATES, *VALUES])

    def test_alphanumeric_cnpj_in_the_key(self):
        nfe = Nfe().charge()
        key = nfe.issued_by("12ABC34501DE35")
        printed = self.assert_masked(nfe, [*DATES, *VALUES], kept=["12.ABC.345/01DE-35"])
        self.assertIn(key, re.sub(r"[\s.]", "", printed))

    def test_export_with_text_for_the_tax_office_only_in_order(self):
        printed = self.assert_masked(
            Nfe(EXPORT_WITH_FISCO_TEXT), ["22/05/2023"], kept=["PEDIDO 02997"]
        )
        self.assertLess(printed.index("Aceros Industriales"), printed.index(NOTE))

    def test_cancelled_is_marked_on_each_page(self):
        content = Nfe(NFE_WITH_DUPLICATAS).repeat_items(160).charge().to_bytes()
        for draw, *arguments in ((draw_danfe, content), (draw_supplier_danfe, content, NOTE)):
            self.assertNotIn("CANCELADA", drawn_text(draw, *arguments))
            for page in drawn_pages(draw, *arguments, cancelled=True):
                self.assertIn("CANCELADA", page)

    def test_authorised_file_is_not_changed(self):
        content = Nfe(TWO_DUPLICATAS).to_bytes()
        before = bytes(content)
        draw_supplier_danfe(content, NOTE)
        self.assertEqual(content, before)

    def test_mask_knows_the_ways_of_writing_and_leaves_the_rest(self):
        dates, amounts = [date(2018, 9, 5)], [Decimal("1234567.80")]
        for text in (
            "5/9/18", "05/09/2018", "05-09-2018", "5.9.2018", "05 / 09 / 2018", "2018-09-05",
            "05 de setembro de 2018", "5-set-18", "5 SET 2018", "05/Set./2018",
            "1.234.567,80", "1234567,80", "1,234,567.80", "1234567.80",
        ):  # fmt: skip
            self.assertEqual(mask_instalments(f"a {text}, b", dates, amounts), f"a {MASK}, b")
        for text in (
            "05/09", "15/09/2018", "05/09/20181", "1/05/09/2018", "05/10/2018", "05 09 2018x5",
            "21.234.567,80", "1.234.567,801", "1.234.567", "234.567,80", "1.234.567,80.1",
        ):  # fmt: skip
            self.assertEqual(mask_instalments(text, dates, amounts), text)
        self.assertEqual(mask_instalments("13/01/2027 1,00", [], []), "13/01/2027 1,00")
        self.assertIsNone(mask_instalments(None, dates, amounts))
