from odoo.tests import tagged

from ..common import RpcCommon
from ..contract.common import VendorFinancingContractCommon

OTHER_CNPJ = "11.222.333/0001-81"


@tagged("post_install", "-at_install")
class TestCustomerIdentity(RpcCommon, VendorFinancingContractCommon):
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
        cls.other_company = cls.company_2
        cls.company.vendor_approval_required = True
        cls.partner_a.write({"vat": "45.723.174/0001-10", "is_company": True})
        cls.quote(1.8, 2.3)

    def test_financed_customer_stays(self):
        invoice = self._create_vendor_invoice(1000.0)
        self.make_effective(invoice)
        self.assert_stays(self.partner_a, invoice.name)
        self.assertEqual(invoice.commercial_partner_id, self.partner_a)
        self.call(
            self.contacts, "res.partner", "write", self.partner_a.ids, {"vat": "45723174000110"}
        )

    def test_pending_customer_stays(self):
        self.assert_stays(self.partner_a, self._create_vendor_invoice(1000.0).name)

    def test_approved_customer_stays(self):
        order = self._create_order(self.bearer)
        self._approve(order)
        self.assert_stays(self.partner_a, order.name, is_sent=False)

    def test_contact_with_documents_keeps_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Compras", "parent_id": self.partner_a.id, "type": "invoice"}
        )
        invoice = self._create_vendor_invoice(100.0, post=False)
        invoice.write(
            {"partner_id": contact.id, "preferred_payment_method_line_id": self.bearer.id}
        )
        invoice.action_post()
        self.assert_refused(
            self.contacts,
            "res.partner",
            "write",
            contact.ids,
            {"parent_id": self.stranger_customer.id},
        )
        self.assertEqual(invoice.commercial_partner_id, self.partner_a)

    def test_duplicate_of_one_taxpayer_is_merged(self):
        invoice = self._create_vendor_invoice(100.0)
        twin = self.env["res.partner"].create(
            {"name": "Partner A", "is_company": True, "vat": "45723174000110"}
        )
        self.call(*self.merge(self.partner_a, twin))
        self.assertEqual(invoice.partner_id, twin)

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
        # Nobody could go on with its documents.
        changes.append({"active": False})
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
