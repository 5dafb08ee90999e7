from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import InvoiceLockCommon


@tagged("post_install", "-at_install")
class TestOnlinePayment(InvoiceLockCommon):
    """Supplier charges the customer: shop, links and providers take no money for its documents."""

    def pay_online(self, order):
        """Return the payment of an order that its customer paid by card."""
        provider = self.env["payment.provider"].sudo().create({"name": "Online", "state": "test"})
        transactions = self.env["payment.transaction"].sudo()
        paid = transactions.create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": order.name,
                "sale_order_ids": [Command.set(order.ids)],
                "state": "done",
            }
        )
        paid._create_payment(
            journal_id=self.company_data["default_journal_bank"].id,
            payment_method_line_id=self.company_data["default_journal_bank"]
            .inbound_payment_method_line_ids[0]
            .id,
        )
        return paid.payment_id

    def test_no_link_is_made(self):
        self.invoice.action_post()
        for document in (self.create_order(), self.invoice):
            context = {"active_model": document._name, "active_id": document.id}
            wizard = self.env["payment.link.wizard"].with_user(self.accountant)
            with (
                self.subTest(document._name),
                self.assertRaisesRegex(ValidationError, f"(?s){document.name}.*link"),
            ):
                Form(wizard.with_context(**context))

    def test_what_was_paid_before_stays_the_customers_credit(self):
        """The order is paid by card, then put on Supplier's credit: both are kept apart."""
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        payment = self.pay_online(order.sudo())
        order.preferred_payment_method_line_id = self.bearer
        self.reserve(order)
        invoice = self.create_invoice(order)
        invoice._attach_nfe(self.nfe_content())
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice.action_post()
        self.deliver()
        transaction = invoice.sudo().supplier_transaction_ids
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertTrue(
            transaction.move_id.line_ids & invoice.line_ids.matched_credit_ids.credit_move_id
        )
        (credit,) = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.assertEqual(credit.amount_residual, -610.37, "it is the customer's still")
        self.assertIn(payment.name, "".join(invoice.message_ids.mapped("body")))
