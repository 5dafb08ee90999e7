from odoo import api, models

from ...tools.worth import (
    OPEN_LINE_FIELDS,
    filter_kept_changed,
    get_posted_moves,
    get_posted_target,
)

# The due date follows the fatura's, which a user may change and the provider is told.
OPEN_FATURA_LINE_FIELDS = OPEN_LINE_FIELDS | {"date_maturity"}


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
        changed = filter_kept_changed(
            self, vals, OPEN_FATURA_LINE_FIELDS, lambda move: move._has_charge_mark()
        )
        changed._check_charged_kept()
        changed._check_refund_notes_kept()
        filter_kept_changed(
            self, vals, OPEN_LINE_FIELDS, lambda move: bool(move.origin_payment_id.charge_id)
        )._check_receipts_kept()
        get_posted_target(self, vals)._check_charged_kept()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_charged_fatura(self):
        if not self.env.su:
            moves = get_posted_moves(self)
            moves._check_charged_kept()
            moves._check_refund_notes_kept()
