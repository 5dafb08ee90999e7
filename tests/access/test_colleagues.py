from importlib import import_module

from odoo.addons.supplier_credit.tests.common import SupplierCreditCommon
from odoo.tests import new_test_user, tagged

ADDONS = ("supplier_credit", "vendor_financing", "reseller_billing")


@tagged("post_install", "-at_install")
class TestColleagues(SupplierCreditCommon):
    """Nothing waits for a user who left: somebody who works there is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.create_order()
        cls.leaver = cls.make_user("leaver", "sales_team.group_sale_salesman_all_leads")

    @classmethod
    def make_user(cls, name, groups):
        return new_test_user(
            cls.env,
            name,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def tell(self, addon, user, summary="Ask the customer"):
        """Tell a user something of an addon; return the notice."""
        activity = import_module(f"odoo.addons.{addon}.tools.activity")
        activity.tell_once(self.order, user, summary, "And then?")
        found = activity._find_notices(self.order, summary)
        self.assertEqual(len(found), 1)
        return found

    def assert_colleague(self, notice, addon):
        user = notice.user_id
        self.assertNotEqual(user, self.leaver)
        self.assertTrue(user.active)
        self.assertFalse(user.share)
        self.assertIn(self.company, user.company_ids)
        manages = user.has_group(f"{addon}.{addon}_group_manager")
        self.assertTrue(manages or user.has_group("base.group_system"))

    def test_notice_for_somebody_who_left_is_somebody_else_s(self):
        self.leaver.action_archive()
        for addon in ADDONS:
            with self.subTest(addon):
                self.assert_colleague(self.tell(addon, self.leaver), addon)

    def test_notice_for_nobody_is_somebody_s(self):
        for addon in ADDONS:
            with self.subTest(addon):
                nobody = self.env["res.users"]
                self.assert_colleague(self.tell(addon, nobody), addon)
                # As in a cron: its user works nowhere.
                root = self.env.ref("base.user_root")
                self.assert_colleague(self.tell(addon, root, "In a cron"), addon)

    def test_what_waits_for_a_user_is_handed_over_when_he_leaves(self):
        leave = {
            "archive": lambda: self.leaver.action_archive(),
            "write": lambda: self.leaver.write({"active": False}),
        }
        for way, leaving in leave.items():
            self.leaver.active = True
            notices = [(addon, self.tell(addon, self.leaver, way)) for addon in ADDONS]
            self.assertEqual({notice.user_id for _addon, notice in notices}, {self.leaver})
            leaving()
            for addon, notice in notices:
                with self.subTest(way=way, addon=addon):
                    self.assertTrue(notice.exists())
                    self.assert_colleague(notice, addon)

    def test_order_of_a_salesman_who_left_is_confirmed_on_its_release(self):
        order = self.create_order(user_id=self.leaver.id)
        order.sudo()._validate_order()
        self.leaver.action_archive()
        (waiting,) = order.sudo().activity_ids
        self.assert_colleague(waiting, "supplier_credit")
        self.reserve(order)
        self.assertEqual(order.state, "sale")
