from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ResellerBillingCommon


@tagged("post_install", "-at_install")
class TestClients(ResellerBillingCommon):
    """Registrations, Clients, All clients: for users without an accounting role."""

    def _all_clients(self, user):
        action = (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id("reseller_billing.res_partner_action")
        )
        partners = self.env["res.partner"].with_user(user)
        return partners.with_context(**safe_eval(action["context"])).search(
            safe_eval(action["domain"])
        )

    def test_client_created_from_the_menu_is_listed(self):
        before = self._all_clients(self.billing_user)
        with Form(
            self.env["res.partner"]
            .with_user(self.billing_user)
            .with_context(
                res_partner_search_mode="customer",
                default_is_company=True,
                default_customer_rank=1,
            )
        ) as form:
            form.name = "Padaria Pão Quente Ltda"
            form.email = "financeiro@paoquente.example.com"
        self.assertEqual(self._all_clients(self.billing_user) - before, form.record)

    def test_suppliers_and_contact_persons_are_not_listed(self):
        client = self.env["res.partner"].create({"name": "Cliente", "customer_rank": 1})
        person = self.env["res.partner"].create(
            {"name": "Contato", "parent_id": client.id, "customer_rank": 1}
        )
        supplier = self.env["res.partner"].create({"name": "Fornecedor", "supplier_rank": 1})
        listed = self._all_clients(self.billing_user)
        self.assertIn(client, listed)
        self.assertFalse(listed & (person + supplier))

    def test_clients_of_another_company_are_not_listed(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["res.partner"].create(
            {"name": "Cliente da outra", "customer_rank": 1, "company_id": other.id}
        )
        shared = self.env["res.partner"].create({"name": "De todas", "customer_rank": 1})
        listed = self._all_clients(self.billing_user)
        self.assertNotIn(theirs, listed)
        self.assertIn(shared, listed)

    def test_filters_show_who_lacks_data_for_billing(self):
        search = self.env.ref("reseller_billing.res_partner_view_search")
        self.assertIn('name="no_vat"', search.arch)
        complete = self.env["res.partner"].create(
            {"name": "Completo", "customer_rank": 1, "vat": "/", "email": "a@example.com"}
        )
        incomplete = self.env["res.partner"].create({"name": "Incompleto", "customer_rank": 1})
        listed = self._all_clients(self.billing_user)
        self.assertEqual(
            (complete + incomplete) & listed.filtered_domain([("email", "=", False)]), incomplete
        )

    def test_deleting_a_client_is_the_managers(self):
        client = self.env["res.partner"].create({"name": "Cliente", "customer_rank": 1})
        with self.assertRaises(AccessError):
            client.with_user(self.billing_user).unlink()
        client.with_user(self.billing_manager).unlink()
        self.assertFalse(client.exists())

    def test_user_without_the_role_changes_no_client(self):
        client = self.env["res.partner"].create({"name": "Cliente", "customer_rank": 1})
        with self.assertRaises(AccessError):
            client.with_user(self.other_user).name = "Another"

    def test_views_load_without_an_accounting_role(self):
        views = (
            self.env["res.partner"]
            .with_user(self.billing_user)
            .get_views(
                [
                    (self.env.ref("reseller_billing.res_partner_view_list").id, "list"),
                    (self.env.ref("base.view_partner_form").id, "form"),
                    (self.env.ref("reseller_billing.res_partner_view_search").id, "search"),
                ]
            )
        )
        self.assertIn('name="vat"', views["views"]["list"]["arch"])

    def test_menus_follow_the_roles(self):
        app = self.env.ref("reseller_billing.reseller_billing_menu").id
        clients = self.env.ref("reseller_billing.res_partner_menu").id
        provider = self.env.ref("reseller_billing.payment_provider_menu").id
        admin = self._create_user("provider_admin", "base.group_system")

        def loaded(user):
            return self.env["ir.ui.menu"].with_user(user).load_menus(False)

        for_user = loaded(self.billing_user)
        self.assertIn(app, for_user)
        self.assertIn(clients, for_user)
        self.assertNotIn(provider, for_user)
        self.assertNotIn(app, loaded(self.other_user))
        self.assertIn(provider, loaded(admin))

    def test_roles_come_with_the_accounting_roles(self):
        user_group = self.env.ref("reseller_billing.reseller_billing_group_user")
        manager_group = self.env.ref("reseller_billing.reseller_billing_group_manager")
        invoicing = self.env.ref("account.group_account_invoice").all_implied_ids
        self.assertIn(user_group, invoicing)
        self.assertNotIn(manager_group, invoicing)
        self.assertIn(manager_group, self.env.ref("account.group_account_manager").all_implied_ids)
