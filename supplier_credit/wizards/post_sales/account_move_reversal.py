from odoo import api, models


class AccountMoveReversal(models.TransientModel):
    """The host's credit note, which begins the return of a sale on Supplier's credit. Seed 002."""

    _inherit = "account.move.reversal"

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("move_ids")
    def _compute_journal_id(self):
        """Propose the journal of returns (5.1) for registered sales."""
        result = super()._compute_journal_id()
        for wizard in self:
            sales = wizard.move_ids._filter_returnable()
            journals = sales.sudo().supplier_transaction_ids.agreement_id.return_journal_id
            if len(journals) == 1 and sales == wizard.move_ids:
                wizard.journal_id = journals
        return result
