from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.activity import tell_once
from ...tools.attempts import get_pause
from ...tools.errors import Rejected, ServiceError
from ...tools.panel.exchange import exchange_record

# After a failure: minutes until the next attempt; the last one again and again.
PAUSES = (1, 5, 15, 60, 240)
REFUSED_PAUSE = timedelta(hours=1)
# Seconds that a panel that is away, or does not accept the token, is sent nothing.
AWAY_PAUSE = 60
# Something else was made under the key: the panel's list shows what.
KEY_WAS_USED = "CHAVE_IDEMPOTENCIA_REUTILIZADA"


class ResellerBillingPanelLink(models.Model):
    """ERP → panel: an outbox. Each record is tried until it succeeds.

    A worker that takes over from one that has died sends the same under the same key: the panel
    makes nothing twice.
    """

    _name = "reseller.billing.panel.link"
    _inherit = ["reseller.billing.panel.link", "reseller.billing.abstract.outbox"]
    _outbox_lease = timedelta(minutes=5)
    # Once more where another record had to come first.
    _outbox_tries = 2
    # Clients first, then contracts, then faturas.
    _outbox_order = "kind, next_attempt, id"
    _outbox_cron = "reseller_billing.ir_cron_send_to_panels"

    @api.model
    def _cron_send(self):
        """Send the panels all that is due, until done or out of time."""
        self._send_due_by_cron()

    @api.model
    def _get_unsent_domain(self, now):
        paused_until = Domain("panel_id.paused_until", "=", False)
        return (
            Domain("is_pending", "=", True)
            & Domain("panel_id.active", "=", True)
            # What the panel has is read before anything is sent: it may have it already.
            & Domain("panel_id.first_success", "!=", False)
            & (paused_until | Domain("panel_id.paused_until", "<=", now))
        )

    @api.model
    def _trigger_delivery_once(self):
        """Have the cron run after this transaction; one trigger that waits is enough."""
        cron = self.env.ref(self._outbox_cron).sudo()
        due = [("cron_id", "=", cron.id), ("call_at", "<=", fields.Datetime.now())]
        if not self.env["ir.cron.trigger"].sudo().search_count(due, limit=1):
            self._trigger_delivery()

    def _get_try_key(self):
        # Adding a record and changing it afterwards are two steps.
        return (self.id, bool(self.reference))

    @api.model
    def _exchange(self, job):
        return exchange_record(job)

    @api.model
    def _apply_outcome(self, job, outcome):
        link = self.browse(job.record_id).exists()
        if not link:
            return
        link = link.with_company(link.company_id).with_context(lang=link.panel_id.user_id.lang)
        link.lease_until = False
        if isinstance(outcome, ServiceError):
            link._apply_failure(outcome)
            return
        link._store_answer(outcome, job.body)
        if link._get_changes():
            # Sent by the next attempt, at once: a new contract's state, or later changes.
            link.next_attempt = fields.Datetime.now()
        else:
            link._clear_pending()

    def _apply_failure(self, error):
        """Say on the link what happened, and when it is tried again."""
        if isinstance(error, Rejected):
            if not self.reference and error.code != KEY_WAS_USED:
                # A refusal does not use the key up: what is corrected here may go under it.
                self.body = False
            self._postpone(error, REFUSED_PAUSE)
            self._notify_refusal(str(error))
            return
        pause = error.retry_after and timedelta(seconds=error.retry_after)
        self._postpone(error, pause)
        seconds = error.retry_after or AWAY_PAUSE
        self.panel_id.paused_until = fields.Datetime.now() + timedelta(seconds=seconds)

    def _postpone(self, error, pause=None):
        self.ensure_one()
        pause = pause or get_pause(self.attempts, PAUSES)
        self.write(
            {
                "next_attempt": fields.Datetime.now() + pause,
                "lease_until": False,
                "error": str(error),
            }
        )

    def _notify_refusal(self, text):
        """Have the panel's responsible look at what the panel refuses; once for each record."""
        self.ensure_one()
        user = self.company_id._get_billing_responsible(self.panel_id.user_id)
        summary = self.with_context(lang=user.lang).env._("Refused by the panel")
        tell_once(self._get_record(), user, summary, text)
