from odoo import api, models
from odoo.fields import Command


class AccountMoveSendBatchWizard(models.TransientModel):
    """Sending several invoices: those that are withheld are skipped and named, the rest goes."""

    _inherit = "account.move.send.batch.wizard"

    # -------------------------------------------------------------------------
    # DEFAULTS
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Choose the invoices that may be sent; of none, let the host's check say why."""
        results = super().default_get(fields)
        withheld = self._get_withheld_of_context()
        if withheld and "move_ids" in results:
            sent = [
                move_id
                for move_id in self.env.context["active_ids"]
                if move_id not in withheld._ids
            ]
            if sent:
                results["move_ids"] = [Command.set(sent)]
        return results

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    def _compute_alerts(self):
        result = super()._compute_alerts()
        for wizard in self:
            skipped = wizard._get_withheld_of_context() - wizard.move_ids._origin
            if skipped:
                alert = {
                    "level": "warning",
                    "message": self.env._(
                        "Not sent, because Supplier has not approved their transactions: "
                        "%(invoices)s.",
                        invoices=", ".join(skipped.mapped("display_name")),
                    ),
                    "action_text": self.env._("View Invoice(s)"),
                    "action": skipped._get_records_action(name=self.env._("Not Sent")),
                }
                wizard.alerts = {**(wizard.alerts or {}), "supplier_withheld": alert}
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_alerts(self, moves, moves_data):
        """Give the host records where it has ids: of one invoice, which is left, it reads records.

        Several are sent with the default recipients, which it keeps by their ids.
        """
        partners = self.env["res.partner"]
        known = {
            move: {**data, "mail_partner_ids": partners.browse(data["mail_partner_ids"])}
            if isinstance(data.get("mail_partner_ids"), list)
            else data
            for move, data in moves_data.items()
        }
        return super()._get_alerts(moves, known)

    @api.model
    def _get_withheld_of_context(self):
        """Return the invoices that somebody chose in a list and that are withheld."""
        moves = self.env["account.move"]
        if self.env.context.get("active_model", moves._name) != moves._name:
            return moves
        return moves.browse(self.env.context.get("active_ids") or ())._filter_withheld()
