from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..hooks import uninstall_hook
from ..tools.activity import tell_once
from .common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestUninstallHook(VendorFinancingCommon):
    def test_customers_forget_the_bearers_in_every_company(self):
        fname = "property_inbound_payment_method_line_id"
        here = self.partner_a.with_company(self.company)
        there = self.partner_a.with_company(self.company_2)
        here[fname] = self.bearer
        there[fname] = self.bearer_2
        other = self.partner_b.with_company(self.company)
        other[fname] = self.manual_line
        self.env["ir.default"].set("res.partner", fname, self.bearer.id, company_id=True)
        uninstall_hook(self.env(user=SUPERUSER_ID, su=True))
        self.assertFalse(here[fname])
        self.assertFalse(there[fname])
        self.assertEqual(other[fname], self.manual_line)
        self.assertFalse(self.env["ir.default"]._get("res.partner", fname, company_id=True))

    def test_notices_go_and_the_to_dos_of_others_stay(self):
        order = self._create_order(self.bearer)
        tell_once(order, self.salesman, "Approval missing", "Request it.")
        todo = order.activity_schedule("mail.mail_activity_data_todo", user_id=self.salesman.id)
        uninstall_hook(self.env(user=SUPERUSER_ID, su=True))
        order.invalidate_recordset(["activity_ids"])
        self.assertEqual(order.activity_ids, todo)
