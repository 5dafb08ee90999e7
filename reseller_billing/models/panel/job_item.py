from odoo import models

from ...tools.panel.data import Client


class ResellerBillingJobItem(models.Model):
    """Clients of a file that somebody has confirmed to be imported."""

    _inherit = "reseller.billing.job.item"

    def _import_clients(self):
        """Create and update these clients, each decided again, with the rights of who confirmed.

        :raise UserError: naming what refuses a client
        """
        for item in self:
            job = item.job_id
            wizards = self.env["reseller.billing.client.import"].with_user(job.user_id)
            wizard = wizards.with_company(job.company_id).new({"company_id": job.company_id.id})
            values = wizard._import_client(Client(**item.data), {}, item.number)
            state = "failed" if values["decision"] == "refuse" else "done"
            item.write(
                {
                    "state": state,
                    "message": values.get("reason"),
                    "partner_id": values.get("partner_id"),
                }
            )
