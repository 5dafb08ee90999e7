from odoo import api, models
from odoo.fields import Command


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to charge documents in vendor financing through a provider.

        Captures and refunds of earlier charges are allowed.

        :raise UserError: naming the orders or invoices
        """
        new = [vals for vals in vals_list if not vals.get("source_transaction_id")]
        for fname, model in (("sale_order_ids", "sale.order"), ("invoice_ids", "account.move")):
            ids = [id_ for vals in new for id_ in _linked_ids(vals.get(fname) or ())]
            if ids:
                self.env[model].browse(ids)._check_vendor_online()
        return super().create(vals_list)

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


def _linked_ids(commands):
    """Return the ids that x2many commands of a creation link."""
    for command in commands:
        if isinstance(command, int):
            yield command
        elif command[0] == Command.SET:
            yield from command[2]
        elif command[0] == Command.LINK:
            yield command[1]
