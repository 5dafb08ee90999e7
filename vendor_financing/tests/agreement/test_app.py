from odoo.tests import tagged

from ..contract.common import VendorFinancingContractCommon

APP = "vendor_financing.vendor_financing_app_menu"


@tagged("post_install", "-at_install")
class TestApp(VendorFinancingContractCommon):
    """The app of its own, beside the place in Invoicing: who sees what."""

    def list_entries(self, user, parent):
        """Return the XML names of the entries below a menu that a user sees."""
        menus = self.env["ir.ui.menu"].with_user(user)
        visible = menus._visible_menu_ids()
        found = menus.sudo().search([("parent_id", "=", self.env.ref(parent).id)])
        names = found.filtered(lambda menu: menu.id in visible)._get_external_ids()
        return [name.removeprefix("vendor_financing.vendor_financing_app_")
                for (name,) in names.values()]  # fmt: skip

    def test_it_is_an_app_with_an_icon(self):
        module = self.env["ir.module.module"].search([("name", "=", "vendor_financing")])
        self.assertTrue(module.application)
        menu = self.env.ref(APP)
        self.assertFalse(menu.parent_id)
        self.assertTrue(menu.web_icon_data)

    def test_entries_follow_the_roles(self):
        all_of_them = [
            "overview_menu", "operations_menu", "bank_menu", "analysis_menu", "configuration_menu"
        ]  # fmt: skip
        auditor = self._create_user("vendor_auditor", "account.group_account_readonly")
        for user, expected in (
            (self.manager_user, all_of_them),
            (self.invoicing_user, all_of_them[:-1]),
            (auditor, all_of_them),
            (self.salesman, ["operations_menu"]),
        ):
            with self.subTest(user.login):
                self.assertEqual(self.list_entries(user, APP), expected)
        below = "vendor_financing.vendor_financing_app_operations_menu"
        self.assertEqual(self.list_entries(self.salesman, below), ["request_menu"])
        below = "vendor_financing.vendor_financing_app_configuration_menu"
        self.assertNotIn("setup_menu", self.list_entries(auditor, below))

    def test_salesman_finds_his_own_requests_only(self):
        order = self._create_order(self.bearer)
        other = self._create_order(self.bearer)
        order.user_id = self.salesman
        mine = self.env["vendor.financing.request"].create({"order_id": order.id})
        self.env["vendor.financing.request"].create({"order_id": other.id})
        menu = self.env.ref("vendor_financing.vendor_financing_app_request_menu")
        found = self.env[menu.action.res_model].with_user(self.salesman).search([])
        self.assertEqual(found, mine)

    def test_every_screen_of_the_host_s_menu_is_in_the_app(self):
        menus = self.env["ir.ui.menu"]
        place = self.env.ref("vendor_financing.vendor_financing_menu")
        in_app = menus.search([("id", "child_of", self.env.ref(APP).id)])
        actions = [menu.action for menu in in_app]
        self.assertFalse(place.child_id.filtered(lambda menu: menu.action not in actions))
