from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from ...tools.activity import end_told, tell_once

# Crons that are off unless somebody wants them.
OPTIONAL = ("supplier_credit.ir_cron_deliver_messages_beside",)


class SupplierCreditAgreement(models.Model):
    """Whether the background work of the addon runs: the host deactivates a cron that fails."""

    _inherit = "supplier.credit.agreement"

    @api.model
    def _find_stopped_work(self):
        """Return the names of the addon's crons that are off, or late by two intervals."""
        own = self.env["ir.model.data"].sudo()
        known = own.search([("module", "=", "supplier_credit"), ("model", "=", "ir.cron")])
        wanted = known.filtered(lambda data: data.complete_name not in OPTIONAL)
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        now = fields.Datetime.now()
        return [
            cron.cron_name
            for cron in crons.browse(wanted.mapped("res_id")).exists()
            if not cron.active or _is_late(cron, now)
        ]

    @api.model
    def _tell_stopped_work(self):
        """Tell the responsibles once which background work has stopped; end it when it runs."""
        names = self._find_stopped_work()
        for agreement in self.search([("enabled", "=", True)]):
            reader = agreement.with_context(**agreement._get_reader_context())
            summary = reader.env._("Background work has stopped")
            if not names:
                end_told(agreement, summary)
                continue
            tell_once(
                agreement,
                agreement._get_responsible(),
                summary,
                reader.env._(
                    "These scheduled actions are switched off, or have not run for twice their "
                    "interval: %(names)s. Until they run, nothing of their work is done. A system "
                    "administrator switches them on under Settings > Technical > Scheduled "
                    "Actions.",
                    names=", ".join(names),
                ),
            )


def _is_late(cron, now):
    """Return whether a cron is due for longer than twice its interval, and ten minutes."""
    interval = relativedelta(**{cron.interval_type: cron.interval_number})
    return cron.nextcall + 2 * interval + timedelta(minutes=10) < now
