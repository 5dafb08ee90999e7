from odoo.tests import tagged

from ..common import RpcCommon
from .common import InvoiceLockCommon

OTHER_CNPJ = "11.222.333/0001-81"


@tagged("post_install", "-at_install")
class TestCustomerIdentity(RpcCommon, InvoiceLockCommon):
    """Contacts users make nobody else of a customer while something of it lives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contacts = cls._create_user(
            "contacts_only",
            "base.group_user,base.group_partner_manager,account.group_account_invoice",
        )
        cls.stranger_customer = cls.env["res.partner"].create(
            {"name": "Outra Ltda", "is_company": True}
        )
        cls.other_company = cls.setup_other_company(name="Outra Empresa Ltda")["company"]

    def test_customer_with_reserved_credit_stays(self):
        self.assert_stays(self.customer, self.order.name)

    def test_customer_of_an_approved_sale_stays(self):
        transaction = self.register()
        self.order.supplier_preauthorization_id.sudo().state = "used"
        self.assert_stays(self.customer, transaction.display_name)
        self.assertEqual(self.invoice.commercial_partner_id, self.customer)
        # Nothing is left to be done about it.
        self.archive(self.customer)
        self.assertFalse(self.customer.active)

    def test_customer_with_reserved_credit_is_archived_only_afterwards(self):
        message = self.assert_refused(*self.archiving(self.customer))
        self.assertIn(self.order.name, message)
        self.order.supplier_preauthorization_id.sudo().state = "cancelled"
        self.archive(self.customer)
        self.assertFalse(self.customer.active)

    def archiving(self, partner):
        return (self.contacts, "res.partner", "action_archive", partner.ids)

    def archive(self, partner):
        self.call(*self.archiving(partner))
        self.env.invalidate_all()

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
                    self.contacts, "res.partner", "write", partner.ids, values
                )
                self.assertIn(document, message)
        partner.is_company = False
        values = {"child_ids": [(4, partner.id)]}
        self.assert_refused(self.contacts, "res.partner", "write", other.ids, values)
        partner.is_company = True
        other.vat = False
        message = self.assert_refused(*self.merge(partner, other))
        self.assertIn(document, message)
        self.assertEqual((partner.commercial_partner_id, partner.vat, partner.company_id), identity)
        self.call(self.contacts, "res.partner", "write", partner.ids, {"street": "Rua Nova, 1"})

    def test_customer_without_documents_is_free(self):
        free = self.env["res.partner"].create({"name": "Livre Ltda", "is_company": True})
        free.vat = OTHER_CNPJ
        values = {"vat": False, "is_company": False, "parent_id": self.stranger_customer.id}
        self.call(self.contacts, "res.partner", "write", free.ids, values)
        self.assertEqual(free.commercial_partner_id, self.stranger_customer)
