from odoo import api, models
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    """Online payments of invoices that have become Supplier's to charge."""

    _inherit = "payment.transaction"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Begin no online payment of what Supplier charges, whatever address was called."""
        transactions = super().create(vals_list)
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

    def _create_payment(self, **extra_create_values):
        """Keep money that arrived for an invoice that Supplier charges, without settling it.

        Such a payment was begun before the invoice got Supplier's bearer. It stays as the
        customer's credit, and the invoice's chatter says so.
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
