from odoo import api, models
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    """Online payments of orders and invoices whose customer Supplier charges."""

    _inherit = "payment.transaction"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse online payments of what Supplier charges, from any address.

        Captures and refunds of payments of an order that were begun earlier are allowed.
        """
        transactions = super().create(vals_list)
        begun = transactions.filtered(lambda transaction: not transaction.source_transaction_id)
        if orders := begun.sale_order_ids._filter_supplier_credit():
            raise ValidationError(
                self.env._(
                    "Supplier charges the customer for %(orders)s; there is nothing to pay here.",
                    orders=", ".join(orders.mapped("name")),
                )
            )
        if charged := transactions.invoice_ids._filter_charged_by_supplier():
            raise ValidationError(
                self.env._(
                    "Supplier charges the customer for %(invoices)s; there is nothing to pay here.",
                    invoices=", ".join(charged.mapped("name")),
                )
            )
        return transactions

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_amount_and_confirm_order(self):
        """Post the payment of a blocked Supplier order without confirming the order.

        The host would raise here, roll the payment back, and stop trying after a few days.
        """
        blocked = self.filtered(
            lambda transaction: len(transaction.sale_order_ids) == 1
            and transaction.sale_order_ids._filter_supplier_blocked()
        )
        for order in blocked.sale_order_ids:
            if order._is_confirmation_amount_reached():
                order._await_supplier_release()
        return super(PaymentTransaction, self - blocked)._check_amount_and_confirm_order()

    def _create_payment(self, **extra_create_values):
        """Post payments of invoices that Supplier charges without settling these.

        Such a payment was begun before the invoice got Supplier's bearer. It stays as credit of the
        customer, and a note on the invoice says so.
        """
        both = self | self.source_transaction_id
        charged = both.invoice_ids._filter_charged_by_supplier()
        if charged:
            for transaction in both:
                transaction.invoice_ids -= charged
        payment = super()._create_payment(**extra_create_values)
        for invoice in charged:
            invoice.message_post(
                body=self.env._(
                    "Payment %(payment)s arrived online, but Supplier charges this invoice. It "
                    "was kept as credit of the customer; refund it or use it for another invoice.",
                    payment=payment._get_html_link(),
                )
            )
        return payment
