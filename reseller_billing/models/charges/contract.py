from odoo import models
from odoo.exceptions import UserError


class ResellerBillingContract(models.Model):
    """Contracts wait to be billed while what their clients were charged is being found out.

    After a restore the faturas made since the backup are not here, and their charges can be paid.
    """

    _inherit = "reseller.billing.contract"

    def _get_held_company_ids(self):
        """Return the companies whose restored database is being compared with the provider."""
        running = self.env["reseller.billing.comparison"].sudo()
        running = running.search([("state", "=", "running"), ("reason", "=", "restore")])
        return running.company_id.ids

    def _check_nothing_unknown(self):
        """Refuse to bill clients of whom the provider has a charge that is unknown here.

        :raise UserError: naming a contract and the charge
        """
        findings = self.env["reseller.billing.finding"].sudo()
        finding = findings.search(
            [
                ("state", "!=", "done"),
                ("kind", "=", "unknown"),
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            limit=1,
        )
        own = self.filtered(
            lambda contract: contract.partner_id == finding.partner_id
            and contract.company_id == finding.company_id
        )
        if finding and own:
            raise UserError(
                self.env._(
                    "%(client)s has charge %(charge)s of %(amount)s at %(provider)s, which is "
                    "unknown here: %(contract)s may be billed already. Decide about it under "
                    "Unknown at the Provider, then the contract is billed.",
                    client=finding.partner_id.name,
                    charge=finding.external_reference or finding.reference,
                    amount=finding.currency_id.format(finding.amount),
                    provider=finding.provider_id.name,
                    contract=own[0].display_name,
                )
            )
