from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SupplierCreditCommon

# An image of one pixel.
SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6"
    b"kgAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestGate(SupplierCreditCommon):
    """Seed 001, "Bloqueio de Pedidos": a blocked order cannot be confirmed in any way."""

    def test_writing_the_state_over_rpc_is_refused(self):
        order = self.create_order()
        with self.assertRaisesRegex(UserError, order.name):
            order.write({"state": "sale"})
        self.assertEqual(order.state, "draft")

    def test_creating_a_confirmed_order_is_refused(self):
        with self.assertRaisesRegex(UserError, "blocked"):
            self.create_order(state="sale")

    def test_confirming_many_names_every_blocked_one_and_confirms_none(self):
        blocked = self.create_order() | self.create_order()
        free = self.create_order()
        free.preferred_payment_method_line_id = False
        with self.assertRaises(UserError) as caught:
            (free | blocked).action_confirm()
        for order in blocked:
            self.assertIn(order.name, str(caught.exception))
        self.assertNotIn(f"{free.name} ", str(caught.exception))
        self.assertEqual(set((free | blocked).mapped("state")), {"draft"})

    def test_signature_is_kept_and_the_order_confirmed_by_its_release(self):
        order = self.create_order(require_signature=True)
        order.write({"signed_by": "Maria", "signature": SIGNATURE})
        order.sudo()._validate_order()
        self.assertEqual((order.state, order.signed_by), ("draft", "Maria"))
        self.assertTrue(order.supplier_confirm_on_release)
        self.assertIn("as soon as its credit is approved", order.message_ids[0].body)
        self.assertEqual(len(order.activity_ids), 1)
        order.sudo()._validate_order()
        self.assertEqual(len(order.activity_ids), 1, "never twice")
        self.reserve(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.supplier_confirm_on_release)
        self.assertFalse(order.activity_ids)

    def test_the_release_closes_nobody_elses_to_do(self):
        order = self.create_order()
        order.activity_schedule("mail.mail_activity_data_todo", summary="Call the customer")
        order._await_supplier_release()
        self.assertEqual(len(order.activity_ids), 2)
        self.reserve(order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.activity_ids.mapped("summary"), ["Call the customer"])

    def test_payment_of_a_blocked_order_is_taken_and_the_order_waits(self):
        order = self.create_order().sudo()
        # Begun before the order got its bearer.
        order.preferred_payment_method_line_id = False
        provider = self.env["payment.provider"].sudo().create({"name": "Dummy", "code": "none"})
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": self.customer.id,
                    "sale_order_ids": [Command.set(order.ids)],
                    "state": "done",
                }
            )
        )
        order.preferred_payment_method_line_id = self.bearer
        self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.supplier_confirm_on_release)

    def test_portal_asks_for_no_payment_of_a_supplier_order(self):
        order = self.create_order(require_payment=True)
        self.assertFalse(order._has_to_be_paid())
        order.preferred_payment_method_line_id = False
        self.assertTrue(order._has_to_be_paid())

    def test_orders_of_other_bearers_cost_no_query_of_ours(self):
        """The addon neither reads nor writes for them, although bearers and reservations exist."""
        self.reserve(self.create_order())
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        self.env.flush_all()
        statements = []
        execute = type(self.env.cr).execute

        def spy(cursor, query, params=None, log_exceptions=True):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, params, log_exceptions)

        self.patch(type(self.env.cr), "execute", spy)
        order.order_line.price_unit = 10
        order.client_order_ref = "x"
        order.action_confirm()
        self.env.flush_all()
        self.assertTrue(statements)
        ours = [text for text in statements if 'FROM "supplier_credit' in text]
        self.assertEqual(ours, [])
        self.assertFalse([text for text in statements if '"supplier_release_state" =' in text])
