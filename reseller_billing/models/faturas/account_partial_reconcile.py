from odoo import models


class AccountPartialReconcile(models.Model):
    """What a charge paid stays so; a fatura that is open again is so in the reseller panel, too."""

    _inherit = "account.partial.reconcile"

    def write(self, vals):
        self._check_receipts_kept()
        return super().write(vals)

    def unlink(self):
        self._check_receipts_kept()
        if not self.env["reseller.billing.panel.link"]._is_in_use():
            return super().unlink()
        moves = (self.debit_move_id + self.credit_move_id).move_id
        result = super().unlink()
        moves.exists()._queue_for_panel()
        return result

    def _check_receipts_kept(self):
        """Refuse users who open a fatura again that its charge has paid; others cost no query.

        :raise UserError: as of the payment
        """
        if self.env.su:
            return
        paid = self.filtered(lambda partial: partial.debit_move_id.move_id.charge_id)
        paid.credit_move_id.payment_id._check_not_of_charge()
