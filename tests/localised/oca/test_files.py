import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestFiles(OcaCommon):
    """DANFE and XML that OCA keeps beside the invoice leave after Supplier's approval only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls.sell()
        cls.document = cls.sale.fiscal_document_id
        cls.authorise(cls.sale)
        cls.danfe = cls.env["ir.attachment"].create(
            {
                "name": "DANFE.pdf",
                "res_model": cls.document._name,
                "res_id": cls.document.id,
                "raw": b"%PDF-1.4 danfe",
                "mimetype": "application/pdf",
            }
        )
        cls.document.file_report_id = cls.danfe

    def read_as(self, attachment, user):
        self.env.invalidate_all()
        return attachment.with_user(user).raw

    def test_both_are_withheld_before_the_approval(self):
        for file in (self.danfe, self.document.authorization_file_id):
            with self.subTest(file.name):
                with self.assertRaisesRegex(AccessError, "before Supplier approved"):
                    self.read_as(file, self.accountant)
                with self.assertRaisesRegex(AccessError, "before Supplier approved"):
                    file._to_http_stream()

    def test_what_was_drawn_before_is_withdrawn(self):
        self.approve(self.sale)
        self.assertFalse(self.document.file_report_id)
        self.assertEqual(self.danfe.res_field, "supplier_withdrawn_file")
        with self.assertRaises(AccessError):
            self.danfe.with_user(self.accountant)._to_http_stream()

    def test_xml_is_free_after_the_approval(self):
        self.approve(self.sale)
        file = self.document.authorization_file_id
        self.assertEqual(
            self.read_as(file, self.accountant),
            base64.b64decode(self.sale.sudo().supplier_nfe_file),
        )

    def test_other_documents_are_free(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        other = self.create_invoice(order)
        other.action_post()
        self.authorise(other)
        file = other.fiscal_document_id.authorization_file_id
        self.assertIn(b"nfeProc", self.read_as(file, self.accountant))
