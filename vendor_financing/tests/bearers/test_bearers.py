from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestBearers(VendorFinancingCommon):
    def _bearer_action(self, user):
        return (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id("vendor_financing.account_payment_method_line_action")
        )

    # === Setting up bearers === #

    def test_manager_creates_a_bearer_from_the_menu(self):
        action = self._bearer_action(self.manager_user)
        context = {"default_payment_method_id": self.vendor_method.id}
        self.assertIn(f"'default_payment_method_id': {self.vendor_method.id}", action["context"])
        with Form(
            self.env["account.payment.method.line"]
            .with_user(self.manager_user)
            .with_context(**context),
            view="vendor_financing.account_payment_method_line_view_list",
        ) as form:
            form.name = "Vendor Banco C"
            form.journal_id = self.company_data["default_journal_cash"]
        bearer = form.record
        self.assertEqual(bearer.code, "vendor")
        self.assertEqual(
            bearer.journal_id.inbound_payment_method_line_ids.filtered(
                lambda line: line.code == "vendor"
            ),
            bearer,
        )

    def test_one_journal_bears_several(self):
        other = self._create_bearer(self.journal, "Vendor Banco A, 60 dias")
        lines = self.journal.inbound_payment_method_line_ids
        self.assertEqual(lines.filtered(lambda line: line.code == "vendor"), self.bearer + other)

    def test_invoicing_user_cannot_set_up_a_bearer(self):
        Line = self.env["account.payment.method.line"].with_user(self.invoicing_user)
        with self.assertRaisesRegex(AccessError, "Vendor Banco C"):
            Line.create(
                {
                    "name": "Vendor Banco C",
                    "payment_method_id": self.vendor_method.id,
                    "journal_id": self.journal.id,
                }
            )
        with self.assertRaisesRegex(AccessError, "Vendor Banco A"):
            self.bearer.with_user(self.invoicing_user).name = "Another"
        with self.assertRaisesRegex(AccessError, "Vendor Banco A"):
            self.bearer.with_user(self.invoicing_user).unlink()

    def test_invoicing_user_cannot_turn_a_line_into_a_bearer(self):
        with self.assertRaises(AccessError):
            self.manual_line.with_user(self.invoicing_user).payment_method_id = self.vendor_method

    def test_other_lines_stay_the_invoicing_users(self):
        line = self.manual_line.with_user(self.invoicing_user)
        line.name = "Dinheiro"
        self.assertEqual(self.manual_line.name, "Dinheiro")

    def test_user_of_another_company_sees_no_bearer_of_this_one(self):
        Line = self.env["account.payment.method.line"].with_user(self.foreign_user)
        visible = Line.search([("payment_method_id.code", "=", "vendor")])
        self.assertEqual(visible, self.bearer_2)
        with self.assertRaises(AccessError):
            self.bearer.with_user(self.foreign_user).name = "Taken over"

    def test_user_of_both_companies_sees_the_bearers_of_the_chosen_one(self):
        self.manager_user.company_ids = [Command.link(self.company_2.id)]
        Line = self.env["account.payment.method.line"].with_user(self.manager_user)
        domain = [("payment_method_id.code", "=", "vendor")]
        both = [self.company.id, self.company_2.id]
        self.assertEqual(
            Line.with_context(allowed_company_ids=[self.company.id]).search(domain), self.bearer
        )
        self.assertEqual(
            Line.with_context(allowed_company_ids=both).search(domain),
            self.bearer + self.bearer_2,
        )

    # === Recognition === #

    def test_order_and_invoice_are_recognised_by_the_bearer(self):
        order = self._create_order(self.bearer)
        invoice = self._create_vendor_invoice(post=False)
        self.assertTrue(order.is_vendor)
        self.assertTrue(invoice.is_vendor)
        order.preferred_payment_method_line_id = self.manual_line
        invoice.preferred_payment_method_line_id = self.manual_line
        self.assertFalse(order.is_vendor)
        self.assertFalse(invoice.is_vendor)

    def test_invoice_of_a_vendor_order_is_in_vendor_financing(self):
        self.product_a.invoice_policy = "order"
        order = self._create_order(self.bearer)
        self._approve(order)
        order.action_confirm()
        self.assertTrue(order._create_invoices().is_vendor)

    def test_default_bearer_of_the_customer_reaches_the_order(self):
        self.partner_a.property_inbound_payment_method_line_id = self.bearer
        order = (
            self.env["sale.order"]
            .with_user(self.salesman)
            .create({"partner_id": self.partner_a.id})
        )
        self.assertEqual(order.preferred_payment_method_line_id, self.bearer)
        self.assertTrue(order.is_vendor)

    def test_credit_note_inherits_the_bearer_and_is_none(self):
        invoice = self._create_vendor_invoice()
        credit_note = invoice._reverse_moves()
        self.assertEqual(credit_note.preferred_payment_method_line_id, self.bearer)
        self.assertFalse(credit_note.is_vendor)

    def test_search_finds_exactly_the_recognised_documents(self):
        vendor_order = self._create_order(self.bearer)
        other_order = self._create_order(self.manual_line)
        invoice = self._create_vendor_invoice()
        credit_note = invoice._reverse_moves()
        orders = [("id", "in", (vendor_order + other_order).ids)]
        moves = [("id", "in", (invoice + credit_note).ids)]
        Order, Move = self.env["sale.order"], self.env["account.move"]
        self.assertEqual(Order.search([*orders, ("is_vendor", "=", True)]), vendor_order)
        self.assertEqual(Order.search([*orders, ("is_vendor", "=", False)]), other_order)
        self.assertEqual(Move.search([*moves, ("is_vendor", "=", True)]), invoice)
        self.assertEqual(Move.search([*moves, ("is_vendor", "=", False)]), credit_note)

    def test_recognition_follows_new_and_deleted_bearers(self):
        Line = self.env["account.payment.method.line"]
        bearer = self._create_bearer(self.journal, "Vendor Banco C")
        self.assertIn(bearer.id, Line._get_vendor_bearer_ids())
        bearer_id = bearer.id
        bearer.unlink()
        self.assertNotIn(bearer_id, Line._get_vendor_bearer_ids())

    def test_bearers_that_another_thread_has_read_before_the_commit_are_read_again(self):
        lines = self.env["account.payment.method.line"]
        bearer = self._create_bearer(self.journal, "Vendor Banco C")
        with self.registry.cursor() as cr:
            elsewhere = lines.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            self.assertNotIn(bearer.id, elsewhere._get_vendor_bearer_ids())
        self.env.cr.postcommit.run()
        self.assertIn(bearer.id, lines._get_vendor_bearer_ids())

    def test_recognition_costs_no_query_once_known(self):
        invoices = self._create_vendor_invoice() + self._create_vendor_invoice()
        invoices.mapped("is_vendor")
        invoices.invalidate_recordset(["is_vendor"])
        invoices.mapped("preferred_payment_method_line_id")
        with self.assertQueryCount(0):
            self.assertEqual(invoices.mapped("is_vendor"), [True, True])

    # === Guards === #

    def test_bearer_of_an_open_document_stays(self):
        invoice = self._create_vendor_invoice()
        with self.assertRaisesRegex(UserError, invoice.name):
            self.bearer.unlink()
        with self.assertRaisesRegex(UserError, "Vendor Banco A"):
            self.bearer.payment_method_id = self.manual_line.payment_method_id
        order = self._create_order(self._create_bearer(self.journal, "Vendor Banco C"))
        with self.assertRaisesRegex(UserError, order.name):
            order.preferred_payment_method_line_id.unlink()

    def test_bearer_without_open_documents_goes(self):
        order = self._create_order(self.bearer)
        order.action_cancel()
        self.bearer.unlink()
        self.assertFalse(self.bearer.exists())

    def test_bearer_of_another_company_is_refused_on_an_invoice(self):
        invoice = self._create_vendor_invoice(post=False)
        with self.assertRaisesRegex(ValidationError, "Vendor Banco B"):
            invoice.preferred_payment_method_line_id = self.bearer_2

    def test_branch_uses_the_bearer_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Filial", "parent_id": self.company.id})
        self.cr.precommit.run()  # loads the chart of the branch
        invoice = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_a.id,
                    "preferred_payment_method_line_id": self.bearer.id,
                }
            )
        )
        self.assertEqual(invoice.company_id, branch)
        self.assertTrue(invoice.is_vendor)

    # === Charge types === #

    def test_manager_renames_the_charge_type(self):
        self.vendor_method.with_user(self.manager_user).name = "Vendor (convênio)"
        self.assertEqual(self.vendor_method.name, "Vendor (convênio)")

    def test_charge_type_keeps_its_code_and_its_direction(self):
        with self.assertRaisesRegex(UserError, self.vendor_method.name):
            self.vendor_method.code = "another"
        with self.assertRaisesRegex(UserError, self.vendor_method.name):
            self.vendor_method.payment_type = "outbound"
        self.vendor_method.write({"code": "vendor", "payment_type": "inbound"})

    def test_charge_type_cannot_be_deleted(self):
        with self.assertRaisesRegex(UserError, self.vendor_method.name):
            self.vendor_method.with_user(self.invoicing_user).unlink()

    def test_charge_types_list_shows_all_receipts_and_creates_none(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.account_payment_method_action"
        )
        self.assertEqual(action["domain"], "[('payment_type', '=', 'inbound')]")
        arch = self.env["account.payment.method"].get_view(action["view_id"][0], "list")["arch"]
        self.assertIn('create="0"', arch)
        self.assertIn('delete="0"', arch)
