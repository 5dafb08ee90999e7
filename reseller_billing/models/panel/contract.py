from odoo import models


class ResellerBillingContract(models.Model):
    """Contracts of the reseller panel, and contracts that are sent to it."""

    _inherit = "reseller.billing.contract"

    def action_push_to_panel(self):
        """Send these contracts and their clients to the panel."""
        self.check_access("write")
        for company, contracts in self.grouped("company_id").items():
            self.env["reseller.billing.panel.link"]._push(company, contracts)
        return True

    def _queue_for_panel(self):
        links = self.env["reseller.billing.panel.link"]
        if links._is_in_use():
            for company, contracts in self.grouped("company_id").items():
                links._queue(company, contracts, contracts)

    def _is_billed_by_panel(self):
        """Return whether the panel issues the faturas of this contract, as its record says."""
        links = self.env["reseller.billing.panel.link"].sudo()
        link = links.search([("contract_id", "=", self.id), ("from_panel", "=", True)], limit=1)
        return bool(link) and not link.panel_id.bills_here

    def _apply_panel_state(self, state):
        """Move this contract to its state in the panel.

        :raise UserError: naming what is missing for the state
        """
        if state == "suspended" and self.state == "trial":
            self._move_to("active")
        self._move_to(state)
