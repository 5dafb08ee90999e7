from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestBearers(SupplierCreditCommon):
    """Only managers may change the role of a bearer, which would let its orders pass the gate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "supplier_credit.supplier_credit_group_manager")
        cls.administrator = cls._create_user(
            "administrator", "base.group_system,account.group_account_invoice"
        )
        cls.manual = cls.company_data[
            "default_journal_bank"
        ].inbound_payment_method_line_ids.filtered(lambda line: line.code == "manual")[:1]

    def notes(self):
        return "".join(self.agreement.sudo().message_ids.mapped("body"))

    def assert_gate_stands(self, order):
        with self.assertRaisesRegex(UserError, order.name):
            order.action_confirm()

    # -------------------------------------------------------------------------
    # INVOICING USERS
    # -------------------------------------------------------------------------

    def test_an_invoicing_user_cannot_change_the_charge_type(self):
        order = self.create_order()
        bearer = self.bearer.with_user(self.accountant)
        with self.assertRaisesRegex(AccessError, "Supplier"):
            bearer.payment_method_id = self.manual.payment_method_id
        self.assert_gate_stands(order)

    def test_an_invoicing_user_cannot_delete_a_bearer(self):
        order = self.create_order()
        with self.assertRaisesRegex(AccessError, "Supplier"):
            self.bearer.with_user(self.accountant).unlink()
        self.assert_gate_stands(order)

    def test_an_invoicing_user_cannot_move_a_bearer_to_another_agreement(self):
        lenient = self.agreement.copy(
            {"name": "Lenient", "enabled": False, "financial_analysis": False}
        )
        with self.assertRaisesRegex(AccessError, "Supplier"):
            self.bearer.with_user(self.accountant).supplier_agreement_id = lenient

    def test_an_invoicing_user_still_renames_bearers_and_manages_other_lines(self):
        self.bearer.with_user(self.accountant).name = "Supplier 30/60/90"
        other = self.manual.with_user(self.accountant).copy({"name": "Dinheiro"})
        other.payment_method_id = self.manual.payment_method_id
        other.unlink()
        self.assertEqual(self.bearer.name, "Supplier 30/60/90")

    def test_the_charge_type_itself_stays(self):
        method = self.bearer.payment_method_id.with_user(self.accountant)
        method.name = "Supplier (convênio)"
        for values in ({"code": "manual_2"}, {"payment_type": "outbound"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "charge type"):
                method.write(values)
        with self.assertRaisesRegex(AccessError, "Supplier"):
            method.unlink()
        with self.assertRaisesRegex(UserError, "charge type"):
            self.bearer.payment_method_id.with_user(self.administrator).unlink()

    # -------------------------------------------------------------------------
    # MANAGERS AND ADMINISTRATORS
    # -------------------------------------------------------------------------

    def test_a_manager_changes_the_charge_type_and_the_agreement_says_so(self):
        self.bearer.with_user(self.manager).payment_method_id = self.manual.payment_method_id
        self.assertNotEqual(self.bearer.code, "supplier")
        self.assertIn("charge type", self.notes())
        self.assertIn(self.manager.name, self.notes())

    def test_a_manager_deletes_a_bearer_and_the_agreement_says_so(self):
        name = self.bearer.name
        self.bearer.with_user(self.manager).unlink()
        self.assertIn("deleted", self.notes())
        self.assertIn(name, self.notes())

    def test_a_system_administrator_may_delete_a_bearer(self):
        self.bearer.with_user(self.administrator).unlink()
        self.assertFalse(self.bearer.exists())

    def test_a_bearer_moved_to_another_agreement_is_noted_on_both(self):
        other = self.agreement.copy({"name": "Other", "enabled": False})
        self.bearer.with_user(self.manager).supplier_agreement_id = other
        self.assertIn("Other", self.notes())
        self.assertIn(self.bearer.name, "".join(other.message_ids.mapped("body")))

    def test_an_archived_journal_or_another_type_of_journal_opens_no_gate(self):
        order = self.create_order()
        journal = self.bearer.journal_id
        journal.active = False
        self.assertIn(self.bearer.id, self.bearer._get_supplier_bearer_ids())
        journal.active = True
        journal.inbound_payment_method_line_ids = [Command.unlink(self.bearer.id)]
        self.assertFalse(self.bearer.journal_id)
        self.assert_gate_stands(order)

    # -------------------------------------------------------------------------
    # THE CACHE
    # -------------------------------------------------------------------------

    def test_what_other_threads_read_before_the_commit_does_not_stay(self):
        lines = self.env["account.payment.method.line"]
        for change in (
            lambda: self._create_bearer(self.company_data, self.agreement),
            lambda: self.bearer.copy({"name": "Copy"}).unlink(),
            lambda: self.bearer.write({"payment_method_id": self.manual.payment_method_id.id}),
        ):
            self.env.cr.postcommit.run()
            change()
            # A thread that does not see the change yet fills the cache with the old set.
            stale = frozenset({-1})
            self._put_into_cache(lines, stale)
            self.assertEqual(lines._get_supplier_bearer_ids(), stale)
            self.env.cr.postcommit.run()
            self.assertNotEqual(lines._get_supplier_bearer_ids(), stale)

    def _put_into_cache(self, lines, value):
        cache = type(lines)._get_supplier_bearer_ids.__cache__
        self.env.registry.clear_cache()
        cache.add_value(lines, cache_value=value)
