from odoo import api, models

from ...tools.worth import (
    LINE_FIELDS,
    filter_worth_changed,
    get_posted_moves,
    get_posted_target,
)

# The due date follows the fatura's, which a user may change and the provider is told.
FROZEN = LINE_FIELDS - {"date_maturity"}


class AccountMoveLine(models.Model):
    """Items of a fatura: they stay as long as the client can pay, or has paid, its charge.

    So do those of the receipts of charges.
    """

    _name = "account.move.line"
    _inherit = ["reseller.billing.abstract.guard", "account.move.line"]
    _has_figures = True

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            moves = get_posted_moves(lines)
            moves._check_charged_kept()
            moves._check_refund_notes_kept()
        return lines

    def write(self, vals):
        changed = filter_worth_changed(self, vals, FROZEN).move_id
        changed._check_charged_kept()
        changed._check_refund_notes_kept()
        filter_worth_changed(self, vals, LINE_FIELDS).move_id._check_receipts_kept()
        get_posted_target(self, vals)._check_charged_kept()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_charged_fatura(self):
        if not self.env.su:
            moves = get_posted_moves(self)
            moves._check_charged_kept()
            moves._check_refund_notes_kept()
