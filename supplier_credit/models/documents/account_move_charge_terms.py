from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import ValidationError


class AccountMove(models.Model):
    """Hides amounts and due dates of instalments from the customer.

    Supplier sets value and due date of the charge (seed 001, "Impressão da DANFE").
    """

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("preferred_payment_method_line_id")
    def _compute_display_qr_code(self):
        result = super()._compute_display_qr_code()
        self._filter_charged_by_supplier().display_qr_code = False
        return result

    @api.depends("preferred_payment_method_line_id")
    def _compute_display_link_qr_code(self):
        result = super()._compute_display_link_qr_code()
        self._filter_charged_by_supplier().display_link_qr_code = False
        return result

    # -------------------------------------------------------------------------
    # PORTAL
    # -------------------------------------------------------------------------

    def _get_invoice_portal_extra_values(self, custom_amount=None):
        """Return the portal's values, without instalments for invoices on Supplier's credit."""
        values = super()._get_invoice_portal_extra_values(custom_amount=custom_amount)
        if self._is_charged_by_supplier():
            values |= {
                "payment_state": False,
                "installment_state": None,
                "next_amount_to_pay": False,
                "next_due_date": False,
                "due_date": False,
                "not_reconciled_installments": [],
                "is_last_installment": False,
            }
        return values

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._is_charged_by_supplier()

    def _get_online_payment_error(self):
        error = super()._get_online_payment_error()
        if not self._is_charged_by_supplier():
            return error
        return self.env._(
            "Invoice %(invoice)s is charged by Supplier, the administrator of your credit. Pay it "
            "there.",
            invoice=self.name,
        )

    # -------------------------------------------------------------------------
    # ONLINE PAYMENTS
    # -------------------------------------------------------------------------

    def _get_default_payment_link_values(self):
        """Refuse a payment link for an invoice that Supplier charges.

        :raise ValidationError: naming the invoice
        """
        self._check_not_paid_online()
        return super()._get_default_payment_link_values()

    def _check_not_paid_online(self):
        """Refuse to take money online for invoices that Supplier charges.

        :raise ValidationError: naming the invoices
        """
        if charged := self._filter_charged_by_supplier():
            raise ValidationError(
                self.env._(
                    "Supplier charges the customer for %(invoices)s, so it takes no payment "
                    "link or online payment. The customer pays Supplier.",
                    invoices=", ".join(charged.mapped("display_name")),
                )
            )

    def _set_online_payments_aside(self):
        """Leave what was paid online for orders of these invoices as credit of the customer.

        The order was put on Supplier's credit afterwards. The host settles an invoice that it
        posts with such payments; of these, only Supplier's approval settles the receivable.
        """
        for invoice in self._filter_charged_by_supplier().sudo():
            if paid := invoice.transaction_ids.filtered("payment_id"):
                paid._detach_invoices(invoice)
                invoice._note_online_payment(paid.payment_id)

    def _note_online_payment(self, payments):
        """Note on these invoices that money arrived online, and what to do with it."""
        for invoice in self:
            invoice.message_post(
                body=self.env._(
                    "Payment %(payment)s arrived online, but Supplier charges this invoice. It "
                    "was kept as credit of the customer; refund it or use it for another invoice.",
                    payment=Markup(", ").join(one._get_html_link() for one in payments),
                )
            )
