from odoo import models


class SupplierCreditTransaction(models.Model):
    """The approval opens the way for documents drawn from then on, not for earlier ones."""

    _inherit = "supplier.credit.transaction"

    def write(self, vals):
        approved = self.browse()
        if vals.get("state") == "approved":
            approved = self.filtered(lambda transaction: transaction.state != "approved")
        result = super().write(vals)
        approved.invoice_id._withdraw_documents()
        return result
