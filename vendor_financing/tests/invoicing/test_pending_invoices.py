from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestPendingInvoices(VendorFinancingCommon):
    """The list of posted, unpaid Vendor invoices."""

    def _pending(self, user):
        action = (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id("vendor_financing.account_move_action")
        )
        return self.env["account.move"].with_user(user).search(safe_eval(action["domain"]))

    def _pay(self, invoice, amount=None):
        values = {"amount": amount} if amount else {}
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(values)._create_payments()

    def test_list_shows_exactly_the_invoices_to_finance(self):
        pending = self._create_vendor_invoice()
        partial = self._create_vendor_invoice(amount=300.0)
        self._pay(partial, amount=100.0)
        paid = self._create_vendor_invoice()
        self._pay(paid)
        credited = self._create_vendor_invoice()
        credited._reverse_moves(cancel=True)
        self._create_vendor_invoice(post=False)
        cancelled = self._create_vendor_invoice(post=False)
        cancelled.button_cancel()
        self._create_vendor_invoice(bearer=self.manual_line)
        self._create_vendor_invoice(move_type="out_refund")
        self.assertEqual(self._pending(self.invoicing_user), pending + partial)

    def test_partially_paid_invoice_counts_with_what_is_left(self):
        invoice = self._create_vendor_invoice(amount=300.0)
        self._pay(invoice, amount=100.0)
        self.assertEqual(
            sum(self._pending(self.invoicing_user).mapped("amount_residual_signed")), 200.0
        )

    def test_changing_the_bearer_moves_an_invoice_in_and_out(self):
        invoice = self._create_vendor_invoice(bearer=self.manual_line)
        self.assertNotIn(invoice, self._pending(self.invoicing_user))
        invoice.with_user(self.invoicing_user).preferred_payment_method_line_id = self.bearer
        self.assertIn(invoice, self._pending(self.invoicing_user))
        invoice.with_user(self.invoicing_user).preferred_payment_method_line_id = self.manual_line
        self.assertNotIn(invoice, self._pending(self.invoicing_user))

    def test_user_of_another_company_sees_none_of_them(self):
        self._create_vendor_invoice()
        self.assertFalse(self._pending(self.foreign_user))
        theirs = self._create_vendor_invoice(
            bearer=self.bearer_2,
            company_id=self.company_2,
            journal_id=self.company_data_2["default_journal_sale"],
        )
        self.assertEqual(self._pending(self.foreign_user), theirs)
        self.assertNotIn(theirs, self._pending(self.invoicing_user))

    def test_filter_issued_today_finds_the_invoices_of_the_day(self):
        today = self._create_vendor_invoice(invoice_date=fields.Date.today())
        self._create_vendor_invoice(invoice_date="2020-01-15")
        search = self.env.ref("vendor_financing.account_move_view_search")
        self.assertIn("[('invoice_date', '=', 'today')]", search.arch)
        issued_today = self._pending(self.invoicing_user).filtered_domain(
            [("invoice_date", "=", "today")]
        )
        self.assertEqual(issued_today, today)

    def test_lists_and_searches_load_for_the_invoicing_user(self):
        Move = self.env["account.move"].with_user(self.invoicing_user)
        views = Move.get_views(
            [
                (self.env.ref("vendor_financing.account_move_view_list").id, "list"),
                (self.env.ref("vendor_financing.account_move_view_search").id, "search"),
            ]
        )["views"]
        self.assertIn('sum="To finance"', views["list"]["arch"])
        self.assertIn("issued_today", views["search"]["arch"])

    def test_menus_follow_the_roles(self):
        menu = self.env.ref("vendor_financing.vendor_financing_menu")
        bearers_menu = self.env.ref("vendor_financing.account_payment_method_line_menu")
        Menu = self.env["ir.ui.menu"]
        for_clerk = Menu.with_user(self.invoicing_user)._visible_menu_ids()
        for_manager = Menu.with_user(self.manager_user)._visible_menu_ids()
        for_salesman = Menu.with_user(self.salesman)._visible_menu_ids()
        self.assertIn(menu.id, for_clerk)
        self.assertNotIn(bearers_menu.id, for_clerk)
        self.assertIn(bearers_menu.id, for_manager)
        self.assertNotIn(menu.id, for_salesman)
