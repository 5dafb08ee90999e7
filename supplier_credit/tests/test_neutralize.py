from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestNeutralize(SupplierCreditCommon):
    def test_a_copied_database_reaches_nobody_and_knows_no_secret(self):
        self.agreement.sudo().webhook_secret = "hook"
        self.env.flush_all()
        for query in get_neutralization_queries(["supplier_credit"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        agreement = self.agreement.sudo()
        self.assertFalse(agreement.enabled)
        self.assertEqual(agreement.environment, "sandbox")
        self.assertFalse(agreement.client_id or agreement.client_secret or agreement.webhook_secret)
