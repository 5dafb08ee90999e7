from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Take the payment of a blocked Supplier order without confirming the order.

        The host would raise here, roll the payment back and give it up after a few days.
        """
        blocked = self.filtered(
            lambda transaction: len(transaction.sale_order_ids) == 1
            and transaction.sale_order_ids._filter_supplier_blocked()
        )
        for order in blocked.sale_order_ids:
            if order._is_confirmation_amount_reached():
                order._await_supplier_release()
        return super(PaymentTransaction, self - blocked)._check_amount_and_confirm_order()
