from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...const import MANAGER


class ResellerBillingRefund(models.TransientModel):
    """Refund of a fatura, in full or in part."""

    _name = "reseller.billing.refund"
    _description = "Refund a Fatura"
    _inherit = "reseller.billing.abstract.guard"

    move_id = fields.Many2one(
        comodel_name="account.move", string="Fatura", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    charge_paid = fields.Monetary(related="move_id.charge_paid", related_sudo=False)
    charge_refunded = fields.Monetary(related="move_id.charge_refunded", related_sudo=False)
    amount_under_way = fields.Monetary(
        compute="_compute_amount_under_way", help="Requested already, and not given back yet."
    )
    amount = fields.Monetary(string="Refund", required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(self.env.context.get("active_id"))
        move.check_access("read")
        left = move.charge_paid - move.charge_refunded - self._get_under_way(move)
        return {**values, "move_id": move.id, "amount": left}

    @api.depends("move_id")
    def _compute_amount_under_way(self):
        for wizard in self:
            wizard.amount_under_way = self._get_under_way(wizard.move_id)

    @api.model
    def _get_under_way(self, move):
        """Return what was requested of a fatura's money and is not given back yet, in BRL."""
        charge = move.charge_id.sudo()
        return max(charge.charge_refund_wanted - charge.charge_refunded, 0.0)

    def action_confirm(self):
        """Request the refund of the provider; it is booked when the provider reports it.

        :raise AccessError: for users who are not managers
        :raise UserError: if the amount exceeds the paid amount
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a manager of Subscription control may refund. Ask one.")
            )
        self.check_access("write")
        self.move_id.check_access("read")
        self.move_id.charge_id.sudo()._request_refund(self.amount)
        return True
