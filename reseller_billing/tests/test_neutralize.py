from odoo.tests import tagged
from odoo.tools import file_open

from .common import ResellerBillingCommon


@tagged("post_install", "-at_install")
class TestNeutralize(ResellerBillingCommon):
    def test_copied_database_has_no_key_and_no_active_provider(self):
        self.provider.is_published = True
        demo = self.env["payment.provider"].create(
            {"name": "Other", "code": "none", "state": "test"}
        )
        self.env.flush_all()
        with file_open("reseller_billing/data/neutralize.sql") as queries:
            self.cr.execute(queries.read())  # pylint: disable=sql-injection
        self.env.invalidate_all()
        self.assertFalse(self.provider.asaas_api_key)
        self.assertEqual(self.provider.state, "disabled")
        self.assertFalse(self.provider.is_published)
        self.assertEqual(demo.state, "test")
