from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import VendorFinancingCommon


@tagged("post_install", "-at_install")
class TestRequestDoors(VendorFinancingCommon):
    """Each way to a confirmed order is checked for the approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(cls.bearer)
        cls.order.user_id = cls.salesman

    def as_salesman(self, order=None):
        return (order or self.order).with_user(self.salesman)

    def test_state_written(self):
        with self.assertRaisesRegex(UserError, self.order.name), self.env.cr.savepoint():
            self.as_salesman().write({"state": "sale"})
        self.assertEqual(self.order.state, "draft")
        self._approve(self.order)
        self.as_salesman().write({"state": "sale"})
        self.assertEqual(self.order.state, "sale")

    def test_state_created(self):
        values = {"partner_id": self.partner_a.id, "state": "sale"}
        Order = self.env["sale.order"].with_user(self.salesman)
        with self.assertRaisesRegex(UserError, "needs an approval"), self.env.cr.savepoint():
            Order.create({**values, "preferred_payment_method_line_id": self.bearer.id})
        self.assertEqual(Order.create(values).state, "sale")

    def test_bearer_of_a_confirmed_order(self):
        order = self._create_order(self.manual_line)
        order.user_id = self.salesman
        order.action_confirm()
        with self.assertRaisesRegex(UserError, order.name), self.env.cr.savepoint():
            self.as_salesman(order).preferred_payment_method_line_id = self.bearer
        self.assertEqual(order.preferred_payment_method_line_id, self.manual_line)
        with self.assertRaisesRegex(UserError, order.name), self.env.cr.savepoint():
            self.as_salesman(order).write(
                {"state": "sale", "preferred_payment_method_line_id": self.bearer.id}
            )

    def test_bearer_and_state_together(self):
        order = self._create_order(self.manual_line)
        with self.assertRaisesRegex(UserError, order.name), self.env.cr.savepoint():
            order.write({"state": "sale", "preferred_payment_method_line_id": self.bearer.id})
        self.assertEqual(order.state, "draft")

    def test_many_at_once_name_all_that_are_blocked(self):
        orders = self.order | self._create_order(self.bearer) | self._create_order(self.manual_line)
        with self.assertRaises(UserError) as refused:
            orders.action_confirm()
        self.assertIn(orders[0].name, str(refused.exception))
        self.assertIn(orders[1].name, str(refused.exception))
        self.assertNotIn(orders[2].name, str(refused.exception))

    def test_signature_waits_for_the_approval(self):
        self.order.sudo()._validate_order()
        self.assertEqual(self.order.state, "draft")
        self.assertTrue(self.order.vendor_confirm_on_approval)
        self.assertEqual(self.order.activity_ids.user_id, self.salesman)
        self._approve(self.order)
        self.assertEqual(self.order.state, "sale")
        self.assertFalse(self.order.vendor_confirm_on_approval or self.order.activity_ids)

    def test_confirmation_leaves_the_to_dos_of_others_open(self):
        todo = self.order.activity_schedule(
            "mail.mail_activity_data_todo", summary="Call", user_id=self.salesman.id
        )
        self.order.sudo()._validate_order()
        self.assertEqual(len(self.order.activity_ids), 2)
        self._approve(self.order)
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.order.activity_ids, todo)

    def test_signature_on_an_approved_order_confirms_it(self):
        self._approve(self.order)
        self.assertEqual(self.order.state, "draft")
        self.order.sudo()._validate_order()
        self.assertEqual(self.order.state, "sale")

    def test_payment_is_taken_and_the_order_waits(self):
        order = self._create_order(self.manual_line)
        provider = self.env["payment.provider"].create(
            {"name": "Pix", "code": "none", "state": "test", "company_id": self.company.id}
        )
        method = self.env["payment.method"].create({"name": "Pix", "code": "pix_test"})
        charge = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": order.partner_id.id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "sale_order_ids": [(4, order.id)],
            }
        )
        order.preferred_payment_method_line_id = self.bearer
        charge.state = "done"
        self.assertFalse(charge._check_amount_and_confirm_order())
        self.assertEqual((order.state, order.vendor_confirm_on_approval), ("draft", True))
