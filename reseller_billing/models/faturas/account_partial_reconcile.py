from odoo import api, models
from odoo.exceptions import UserError

from ...tools.worth import PAIR_FIELDS, find_oversettled


class AccountPartialReconcile(models.Model):
    """What a charge paid stays so; a fatura that is open again is so in the reseller panel, too."""

    _inherit = "account.partial.reconcile"

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._check_billing_open()
        return partials

    def write(self, vals):
        self._check_receipts_kept()
        result = super().write(vals)
        if not PAIR_FIELDS.isdisjoint(vals):
            self._check_billing_open()
        return result

    def unlink(self):
        self._check_receipts_kept()
        if not self.env["reseller.billing.panel.link"]._is_in_use():
            return super().unlink()
        moves = (self.debit_move_id + self.credit_move_id).move_id
        result = super().unlink()
        moves.exists()._queue_for_panel()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_billing_open(self):
        """Refuse users who settle more of a fatura, or by more of a receipt, than is open.

        :raise UserError: naming the documents
        """
        if self.env.su:
            return
        ours = self.filtered(
            lambda partial: any(
                move.billing_contract_id or move.charge_id or move.origin_payment_id.charge_id
                for move in (partial.debit_move_id | partial.credit_move_id).move_id
            )
        )
        if oversettled := find_oversettled(ours):
            raise UserError(
                self.env._(
                    "%(documents)s cannot be reconciled like this: not so much is open, or not on "
                    "the same account. Reconcile open items of posted documents.",
                    documents=", ".join(oversettled.move_id.mapped("display_name")),
                )
            )

    def _check_receipts_kept(self):
        """Refuse users who open a fatura again that its charge has paid; others cost no query.

        :raise UserError: as of the payment
        """
        if self.env.su:
            return
        paid = self.filtered(lambda partial: partial.debit_move_id.move_id.charge_id)
        paid.credit_move_id.payment_id._check_not_of_charge()
        # Refunds and chargebacks: what they are matched with was given back.
        self.debit_move_id.payment_id._check_not_of_charge()
