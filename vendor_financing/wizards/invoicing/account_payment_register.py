from odoo import models
from odoo.exceptions import UserError

from ...const import VENDOR_METHOD_CODE


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _get_batch_available_journals(self, batch_result):
        """Leave out journals that have no methods but Vendor bearers."""
        journals = super()._get_batch_available_journals(batch_result)
        payment_type = batch_result["payment_values"]["payment_type"]
        return journals.filtered(
            lambda journal: journal._get_available_payment_method_lines(payment_type)
        )

    def _create_payments(self):
        """Refuse a Vendor bearer forced into the wizard, naming the invoices.

        :raise UserError: if the chosen method is a Vendor bearer
        """
        self.ensure_one()
        if self.payment_method_line_id.code == VENDOR_METHOD_CODE:
            raise UserError(
                self.env._(
                    "%(documents)s cannot be paid with the bearer %(bearer)s: in vendor financing "
                    "the customer pays the bank, not the company. If the customer paid the company "
                    "directly, choose the payment method that was used.",
                    documents=", ".join(self.line_ids.move_id.mapped("display_name")),
                    bearer=self.payment_method_line_id.display_name,
                )
            )
        return super()._create_payments()
