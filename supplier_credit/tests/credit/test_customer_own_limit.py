from odoo.fields import Command
from odoo.tests import tagged

from .common import SupplierCreditCustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerOwnLimit(SupplierCreditCustomerCommon):
    """Sales on Supplier's credit do not use the company's own credit limit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.customer.with_company(cls.company).credit_limit = 1000.0
        cls.own_bearer = cls.env["account.payment.method.line"].create(
            {
                "name": "Own",
                "payment_method_id": cls.env.ref("account.account_payment_method_manual_in").id,
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )

    def confirm(self, bearer, amount):
        order = self.create_order(amount=amount, bearer=bearer)
        if bearer == self.bearer:
            self.reserve(order, amount=f"{amount:.2f}", code=f"PA-{order.name}")
        order.action_confirm()
        return order

    def warning(self, bearer, amount):
        return self.create_order(amount=amount, bearer=bearer).partner_credit_warning

    def to_invoice(self):
        self.env.invalidate_all()
        return self.customer.with_company(self.company).credit_to_invoice

    def bill(self, bearer, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "preferred_payment_method_line_id": bearer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        return move

    def test_orders_on_suppliers_credit_do_not_consume_it(self):
        self.confirm(self.bearer, 900)
        self.confirm(self.own_bearer, 300.25)
        self.assertEqual(self.to_invoice(), 300.25)
        self.assertFalse(self.warning(self.own_bearer, 699.75))
        self.assertIn("credit limit", self.warning(self.own_bearer, 699.76))

    def test_no_warning_on_an_order_on_suppliers_credit(self):
        self.assertIn("credit limit", self.warning(self.own_bearer, 5000))
        order = self.create_order(amount=5000)
        self.assertFalse(order.partner_credit_warning)
        order.preferred_payment_method_line_id = self.own_bearer
        self.assertIn("credit limit", order.partner_credit_warning)

    def test_invoices_on_suppliers_credit_do_not_consume_it(self):
        self.bill(self.bearer, 900).action_post()
        self.bill(self.own_bearer, 300.25).action_post()
        self.env.invalidate_all()
        self.assertFalse(self.warning(self.own_bearer, 699.75))
        self.assertIn("credit limit", self.warning(self.own_bearer, 699.76))
        self.assertFalse(self.bill(self.own_bearer, 699.75).partner_credit_warning)
        self.assertIn("credit limit", self.bill(self.own_bearer, 699.76).partner_credit_warning)
        self.assertFalse(self.bill(self.bearer, 5000).partner_credit_warning)

    def test_invoice_of_a_supplier_order_charged_otherwise_consumes_it(self):
        order = self.confirm(self.bearer, 900)
        invoice = order.with_user(self.accountant)._create_invoices()
        invoice.preferred_payment_method_line_id = self.own_bearer
        self.assertFalse(invoice.partner_credit_warning)
        self.bill(self.own_bearer, 100.01).action_post()
        self.env.invalidate_all()
        self.assertIn("credit limit", invoice.partner_credit_warning)

    def test_both_positions_stand_side_by_side(self):
        customer = self.register()
        self.confirm(self.bearer, 900)
        self.confirm(self.own_bearer, 300.25)
        self.bill(self.bearer, 400).action_post()
        self.bill(self.own_bearer, 100).action_post()
        self.env.invalidate_all()
        self.assertRecordValues(
            customer.with_user(self.accountant),
            [
                {
                    "limit_total": 50000.0,
                    "own_limit_in_use": True,
                    "own_limit": 1000.0,
                    "own_limit_used": 400.25,
                    "own_limit_available": 599.75,
                }
            ],
        )

    def test_without_bearers_the_warning_costs_what_it_did(self):
        self.bearer.unlink()
        order = self.create_order(amount=5000, bearer=self.own_bearer)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn("credit limit", order.partner_credit_warning)
        partner = self.customer.with_company(self.company)
        with self.assertQueryCount(0):
            self.assertFalse(partner._get_supplier_open_amounts(self.company))
