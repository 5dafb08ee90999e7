from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NfeUploadCommon, make_nfe


@tagged("post_install", "-at_install")
class TestNfeAccess(NfeUploadCommon):
    """Only accountants upload, and only for their companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Outra Empresa Ltda")
        cls.other["company"].vat = cls.company.vat
        cls.stranger = cls._create_user(
            "stranger", "account.group_account_manager", cls.other["company"]
        )

    def setUp(self):
        super().setUp()
        self.invoice = self.create_plain_invoice()

    def test_accountant_uploads(self):
        self.upload(make_nfe())
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_salesman_uploads_neither_one_nor_many(self):
        before = self.snapshot(self.invoice)
        with self.assertRaises(AccessError):
            self.upload(make_nfe(), user=self.salesman)
        with self.assertRaises(AccessError):
            self.upload_many(make_nfe(), user=self.salesman)
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.salesman)._attach_nfe(make_nfe())
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_accountant_of_another_company_uploads_nothing_here(self):
        before = self.snapshot(self.invoice)
        with self.assertRaises(AccessError):
            self.upload(make_nfe(), user=self.stranger)
        lines = self.upload_many(make_nfe(), user=self.stranger)
        self.assertEqual(lines.state, "refused")
        self.assertIn("No invoice was found", lines.message)
        self.assertEqual(self.snapshot(self.invoice), before)

    def test_file_of_somebody_else_is_neither_read_nor_deleted(self):
        secret = self.env["ir.attachment"].create({"name": "folha.xml", "raw": make_nfe()})
        wizards = self.env["supplier.credit.nfe.upload"].with_user(self.accountant)
        with self.assertRaises(AccessError):
            wizards.create({"attachment_ids": [Command.set(secret.ids)]})
        self.assertTrue(secret.exists())
        self.assertFalse(self.invoice.supplier_nfe_key)

    def test_attachment_of_another_record_is_used_and_stays(self):
        received = (
            self.env["ir.attachment"]
            .with_user(self.accountant)
            .create(
                {
                    "name": "nfe.xml",
                    "raw": make_nfe(),
                    "res_model": "account.move",
                    "res_id": self.invoice.id,
                }
            )
        )
        wizard = (
            self.env["supplier.credit.nfe.upload"]
            .with_user(self.accountant)
            .create({"attachment_ids": [Command.set(received.ids)]})
        )
        wizard.action_upload()
        self.assertEqual(wizard.line_ids.state, "done")
        self.assertTrue(received.exists())
