from odoo import api, models


class ResellerBillingContract(models.Model):
    """Contracts that come from the reseller panel, and contracts that it is told of."""

    _inherit = "reseller.billing.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._queue_for_panel()
        return contracts

    def action_push_to_panel(self):
        """Have the panel told of these contracts and their clients."""
        self.check_access("write")
        for company, contracts in self.grouped("company_id").items():
            self.env["reseller.billing.panel.link"]._push(company, contracts)

    def _move_to(self, state, **values):
        before = self.state
        result = super()._move_to(state, **values)
        if self.state != before:
            self._queue_for_panel()
        return result

    def _queue_for_panel(self):
        links = self.env["reseller.billing.panel.link"]
        if links._is_in_use():
            for company, contracts in self.grouped("company_id").items():
                links._queue(company, contracts, contracts)

    def _prepare_active(self):
        """A contract of the panel is billed by itself only if the panel's record says so."""
        values = super()._prepare_active()
        if "next_month" in values and not self.next_month and self._is_billed_by_panel():
            values["next_month"] = False
        return values

    def _is_billed_by_panel(self):
        links = self.env["reseller.billing.panel.link"].sudo()
        link = links.search([("contract_id", "=", self.id), ("from_panel", "=", True)], limit=1)
        return bool(link) and not link.panel_id.bills_here

    def _follow_panel_state(self, state):
        """Move on to where the panel has moved this contract.

        :raise UserError: what is missing for it
        """
        if state == "suspended" and self.state == "trial":
            self._move_to("active")
        self._move_to(state)
