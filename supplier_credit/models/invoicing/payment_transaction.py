from odoo import api, models


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

        :raise ValidationError: naming the orders or invoices
        """
        transactions = super().create(vals_list)
        begun = transactions.filtered(lambda transaction: not transaction.source_transaction_id)
        begun.sale_order_ids._check_not_paid_online()
        transactions.invoice_ids._check_not_paid_online()
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
            both._detach_invoices(charged)
        payment = super()._create_payment(**extra_create_values)
        charged._note_online_payment(payment)
        return payment

    def _detach_invoices(self, invoices):
        """Take invoices off these payments, which the host would settle them with."""
        for transaction in self:
            transaction.invoice_ids -= invoices
