from io import BytesIO
from unittest.mock import patch

from brazilfiscalreport.danfe import Danfe, DanfeConfig
from fpdf.line_break import MultiLineBreak
from odoo.tests import BaseCase, tagged
from odoo.tools.pdf import PdfFileReader

from ...tools.fiscal.danfe_layouts import draw_layout
from .test_danfe_characters import NEW_LAYOUT, OLD_LAYOUT
from .test_danfe_content import NFE_WITH_DUPLICATAS, TAX_REFORM, Nfe

LONG_TEXT = " ".join(f"palavra{number}" for number in range(45))


@tagged("post_install", "-at_install")
class TestDanfeManyItems(BaseCase):
    """Drawing takes a time that grows with the items, and draws what the library draws."""

    def make(self, name, moment, items, *, text="", orientation="1"):
        nfe = Nfe(name).issue_on(moment).repeat_items(items).change("ide/tpImp", orientation)
        for number, item in enumerate(nfe.items):
            item.find("{*}prod/{*}xProd").text = f"Item {number} " + "x " * (number % 37)
        for item in nfe.items[::3] if text else ():
            nfe.say_on_item(text, item)
        return nfe

    def draw_twice(self, nfe):
        """Draw with the library alone and with ours; return the pages of each."""
        content = nfe.to_bytes()
        old = bytes(Danfe(xml=content, config=DanfeConfig()).output())
        new = draw_layout(content, DanfeConfig())
        return [PdfFileReader(BytesIO(pdf)).pages for pdf in (old, new)]

    def assert_drawn_alike(self, old, new):
        """Compare page by page: texts, and all that is drawn."""
        self.assertGreater(len(old), 0)
        for old_page, new_page in zip(old, new, strict=True):
            self.assertEqual(old_page.extract_text(), new_page.extract_text())
            self.assertEqual(old_page.get_contents().get_data(), new_page.get_contents().get_data())

    def test_same_content_as_the_library(self):
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            for nfe in (
                self.make(TAX_REFORM, moment, 1),
                self.make(TAX_REFORM, moment, 60),
                self.make(NFE_WITH_DUPLICATAS, moment, 60),
                self.make(TAX_REFORM, moment, 30, text=LONG_TEXT),
            ):
                self.assert_drawn_alike(*self.draw_twice(nfe))

    def test_same_content_with_long_additional_information(self):
        """It goes on below the items or on pages of its own; ours has no more pages."""
        words = [f"palavra{number}" for number in range(420)]
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            for items in (1, 40):
                nfe = self.make(TAX_REFORM, moment, items).say(" ".join(words))
                old, new = self.draw_twice(nfe)
                self.assertLessEqual(len(new), len(old))
                printed = [" ".join(page.extract_text() for page in pages) for pages in (old, new)]
                for text in printed:
                    self.assertEqual([word for word in words if word not in text.split()], [])
                # Besides the numbers of pages and headings of the pages.
                self.assertEqual(
                    printed[0].count("[NCM") or printed[0].count("Item"),
                    printed[1].count("[NCM") or printed[1].count("Item"),
                )

    def test_same_content_across(self):
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            old, new = self.draw_twice(self.make(TAX_REFORM, moment, 60, orientation="2"))
            self.assert_drawn_alike(old[1:], new[1:])
            # The lines of the receipt are shorter.
            self.assertEqual(old[0].extract_text().split(), new[0].extract_text().split())

    def test_work_grows_with_the_items(self):
        for moment in (OLD_LAYOUT, NEW_LAYOUT):
            fewer, more = (
                self.count_lines(self.make(TAX_REFORM, moment, items)) for items in (100, 400)
            )
            self.assertLess(more, 4.2 * fewer)

    def count_lines(self, nfe):
        """Return how many lines the library breaks texts into, which is most of its work."""
        content = nfe.to_bytes()
        with patch.object(
            MultiLineBreak, "get_line", autospec=True, side_effect=MultiLineBreak.get_line
        ) as get_line:
            draw_layout(content, DanfeConfig())
        return get_line.call_count
