from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _create_payments(self):
        """Refuse to pay what Supplier charges, also from addresses that skip the button."""
        self.line_ids._check_not_temporary()
        self.line_ids.move_id._check_settled_by_supplier_only()
        return super()._create_payments()
