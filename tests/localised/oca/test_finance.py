from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestFinance(OcaCommon):
    """OCA's finance addons: risk, exceptions, and which bearers are offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {"credit_limit": 100.0, "risk_invoice_open_include": True}
            | {"risk_sale_order_include": True, "risk_invoice_draft_include": True}
        )

    def test_bearers_are_selectable(self):
        self.assertTrue(self.bearer.selectable)
        vendor = self.env["account.payment.method.line"].create(
            {
                "name": "Vendor",
                "payment_method_id": self.env.ref(
                    "vendor_financing.account_payment_method_vendor"
                ).id,
                "journal_id": self.company_data["default_journal_bank"].id,
                "selectable": False,
            }
        )
        self.assertTrue(vendor.selectable)

    def test_sales_on_suppliers_credit_are_no_risk(self):
        invoice = self.sell()
        self.assertEqual(invoice.state, "posted")
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.risk_total, 0.0)
        self.assertFalse(self.customer.risk_exception)

    def test_open_orders_on_suppliers_credit_are_no_risk(self):
        order = self.create_reserved_order()
        self.assertIsNot(order.action_confirm(), None)
        self.assertEqual(order.state, "sale")
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.risk_sale_order, 0.0)

    def test_other_sales_are_a_risk_still(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        answer = order.action_confirm()
        self.assertEqual(answer["res_model"], "partner.risk.exceeded.wiz")
        self.assertEqual(order.state, "draft")
        order.with_context(bypass_risk=True).action_confirm()
        self.customer.invalidate_recordset()
        self.assertGreater(self.customer.risk_sale_order, 0.0)

    def test_signed_order_with_an_exception_is_not_forgotten(self):
        self.env["exception.rule"].sudo().create(
            {
                "name": "Sem endereço",
                "model": "sale.order",
                "exception_type": "by_py_code",
                "code": "failed = True",
            }
        )
        order = self.create_order()
        order.user_id = self.salesman
        order._validate_order()
        self.assertTrue(order.supplier_confirm_on_release)
        self.reserve(order, amount=f"{order.amount_total:.2f}")
        self.assertEqual(order.state, "draft")
        told = order.activity_ids
        self.assertEqual(told.user_id, self.salesman)
        self.assertIn("cannot be confirmed", told.summary)
        self.assertIn("another app has a question", str(told.note))
