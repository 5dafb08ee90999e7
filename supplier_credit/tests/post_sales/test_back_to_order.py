from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..nfe.common import make_cancellation, make_nfe
from .common import PostSaleCommon
from .test_post_sale_outcome import REFUSED


@tagged("post_install", "-at_install")
class TestBackToOrder(PostSaleCommon):
    """What comes back of an order is to be invoiced again, with credit of its own. Seed 002."""

    def assert_blocked(self):
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no credit is reserved|covers only"):
            self.order.with_user(self.accountant)._create_invoices()
        self.assertTrue(self.order.is_supplier_blocked)

    def reserve_again(self, amount="610.37"):
        self.env.invalidate_all()
        return self.reserve(self.order, code="PA-2", amount=amount)

    def invoice_again(self, amount):
        """Invoice and register what the host says is to be invoiced; return its transaction."""
        invoice = self.order.with_user(self.accountant)._create_invoices()
        answer = self.transaction_answer(codigoTransacao="TR-2")
        self.supplier.on("POST", "/transacoes$", answer, 201)
        invoice._attach_nfe(make_nfe(number=47900, total=f"{amount:.2f}"))
        invoice.action_post()
        self.deliver()
        return invoice.sudo().supplier_transaction_ids

    def test_returned_order_is_blocked_until_credit_is_reserved_again(self):
        self.on_request("0.00", "610.37")
        self.post_return(0)
        self.deliver()
        self.assertEqual(self.order.order_line.qty_to_invoice, 1)
        self.assert_blocked()
        reservation = self.reserve_again()
        sale = self.invoice_again(610.37)
        self.assertEqual(sale.preauthorization_id, reservation)
        self.assertEqual(sale.reserved_amount, 610.37)

    def test_draft_of_a_credit_note_blocks_already(self):
        self.begin_return()
        self.assertEqual(self.order.order_line.qty_to_invoice, 1)
        self.assert_blocked()

    def test_cancelled_credit_note_takes_the_block_back(self):
        self.begin_return().button_cancel()
        self.env.invalidate_all()
        self.assertEqual(self.order.order_line.qty_to_invoice, 0)
        self.assertFalse(self.order.is_supplier_blocked)

    def test_release_by_hand_is_not_for_what_comes_back_later(self):
        order = self.order
        self.on_request("0.00", "610.37")
        self.post_return(0)
        self.env.invalidate_all()
        order.with_user(self.manager)._release_supplier_by_hand(["reservation"], "known customer")
        self.assertEqual(order.supplier_release_state, "released_manual")
        # The same goods a second time: the release was for the first.
        again = order.with_user(self.accountant)._create_invoices()
        again._attach_nfe(make_nfe(number=47900))
        answer = self.transaction_answer(codigoTransacao="TR-2")
        self.supplier.on("POST", "/transacoes$", answer, 201)
        again.action_post()
        self.deliver()
        self.begin_return(invoice=again)
        self.assert_blocked()

    def test_cancelled_sale_is_to_be_invoiced_again(self):
        self.on_request("0.00", "610.37")
        self.upload(make_cancellation(self.sale.nfe_key), cancel=True)
        self.deliver()
        line = self.order.order_line
        self.assertEqual((line.qty_invoiced, line.qty_to_invoice), (0, 1))
        self.assertEqual(line.sudo().qty_invoiced_posted, 0)
        self.assertEqual(self.order.invoice_status, "to invoice")
        self.assert_blocked()
        reservation = self.reserve_again()
        sale = self.invoice_again(610.37)
        self.assertEqual(sale.preauthorization_id, reservation)
        self.assertEqual(self.order.order_line.qty_to_invoice, 0)

    def test_create_invoice_credits_what_was_delivered_too_much(self):
        self.order.order_line.product_uom_qty = 0
        note = self.order.with_user(self.accountant)._create_invoices(final=True)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 610.37))
        self.assertEqual(note.supplier_return_transaction_id, self.sale)
        self.assertEqual(note.reversed_entry_id, self.invoice)
        note.action_post()
        self.assertEqual(self.sale.post_sale_ids.amount, 610.37)
        self.assertTrue(note.line_ids.filtered("is_supplier_temporary"))

    def test_withdrawn_return_is_delivered_after_all(self):
        request = self.make_return(0, **REFUSED)
        note = request.temporary_move_id
        # Without its NF-e nothing proves that the goods came back.
        self.upload(make_cancellation(note.supplier_nfe_key), note)
        self.decide(request, "withdraw")
        self.env.invalidate_all()
        line = self.order.order_line
        self.assertEqual((line.qty_invoiced, line.qty_to_invoice), (1, 0))
        self.assertFalse(self.order.is_supplier_blocked)


@tagged("post_install", "-at_install")
class TestLastCent(PostSaleCommon):
    """Nothing stays reserved when the host has nothing left to invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        line = {"product_id": cls.product.id, "product_uom_qty": 3, "price_unit": 33.333}
        cls.order = cls.create_order(
            order_line=[Command.create({**line, "tax_ids": [Command.clear()]})]
        )
        cls.reservation = cls.reserve(cls.order, code="PA-3", amount="100.00")
        cls.order.action_confirm()

    def bill(self, quantity, number, total):
        invoice = self.order.with_user(self.accountant)._create_invoices()
        invoice.invoice_line_ids.quantity = quantity
        answer = self.transaction_answer(codigoTransacao=f"TR-{number}")
        answer["calendario"] = [
            {
                **answer["calendario"][0],
                "valorParcela": total,
                "valorRepasse": total,
                "valorTaxa": "0.00",
            }
        ]
        self.supplier.on("POST", "/transacoes$", answer, 201)
        invoice._attach_nfe(make_nfe(number=number, total=total))
        invoice.action_post()
        self.deliver()
        return invoice.sudo().supplier_transaction_ids

    def test_order_billed_in_parts_frees_the_cent_that_was_rounded(self):
        sales = [self.bill(1, number, "33.33") for number in (47801, 47802, 47803)]
        self.assertEqual([sale.release_rest for sale in sales], [False, False, True])
        self.assertEqual(self.reservation.state, "used")
        self.assertEqual(self.reservation.used_amount, 99.99)

    def test_short_delivery_closed_by_the_user_frees_the_rest(self):
        self.bill(2, 47801, "66.67")
        answer = self.reservation_answer(code="PA-3", amount="66.67", situacao="UTILIZADA")
        self.supplier.on("POST", "/pre-autorizacoes/PA-3/liberacao-saldo$", answer)
        self.order.order_line.product_uom_qty = 2
        with self.supplier.listening(), self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_follow_orders").method_direct_trigger()
        self.deliver_by_cron()
        self.assertFalse(self.supplier.calls("PUT", "/pre-autorizacoes/PA-3$"))
        self.assertEqual(len(self.supplier.calls("POST", "/liberacao-saldo$")), 1)
