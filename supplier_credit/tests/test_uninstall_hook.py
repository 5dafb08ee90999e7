from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import SupplierCreditCommon
from .nfe.common import get_key


@tagged("post_install", "-at_install")
class TestUninstallHook(SupplierCreditCommon):
    """What neither the host nor a foreign key removes is removed by the hook."""

    def test_notices_are_deleted_and_other_activities_stay(self):
        self.agreement._stop_queue("refused")
        self.agreement.activity_schedule("mail.mail_activity_data_todo", summary="Renew contract")
        uninstall_hook(self.env(user=SUPERUSER_ID, su=True))
        self.agreement.invalidate_recordset()
        self.assertEqual(self.agreement.activity_ids.mapped("summary"), ["Renew contract"])

    def test_bearers_of_customers_are_cleared(self):
        name = "property_inbound_payment_method_line_id"
        customer = self.customer.with_company(self.company)
        customer[name] = self.bearer
        uninstall_hook(self.env(user=SUPERUSER_ID, su=True))
        self.assertFalse(customer[name])

    def test_nfe_files_are_kept_as_ordinary_attachments(self):
        order = self.create_order()
        self.reserve(order)
        invoice = self.create_invoice(order)
        content = self.nfe_content()
        invoice._attach_nfe(content)
        uninstall_hook(self.env(user=SUPERUSER_ID, su=True))
        # What the host does to the files of a field that it removes.
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", invoice.id)]
        )
        (kept,) = files.filtered(lambda file: file.name.endswith("-procNFe.xml"))
        self.assertEqual(kept.name, f"{get_key(content)}-procNFe.xml")
        self.assertFalse(kept.res_field)
        self.assertEqual(kept.raw, content)
        self.assertTrue(kept.with_user(self.accountant).has_access("read"))
