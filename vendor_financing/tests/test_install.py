from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    """Result of the installation on a database with journals of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor_method = cls.env.ref("vendor_financing.account_payment_method_vendor")

    def test_charge_type_is_registered_for_receipts(self):
        self.assertEqual(self.vendor_method.code, "vendor")
        self.assertEqual(self.vendor_method.payment_type, "inbound")
        self.assertTrue(self.vendor_method.is_vendor)
        information = self.env["account.payment.method"]._get_payment_method_information()
        self.assertEqual(information["vendor"]["mode"], "multi")
        self.assertEqual(set(information["vendor"]["type"]), {"bank", "cash", "credit"})

    def test_creating_the_charge_type_links_no_journal(self):
        bank_journals = self.env["account.journal"].search_count([("type", "=", "bank")])
        if not bank_journals:
            self.env["account.journal"].create(
                {"name": "Conta Principal", "code": "CTAP", "type": "bank"}
            )
        lines_before = self.env["account.payment.method.line"].search_count([])
        Method = self.env["account.payment.method"]
        linked = Method._auto_link_payment_methods(
            self.vendor_method, Method._get_payment_method_information()
        )
        self.assertEqual(linked, self.vendor_method)
        self.assertEqual(self.env["account.payment.method.line"].search_count([]), lines_before)

    def test_other_charge_types_are_still_linked(self):
        journal = self.env["account.journal"].create(
            {"name": "Conta Principal", "code": "CTAP", "type": "bank"}
        )
        manual = self.env.ref("account.account_payment_method_manual_in")
        Method = self.env["account.payment.method"]
        before = journal.inbound_payment_method_line_ids
        Method._auto_link_payment_methods(
            manual | self.vendor_method, Method._get_payment_method_information()
        )
        added = (
            self.env["account.payment.method.line"].search([("journal_id", "=", journal.id)])
            - before
            - journal.outbound_payment_method_line_ids
        )
        self.assertEqual(added.payment_method_id, manual)

    def test_new_bank_journal_gets_no_vendor_bearer(self):
        journal = self.env["account.journal"].create(
            {"name": "Conta Principal", "code": "CTAP", "type": "bank"}
        )
        self.assertNotIn("vendor", journal.inbound_payment_method_line_ids.mapped("code"))
        self.assertIn(self.vendor_method, journal.available_payment_method_ids)

    def test_no_column_is_added_to_orders_and_invoices(self):
        for model in ("account.move", "sale.order"):
            self.assertFalse(self.env[model]._fields["is_vendor"].store, model)

    def test_roles_come_with_the_accounting_roles(self):
        user_group = self.env.ref("vendor_financing.vendor_financing_group_user")
        manager_group = self.env.ref("vendor_financing.vendor_financing_group_manager")
        self.assertIn(user_group, self.env.ref("account.group_account_invoice").all_implied_ids)
        self.assertNotIn(
            manager_group, self.env.ref("account.group_account_invoice").all_implied_ids
        )
        self.assertIn(manager_group, self.env.ref("account.group_account_manager").all_implied_ids)
