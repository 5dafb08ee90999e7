from odoo import api, models


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
