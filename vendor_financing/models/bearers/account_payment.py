from odoo import api, models
from odoo.exceptions import ValidationError

from ...const import VENDOR_METHOD_CODE


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["vendor.financing.abstract.guard", "account.payment"]
    _has_figures = True

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("payment_method_line_id")
    def _check_payment_method_line_not_vendor(self):
        """Refuse Vendor bearers on payments, whichever way the payment was created."""
        vendor_ids = self.env["account.payment.method.line"]._get_vendor_bearer_ids()
        for payment in self:
            if payment.payment_method_line_id.id in vendor_ids:
                raise ValidationError(
                    self.env._(
                        "The payment %(payment)s of %(partner)s cannot use the bearer %(bearer)s: "
                        "in vendor financing the customer pays the bank, not the company. Choose "
                        "another payment method.",
                        payment=payment.display_name or payment.memo or "",
                        partner=payment.partner_id.display_name or "",
                        bearer=payment.payment_method_line_id.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_payment_method_codes_to_exclude(self):
        return [*super()._get_payment_method_codes_to_exclude(), VENDOR_METHOD_CODE]
