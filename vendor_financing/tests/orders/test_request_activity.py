from odoo.fields import Command
from odoo.tests import tagged

from ..contract.common import VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestRequestActivity(VendorFinancingContractCommon):
    """One manager is notified of each request until it is decided."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.user_id = cls.manager_user
        cls.order = (
            cls.env["sale.order"]
            .with_user(cls.salesman)
            .create(
                {
                    "partner_id": cls.partner_a.id,
                    "preferred_payment_method_line_id": cls.bearer.id,
                    "order_line": [Command.create({"product_id": cls.product_a.id})],
                }
            )
        )

    def request(self):
        action = self.order.with_user(self.salesman).action_request_vendor_approval()
        request = self.env[action["res_model"]].with_user(self.salesman).browse(action["res_id"])
        self.assertFalse(request.sudo().activity_ids, "a draft is nobody's to decide")
        request.action_request()
        return request.sudo()

    def open_activities(self, request):
        request.invalidate_recordset(["activity_ids"])
        return request.activity_ids

    def test_responsible_of_the_bank_is_told_once(self):
        request = self.request()
        (activity,) = request.activity_ids
        self.assertEqual(activity.user_id, self.manager_user)
        self.assertIn(self.order.name, activity.summary)
        request._notify_deciders()
        self.assertEqual(self.open_activities(request), activity)

    def test_responsible_who_decides_nothing_is_passed_over(self):
        self.agreement.user_id = self.invoicing_user
        user = self.request().activity_ids.user_id
        self.assertTrue(user.has_group("vendor_financing.vendor_financing_group_manager"))
        self.assertIn(self.company, user.company_ids)
        self.assertNotIn(user, self.invoicing_user | self.foreign_user)

    def test_bank_of_the_bearer_goes_before_others(self):
        other = self._create_user("vendor_head", "vendor_financing.vendor_financing_group_manager")
        journal = self.journal.copy({"name": "Banco B", "code": "BNKB"})
        self.agreement.copy({"name": "A", "user_id": other.id, "journal_id": journal.id})
        self.assertEqual(self.request().activity_ids.user_id, self.manager_user)

    def test_decision_closes_it_whoever_decides(self):
        other = self._create_user("vendor_head", "vendor_financing.vendor_financing_group_manager")
        request = self.request()
        request.with_user(other).action_approve()
        self.assertFalse(self.open_activities(request))

    def test_refusal_closes_it_and_the_next_request_is_told_again(self):
        request = self.request()
        request.with_user(self.manager_user)._refuse("No")
        self.assertFalse(self.open_activities(request))
        again = self.request()
        self.assertNotEqual(again, request)
        self.assertEqual(again.activity_ids.user_id, self.manager_user)

    def test_decision_leaves_the_to_dos_of_others_open(self):
        request = self.request()
        own = request.activity_schedule(
            "mail.mail_activity_data_todo", summary="Call the bank", user_id=self.salesman.id
        )
        request.with_user(self.manager_user).action_approve()
        self.assertEqual(self.open_activities(request), own)

    def test_without_a_manager_in_the_company_it_is_requested_all_the_same(self):
        managers = self.env.ref("vendor_financing.vendor_financing_group_manager").all_user_ids
        for user in managers.filtered(lambda user: self.company in user.company_ids):
            user.write(
                {
                    "company_id": self.company_2.id,
                    "company_ids": [Command.set(self.company_2.ids)],
                }
            )
        request = self.request()
        self.assertEqual(request.state, "requested")
        self.assertFalse(request.activity_ids)
