import base64
from datetime import date
from io import BytesIO
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from PIL import Image

from ...models.documents import account_move_danfe
from ..common import NFE_WITH_DUPLICATAS
from .common import WITHHELD, SupplierCreditDocumentsCommon
from .test_danfe_content import Nfe

KEPT = ("supplier_danfe_file", "supplier_danfe_digest", "supplier_danfe_hidden")


@tagged("post_install", "-at_install")
class TestKeptDanfe(SupplierCreditDocumentsCommon):
    """The DANFE is drawn once after the approval, and again when what it shows changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post()

    def count_drawings(self):
        """Print; return how often the DANFE was drawn for it."""
        with patch.object(
            account_move_danfe,
            "draw_supplier_danfe",
            side_effect=account_move_danfe.draw_supplier_danfe,
        ) as draw:
            self.content = self.invoice._draw_danfe()
        self.assertEqual(base64.b64decode(self.invoice.sudo().supplier_danfe_file), self.content)
        return draw.call_count

    def test_nothing_is_kept_before_the_approval(self):
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.invoice._draw_danfe()
        self.assertFalse(any(self.invoice.sudo()[name] for name in KEPT))

    def test_drawn_once(self):
        self.approve()
        self.assertEqual(self.count_drawings(), 1)
        kept = self.content
        self.assertTrue(kept.startswith(b"%PDF"))
        self.assertEqual(self.count_drawings(), 0)
        self.assertEqual(self.content, kept)
        report = self.env["ir.actions.report"].with_user(self.accountant)
        printed, _kind = report._render_qweb_pdf(
            "supplier_credit.account_move_report_danfe", self.invoice.ids
        )
        self.assertEqual(printed, kept)

    def test_drawn_again_when_an_input_changes(self):
        self.approve()
        self.count_drawings()
        picture = BytesIO()
        Image.new("RGB", (30, 20), "navy").save(picture, "PNG")
        for change in (
            lambda: self.agreement.write({"danfe_note": "Outra <NUM_NF>"}),
            lambda: self.agreement.write({"danfe_note": "<NOME_CARTAO_PARCEIRO>"}),
            lambda: self.agreement.write({"card_name": "Outro"}),
            lambda: self.company.write({"logo": base64.b64encode(picture.getvalue())}),
            lambda: self.write_column("supplier_sefaz_state", "cancelled"),
            lambda: self.invoice.sudo().write(
                {"supplier_nfe_file": base64.b64encode(Nfe().say("Outro texto").to_bytes())}
            ),
        ):
            before = self.content
            change()
            self.assertEqual(self.count_drawings(), 1)
            self.assertNotEqual(self.content, before)
            self.assertEqual(self.count_drawings(), 0)
        self.write_due_date(date(2031, 1, 7))
        self.assertEqual(self.count_drawings(), 1)
        with patch("odoo.addons.supplier_credit.tools.fiscal.danfe.VERSION", ("next",)):
            self.assertEqual(self.count_drawings(), 1)

    def write_column(self, name, value):
        """Write directly: this is not about the event that writes it."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE account_move SET {name} = %s WHERE id = %s", [value, self.invoice.id]
        )
        self.env.invalidate_all()

    def write_due_date(self, day):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s WHERE id = %s",
            [
                day,
                self.invoice.line_ids.filtered(
                    lambda line: line.display_type == "payment_term"
                ).ids[-1],
            ],
        )
        self.env.invalidate_all()

    def test_users_see_what_is_hidden(self):
        self.invoice.sudo().supplier_nfe_file = base64.b64encode(
            Nfe(NFE_WITH_DUPLICATAS).say_on_item("VENDA 3X 33,33 29/12").to_bytes()
        )
        self.approve()
        self.invoice._draw_danfe()
        with Form(self.invoice) as form:
            hidden = form.supplier_danfe_hidden.splitlines()
        self.assertIn("det 1/infAdProd: VENDA 3X 33,33 29/12", hidden)
        self.assertIn("cobr/dup: 001 2018-09-19 3251.92", hidden)

    def test_closed_to_others(self):
        self.approve()
        self.invoice._draw_danfe()
        for name in KEPT[:2]:
            with self.assertRaises(AccessError):
                self.invoice.read([name])
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.manager).write({"supplier_danfe_hidden": "x"})
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", "account.move"), ("res_field", "=", "supplier_danfe_file")])
        )
        self.assertEqual(attachment.res_id, self.invoice.id)
        with self.assertRaises(AccessError):
            attachment.with_user(self.accountant).read(["datas"])

    def test_withheld_again_with_the_invoice(self):
        self.approve()
        self.invoice._draw_danfe()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE supplier_credit_transaction SET state = 'in_analysis' WHERE invoice_id = %s",
            [self.invoice.id],
        )
        self.env.invalidate_all()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", "account.move"), ("res_field", "=", "supplier_danfe_file")])
        )
        with self.assertRaisesRegex(AccessError, WITHHELD):
            attachment._to_http_stream()
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.invoice._draw_danfe()

    def test_a_copy_has_none(self):
        self.approve()
        self.invoice._draw_danfe()
        copy = self.invoice.copy().sudo()
        self.assertFalse(any(copy[name] for name in KEPT))

    def test_invoices_of_others_are_drawn_and_not_kept(self):
        invoice = self.create_plain_invoice()
        invoice.sudo().write(
            {
                "supplier_nfe_key": "1",
                "supplier_nfe_file": base64.b64encode(Nfe().charge().to_bytes()),
            }
        )
        self.assertTrue(invoice._draw_danfe().startswith(b"%PDF"))
        self.assertFalse(any(invoice.sudo()[name] for name in KEPT))
