from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a client has paid too much."""

    _inherit = "res.partner"

    def _get_billing_credit_lines(self, company):
        """Return the open credit items of this client from subscription control, oldest first.

        :param company: res.company that has the money
        """
        self.ensure_one()
        made_here = (
            Domain("payment_id.charge_id", "!=", False)
            | Domain("move_id.reversed_entry_id.billing_contract_id", "!=", False)
            | Domain("payment_id", "in", self._get_booked_payment_ids(company))
        )
        lines = self.env["account.move.line"].sudo()
        return lines.search(
            made_here
            & Domain("partner_id", "=", self.commercial_partner_id.id)
            & Domain("company_id", "=", company.id)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", "<", 0.0),
            order="date, id",
        )

    def _get_booked_payment_ids(self, company):
        """Return the ids of this client's payments that were booked from unidentified money."""
        events = self.env["reseller.billing.event"].sudo()
        found = events.search(
            [
                ("company_id", "=", company.id),
                ("payment_id.partner_id", "=", self.commercial_partner_id.id),
            ]
        )
        return found.payment_id.ids

    def _get_billing_credit(self, company):
        """Return this client's credit from subscription control, in the company's currency."""
        return -sum(self._get_billing_credit_lines(company).mapped("amount_residual"))
