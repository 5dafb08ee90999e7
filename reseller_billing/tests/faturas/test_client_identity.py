from odoo.tests import tagged

from ..common_http import HostileCommon

OTHER_CNPJ = "11.222.333/0001-81"


@tagged("post_install", "-at_install")
class TestClientIdentity(HostileCommon):
    """Contacts users make nobody else of a customer while something of it lives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contacts = cls._create_user(
            "contacts_clerk",
            "base.group_user,base.group_partner_manager,account.group_account_invoice",
        )
        cls.stranger_customer = cls.env["res.partner"].create(
            {"name": "Outra Ltda", "is_company": True}
        )

    def test_client_with_a_charge_stays(self):
        self.assert_stays(self.fatura.partner_id, self.fatura.name)
        self.assertEqual(self.fatura.commercial_partner_id, self.fatura.partner_id)

    def test_client_with_a_contract_or_a_charge_is_archived_only_afterwards(self):
        client = self.fatura.partner_id
        archiving = (self.contacts, "res.partner", "action_archive", client.ids)
        contract = self.fatura.billing_contract_id
        self.assertIn(contract.name, self.assert_refused(*archiving, kind="UserError"))
        contract.sudo().state = "cancelled"
        self.assertIn(self.fatura.name, self.assert_refused(*archiving, kind="UserError"))
        self.fatura.charge_id.sudo().charge_state = "cancelled"
        self.call(*archiving)
        self.env.invalidate_all()
        self.assertFalse(client.active)

    def test_number_of_a_client_without_charges_is_corrected(self):
        contract = self.foreign_contract
        client = contract.partner_id
        client.company_id = False
        values = {"vat": OTHER_CNPJ}
        self.call(self.contacts, "res.partner", "write", client.ids, values)
        self.assertEqual(client.vat, OTHER_CNPJ)

    def test_users_of_subscription_control_make_nobody_else_of_a_client(self):
        self.contacts = self._create_user(
            "billing_only", "reseller_billing.reseller_billing_group_user"
        )
        self.assert_refused(
            self.contacts,
            "res.partner",
            "write",
            self.fatura.partner_id.ids,
            {"is_company": False, "parent_id": self.own_client.id},
            kind="UserError",
        )

    def test_documents_are_named_to_who_may_read_them(self):
        """Also of a client whom two companies share: the other's users see none of them."""
        client = self.fatura.partner_id
        client.company_id = False
        role = "base.group_user,base.group_partner_manager"
        contacts = self._create_user("contacts_only", role)
        stranger = self._create_user("contacts_elsewhere", role, self.other_company)
        for user in (contacts, stranger):
            message = self.assert_refused(
                user, "res.partner", "write", client.ids, {"vat": OTHER_CNPJ}, kind="UserError"
            )
            with self.subTest(user.login):
                self.assertNotIn(self.fatura.name, message)
                self.assertIn("documents that you may not see", message)

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def merge(self, source, target):
        (source | target).email = "same@example.com"
        values = {"partner_ids": [(6, 0, (source | target).ids)], "dst_partner_id": target.id}
        model = "base.partner.merge.automatic.wizard"
        wizard = self.call(self.contacts, model, "create", [values])
        return (self.contacts, model, "action_merge", wizard)

    def assert_stays(self, partner, document, *, is_sent=True):
        """Assert that a contacts user makes nobody else of a customer; the message says why."""
        other = self.stranger_customer
        identity = (partner.commercial_partner_id, partner.vat, partner.company_id)
        # The host refuses another company with another number.
        other.vat = partner.vat
        changes = [
            {"is_company": False, "parent_id": other.id},
            {"commercial_partner_id": other.id},
            {"company_id": self.other_company.id},
        ]
        if is_sent:
            changes += [{"vat": OTHER_CNPJ}, {"vat": False}]
        for values in changes:
            with self.subTest(values):
                message = self.assert_refused(
                    self.contacts, "res.partner", "write", partner.ids, values, kind="UserError"
                )
                self.assertIn(document, message)
        partner.is_company = False
        values = {"child_ids": [(4, partner.id)]}
        self.assert_refused(
            self.contacts, "res.partner", "write", other.ids, values, kind="UserError"
        )
        partner.is_company = True
        other.vat = False
        message = self.assert_refused(*self.merge(partner, other), kind="UserError")
        self.assertIn(document, message)
        self.assertEqual((partner.commercial_partner_id, partner.vat, partner.company_id), identity)
        self.call(self.contacts, "res.partner", "write", partner.ids, {"street": "Rua Nova, 1"})

    def test_customer_without_documents_is_free(self):
        free = self.env["res.partner"].create({"name": "Livre Ltda", "is_company": True})
        free.vat = OTHER_CNPJ
        values = {"vat": False, "is_company": False, "parent_id": self.stranger_customer.id}
        self.call(self.contacts, "res.partner", "write", free.ids, values)
        self.assertEqual(free.commercial_partner_id, self.stranger_customer)
