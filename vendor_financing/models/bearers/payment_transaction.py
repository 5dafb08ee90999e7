from odoo import api, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to charge documents in vendor financing through a provider.

        Captures and refunds of earlier charges are allowed.

        :raise UserError: naming the orders or invoices
        """
        transactions = super().create(vals_list)
        new = transactions.filtered(lambda transaction: not transaction.source_transaction_id)
        new.sale_order_ids._check_vendor_online()
        new.invoice_ids._check_vendor_online()
        return transactions

    def _check_amount_and_confirm_order(self):
        """Accept the payment of an order without approval, and confirm the order on approval.

        The host would raise here, roll the payment back and stop retrying after a few days.
        """
        blocked = self.filtered(
            lambda transaction: len(transaction.sale_order_ids) == 1
            and transaction.sale_order_ids._get_vendor_approval_error()
        )
        for order in blocked.sale_order_ids:
            if order._is_confirmation_amount_reached():
                order._confirm_on_vendor_approval()
        return super(PaymentTransaction, self - blocked)._check_amount_and_confirm_order()
