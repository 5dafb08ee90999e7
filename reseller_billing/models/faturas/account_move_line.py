from odoo import api, models
from odoo.exceptions import UserError

from ...tools.worth import LINE_FIELDS, filter_worth_changed

# The due date follows the fatura's, which a user may change and the provider is told.
FROZEN = LINE_FIELDS - {"date_maturity"}


class AccountMoveLine(models.Model):
    """Items of a fatura: they stay as long as the client can pay, or has paid, its charge."""

    _inherit = "account.move.line"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_fatura_not_charged()
        return lines

    def write(self, vals):
        filter_worth_changed(self, vals, FROZEN)._check_fatura_not_charged()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_charged_fatura(self):
        self._check_fatura_not_charged()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_fatura_not_charged(self):
        """Refuse users who change the items of posted faturas that have a charge.

        :raise UserError: naming the faturas and what to do instead
        """
        if self.env.su:
            return
        posted = self.filtered(lambda line: line.parent_state == "posted").move_id
        if charged := posted.filtered("charge_id"):
            raise UserError(
                self.env._(
                    "%(faturas)s has a charge, so its items stay as they are. Use Change to give "
                    "it another value, or cancel it.",
                    faturas=", ".join(charged.mapped("display_name")),
                )
            )
