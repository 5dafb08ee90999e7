from odoo import models


class AccountPartialReconcile(models.Model):
    """A fatura that is open again is open in the reseller panel too."""

    _inherit = "account.partial.reconcile"

    def unlink(self):
        if not self.env["reseller.billing.panel.link"]._is_in_use():
            return super().unlink()
        moves = (self.debit_move_id + self.credit_move_id).move_id
        result = super().unlink()
        moves.exists()._queue_for_panel()
        return result
