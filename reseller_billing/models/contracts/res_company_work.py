from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from ...const import TIME_ZONE
from ...tools.activity import end_told, tell_once

# A cron that is due for so long is late, whatever its interval.
LEAST_DELAY = timedelta(hours=1)


class ResCompany(models.Model):
    """Whether the background work of the addon runs: the host deactivates a cron that fails."""

    _inherit = "res.company"

    @api.model
    def _find_stopped_work(self):
        """Return the names of the addon's crons that are off, or were due once more meanwhile."""
        ids = self.env["ir.model.data"].sudo()
        ids = ids.search([("module", "=", "reseller_billing"), ("model", "=", "ir.cron")])
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        now = fields.Datetime.now()
        return [
            cron.cron_name
            for cron in crons.browse(ids.mapped("res_id")).exists()
            if not cron.active or _is_late(cron, now)
        ]

    @api.model
    def _tell_stopped_work(self):
        """Tell each company that bills contracts once which work has stopped, or end the notice.

        Called by two crons, so that each tells of the other.
        """
        names = self._find_stopped_work()
        billing = (
            self.env["reseller.billing.contract"]
            .sudo()
            ._read_group([("state", "in", ("trial", "active", "suspended"))], ["company_id"])
        )
        for (company,) in billing:
            user = company._get_billing_responsible(self.env["res.users"])
            reader = company.with_context(lang=user.lang, tz=user.tz or TIME_ZONE)
            summary = reader.env._("Background work of faturas has stopped")
            if not names:
                end_told(company.partner_id, summary)
                continue
            tell_once(
                company.partner_id,
                user,
                summary,
                reader.env._(
                    "These scheduled actions are switched off, or have not run for twice their "
                    "interval: %(names)s. Until they run, nothing of their work is done for "
                    "%(company)s. A system administrator switches them on under Settings > "
                    "Technical > Scheduled Actions.",
                    names=", ".join(names),
                    company=company.name,
                ),
            )


def _is_late(cron, now):
    """Return whether a cron was due once more since it should have run."""
    interval = relativedelta(**{cron.interval_type: cron.interval_number})
    return max(cron.nextcall + interval, cron.nextcall + LEAST_DELAY) < now
