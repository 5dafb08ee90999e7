from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...tools.activity import tell_once
from ...tools.attempts import get_pause
from ...tools.errors import Rejected, ServiceError
from ...tools.panel.exchange import exchange_record
from ..common.moment import get_now

# After a failure: minutes until the next attempt; the last one again and again.
PAUSES = (1, 5, 15, 60, 240)
REFUSED_PAUSE = timedelta(hours=1)
# Seconds of pause for a panel that does not answer or accept the token.
AWAY_PAUSE = 60
# Another record was made under the key: reading the panel's list finds it.
KEY_WAS_USED = "CHAVE_IDEMPOTENCIA_REUTILIZADA"


class ResellerBillingPanelLink(models.Model):
    """ERP → panel: an outbox. Each record is tried until it succeeds.

    A worker that continues for one that has died sends the same under the same key, so that the
    panel makes nothing twice.
    """

    _name = "reseller.billing.panel.link"
    _inherit = [
        "reseller.billing.abstract.guard",
        "reseller.billing.panel.link",
        "reseller.billing.abstract.outbox",
    ]
    _outbox_lease = timedelta(minutes=5)
    # A second time after another record that had to be sent first.
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
            # The panel is read before anything is sent: it may have a record already.
            & Domain("panel_id.first_success", "!=", False)
            & (paused_until | Domain("panel_id.paused_until", "<=", now))
        )

    @api.model
    def _trigger_delivery_once(self):
        """Trigger the cron after this transaction, unless a trigger is waiting already."""
        cron = self.env.ref(self._outbox_cron).sudo()
        due = [("cron_id", "=", cron.id), ("call_at", "<=", get_now(self.env))]
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
            link.next_attempt = get_now(self.env)
        else:
            link._clear_pending()

    def _apply_failure(self, error):
        """Store the failure, and when the record is retried."""
        if isinstance(error, Rejected):
            if not self.reference and error.code != KEY_WAS_USED:
                # After a refusal corrected values may be sent under the same key.
                self.body = False
            self._postpone(error, REFUSED_PAUSE)
            self._notify_refusal(str(error))
            return
        pause = error.retry_after and timedelta(seconds=error.retry_after)
        self._postpone(error, pause)
        seconds = error.retry_after or AWAY_PAUSE
        self.panel_id.paused_until = get_now(self.env) + timedelta(seconds=seconds)

    def _postpone(self, error, pause=None):
        self.ensure_one()
        pause = pause or get_pause(self.attempts, PAUSES)
        self.write(
            {
                "next_attempt": get_now(self.env) + pause,
                "lease_until": False,
                "error": str(error),
            }
        )

    def _notify_refusal(self, text):
        """Notify the panel's responsible of a refused record, once."""
        self.ensure_one()
        user = self.company_id._get_billing_responsible(self.panel_id.user_id)
        summary = self.with_context(lang=user.lang).env._("Refused by the panel")
        tell_once(self._get_record(), user, summary, text)
