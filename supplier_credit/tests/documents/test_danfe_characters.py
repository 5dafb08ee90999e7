import sys
import unicodedata
from base64 import b64encode

from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ...tools.fiscal.danfe import DanfeProblem, draw_danfe, draw_supplier_danfe, list_hidden
from ...tools.fiscal.danfe_text import UNKNOWN, to_printable, unprintable_characters
from ..common import NFE_FILE, SupplierCreditCommon
from .test_danfe_content import TAX_REFORM, Nfe, drawn_text

OLD_LAYOUT, NEW_LAYOUT = "2026-11-30T23:59:59-03:00", "2026-12-01T00:00:00-03:00"
PLAIN_FORMS = {
    "Crédito à vista \u2013 3 parcelas \u2014 “XPTO”": 'Crédito à vista - 3 parcelas - "XPTO"',
    "L\u2019Oréal \u2018mais\u2019 … • 5 € ™": "L'Oréal 'mais' ... - 5 EUR TM",
    "Łódź, Đakovo, Œuvre, naïve, e\u0301": "Lódz, Dakovo, OEuvre, naïve, é",
    "25 ℃ ½ ⅓ № 5 m² ㎡ ≠ \uff21\uff22": "25 °C ½ 1/3 No 5 m² m2 <> AB",
    "a\u00a0b\u2003c\u200b\ufeffd\u00ade": "a\u00a0b cde",
    "a\u000bb\u2028c\r\nd\re\tf": "a\nb\nc\nd\ne f",
    "Windows \u0096 \u0093x\u0094": 'Windows - "x"',
}


def iterate_unicode():
    return map(chr, range(sys.maxunicode + 1))


@tagged("post_install", "-at_install")
class TestDanfeCharacters(BaseCase):
    """Whatever a text holds, the DANFE is drawn."""

    def test_plain_forms(self):
        for text, plain in PLAIN_FORMS.items():
            self.assertEqual(to_printable(text), plain)
            self.assertFalse(list(unprintable_characters(text)))

    def test_each_character_of_unicode_is_accepted_and_drawn_or_refused(self):
        for character in iterate_unicode():
            printable = to_printable(character)
            self.assertFalse(
                [sign for sign in printable if sign != "\n" and not is_drawable(sign)],
                hex(ord(character)),
            )
            refused = list(unprintable_characters(character))
            # What is accepted is not replaced by a sign that says that it is unknown.
            is_question = UNKNOWN in unicodedata.normalize("NFKD", character)
            self.assertEqual(bool(refused), UNKNOWN in printable and not is_question)

    def test_all_that_the_cleaner_lets_through_is_drawn(self):
        signs = sorted(
            {sign for character in iterate_unicode() for sign in to_printable(character)}
        )
        signs = [sign for sign in signs if sign not in "\n \u00a0"]
        self.assertGreater(len(signs), 180)
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            # Each between letters, so that none is at the end of a line.
            nfe = Nfe().issue_on(moment).say(" ".join(f"a{sign}b" for sign in signs))
            nfe.say_on_item(" ".join(f"c{sign}d" for sign in signs))
            content = nfe.to_bytes()
            printed = drawn_text(draw_supplier_danfe, content, "".join(signs[:90]))
            for sign in signs:
                # A line ends after a semicolon.
                self.assertIn("a; b" if sign == ";" else f"a{sign}b", printed)
                self.assertIn(f"c{sign}d", printed)

    def test_texts_of_the_nfe_itself(self):
        for text, plain in PLAIN_FORMS.items():
            if any(sign in text for sign in "\u000b\ufeff\r"):
                continue
            content = Nfe().say(text).say_on_item(text).to_bytes()
            printed = drawn_text(draw_supplier_danfe, content, "")
            self.assertEqual(printed.count(" ".join(plain.split())), 2)

    def test_what_has_no_plain_form_in_the_nfe_is_marked(self):
        printed = drawn_text(draw_danfe, Nfe().say("Pedido 漢 😀 fim").to_bytes())
        self.assertIn("Pedido ? ? fim", printed)

    def test_mark_of_the_number_of_pages_is_text(self):
        printed = drawn_text(draw_supplier_danfe, Nfe().say("a {nb} b").to_bytes(), "")
        self.assertIn("a { nb } b", printed)

    def test_declared_encoding_is_not_followed(self):
        content = Nfe().say("Ação é útil").to_bytes()
        content = content.replace(b"UTF-8", b"ISO-8859-1", 1)
        for draw, *arguments in ((draw_danfe, content), (draw_supplier_danfe, content, "")):
            self.assertIn("Ação é útil", drawn_text(draw, *arguments))

    def test_what_the_library_stumbles_over_is_named(self):
        nfe = Nfe(TAX_REFORM)
        nfe.change("transp/modFrete", "7")
        with self.assertRaisesRegex(DanfeProblem, "KeyError: '7'"):
            draw_danfe(nfe.to_bytes())
        for content, cause in ((b"<nfeProc", "not_xml"), (b"<a/>", "it has no infNFe")):
            with self.assertRaisesRegex(DanfeProblem, cause):
                draw_danfe(content)
        for value, cause in ((("2027-02-30", "1.00"), "ValueError"), (("", "x"), "Invalid")):
            content = Nfe().charge([value]).to_bytes()
            for read in (list_hidden, lambda content: draw_supplier_danfe(content, "")):
                with self.assertRaisesRegex(DanfeProblem, cause):
                    read(content)


def is_drawable(sign):
    return " " <= sign <= "~" or "\u00a0" <= sign <= "\u00ff"


@tagged("post_install", "-at_install")
class TestDanfeParameters(SupplierCreditCommon):
    """Parameters 4.1 and 4.2, and the message instead of a traceback."""

    def test_plain_forms_are_accepted_and_shown(self):
        for text, plain in PLAIN_FORMS.items():
            self.agreement.write(
                {"card_name": text, "danfe_note": "<NOME_CARTAO_PARCEIRO>|" + text}
            )
            self.assertEqual(
                self.agreement.danfe_note_preview.split("|", 1)[1], to_printable(plain)
            )

    def test_characters_without_a_plain_form_are_refused_by_name(self):
        for parameter, name, number in (
            ("card_name", "the name of the partner card", r"4\.1"),
            ("danfe_note", "the note", r"4\.2"),
        ):
            for character, code in (
                ("😀", r"U\+1F600 GRINNING FACE"),
                ("漢", r"U\+6F22"),
                ("\u0007", r"U\+0007"),
                ("\ue000", r"U\+E000"),
            ):
                with self.assertRaisesRegex(
                    ValidationError, f"{number}, {name}.*character 6, .*{code}"
                ):
                    self.agreement[parameter] = f"XPTO {character} mais"
                self.agreement.invalidate_recordset(flush=False)

    def test_note_saved_before_the_check_is_drawn(self):
        self.env.cr.execute(
            "UPDATE supplier_credit_agreement SET danfe_note = %s WHERE id = %s",
            ["Nota \u2013 😀 “fim”", self.agreement.id],
        )
        self.agreement.invalidate_recordset()
        printed = drawn_text(
            draw_supplier_danfe, self.nfe_content(NFE_FILE), self.agreement.danfe_note
        )
        self.assertIn('Nota - ? "fim"', printed)

    def test_drawing_error_is_a_message(self):
        order = self.create_order()
        self.reserve(order)
        invoice = self.create_invoice(order).with_user(self.accountant)
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice._attach_nfe(self.nfe_content())
        invoice.action_post()
        self.deliver()
        nfe = Nfe()
        nfe.change("transp/modFrete", "7")
        store_nfe(invoice, nfe)
        with self.assertRaisesRegex(UserError, "could not be drawn: KeyError: '7'.*Print it with"):
            invoice._draw_danfe()
        invoice.sudo().supplier_nfe_file = False
        with self.assertRaisesRegex(UserError, "XML of its access key is not stored. Upload"):
            invoice._draw_danfe()


def store_nfe(invoice, nfe):
    """Replace the stored file; this is not about how it got there."""
    invoice.sudo().supplier_nfe_file = b64encode(nfe.to_bytes())
