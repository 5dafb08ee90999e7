from odoo import models


class AccountMoveReversal(models.TransientModel):
    """The host's Reverse and Create Invoice, by which a wrong fatura is made once more."""

    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        values = super()._modify_default_reverse_values(origin_move)
        return {**values, **origin_move._prepare_fatura_again()}
