from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SupplierCreditCommon


@tagged("post_install", "-at_install")
class TestDownPayment(SupplierCreditCommon):
    """Supplier takes the NF-e of a sale, which a down payment has paid a part of already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journal = cls.company_data["default_journal_bank"]
        cls.usual = journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == "manual"
        )[:1]

    def make_down_payment(self, order):
        """Return the invoice of a down payment, made as the button Create Invoice does."""
        before = order.invoice_ids
        context = {"active_model": "sale.order", "active_ids": order.ids}
        wizards = self.env["sale.advance.payment.inv"].with_user(self.accountant)
        with Form(wizards.with_context(**context)) as form:
            form.advance_payment_method = "percentage"
            form.amount = 30
        form.record.create_invoices()
        self.env.invalidate_all()
        return (order.invoice_ids - before).with_user(self.accountant)

    def assert_refused(self, order, change):
        with self.assertRaises(UserError) as caught:
            change()
        self.env.invalidate_all()
        self.assertEqual(order.preferred_payment_method_line_id, self.usual)
        self.assertIn(order.name, str(caught.exception))
        return str(caught.exception)

    def test_bearer_of_an_order_with_a_down_payment_is_refused(self):
        for is_confirmed in (False, True):
            with self.subTest(is_confirmed=is_confirmed):
                order = self.create_order(bearer=self.usual)
                if is_confirmed:
                    order.action_confirm()
                invoice = self.make_down_payment(order)
                for state in ("draft", "posted"):
                    if state == "posted":
                        invoice.action_post()

                    def choose(order=order):
                        with Form(order) as form:
                            form.preferred_payment_method_line_id = self.bearer

                    message = self.assert_refused(order, choose)
                    self.assertIn(invoice.display_name, message)

    def test_default_bearer_of_another_customer_is_refused_too(self):
        other = self.customer.copy({"name": "Outra Ltda", "vat": "11.222.333/0001-81"})
        other.property_inbound_payment_method_line_id = self.bearer
        order = self.create_order(bearer=self.usual)
        self.make_down_payment(order)

        def change():
            order.partner_id = other
            order.flush_recordset()

        self.assert_refused(order, change)

    def test_what_a_credit_note_took_back_is_in_nobodys_way(self):
        order = self.create_order(bearer=self.usual)
        invoice = self.make_down_payment(order)
        invoice.action_post()
        wizards = self.env["account.move.reversal"].with_user(self.accountant)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        with Form(wizards.with_context(**context)) as form:
            form.reason = "faturar pela Supplier"
        self.env["account.move"].browse(form.record.refund_moves()["res_id"]).action_post()
        self.env.invalidate_all()
        order.preferred_payment_method_line_id = self.bearer
        self.reserve(order)
        self.assertEqual(self.create_invoice(order).amount_total, 610.37)

    def test_other_bearer_of_an_order_with_a_down_payment_is_chosen_freely(self):
        order = self.create_order(bearer=self.usual)
        self.make_down_payment(order)
        order.preferred_payment_method_line_id = False
        self.assertFalse(order.preferred_payment_method_line_id)

    def make_order_of_ten(self):
        order = self.create_order(bearer=self.usual)
        order.order_line.write({"product_uom_qty": 10})
        order.order_line.price_unit = 100
        order.action_confirm()
        return order

    def make_part(self, order, quantity):
        """Return the posted invoice of a quantity of the order's first item."""
        invoice = order.with_user(self.accountant)._create_invoices()
        invoice.invoice_line_ids[0].quantity = quantity
        invoice.action_post()
        return invoice

    def test_what_another_bearer_billed_needs_no_credit(self):
        order = self.make_order_of_ten()
        self.make_part(order, 4)
        order.preferred_payment_method_line_id = self.bearer
        self.assertEqual(order._get_supplier_reservable_amount(), 600)
        reservation = self.reserve(order, amount="600.00")
        invoice = order.with_user(self.accountant)._create_invoices()
        self.assertEqual(invoice.amount_total, 600)
        values = self.env["supplier.credit.transaction"].sudo()._prepare_values(invoice.sudo())
        self.assertEqual(values["preauthorization_id"], reservation.id)
        self.assertTrue(values["release_rest"])

    def test_credit_for_what_another_bearer_took_back_is_asked_by_hand(self):
        order = self.make_order_of_ten()
        part = self.make_part(order, 4)
        order.preferred_payment_method_line_id = self.bearer
        reservation = self.reserve(order, amount="600.00")
        part._reverse_moves(cancel=True)
        self.env.invalidate_all()
        self.assertTrue(order.is_supplier_blocked)
        answer = self.reservation_answer(amount="1000.00")
        self.supplier.on("PUT", "/pre-autorizacoes/PA-1$", answer)
        reservation.with_user(self.salesman).action_send_change()
        self.deliver()
        self.assertFalse(order.is_supplier_blocked)
        self.assertEqual(reservation.amount, 1000)
