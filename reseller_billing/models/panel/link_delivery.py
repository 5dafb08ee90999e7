import functools
import logging
import time
from collections import Counter
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.service.model import retrying
from psycopg2.errors import SerializationFailure

from ...tools.activity import tell_once
from ...tools.attempts import get_pause
from ...tools.receipts import OutcomeUnknown, ReceiptsError, Rejected
from .link_wire import NotYet

_logger = logging.getLogger(__name__)

# A worker that holds a record longer than this is taken to be dead.
LEASE = timedelta(minutes=5)
# After a failure: minutes until the next attempt; the last one again and again.
PAUSES = (1, 5, 15, 60, 240)
REFUSED_PAUSE = timedelta(hours=1)
# Under its key something else was made: the panel's list tells what.
KEY_WAS_USED = "CHAVE_IDEMPOTENCIA_REUTILIZADA"


class ResellerBillingPanelLink(models.Model):
    """ERP → panel: claim (commit), exchange, apply (commit). Tried until it succeeds.

    A crash or a timeout between any two leaves the record to the next attempt, which sends the same
    under the same key: the panel makes nothing twice.
    """

    _inherit = "reseller.billing.panel.link"

    @api.model
    def _cron_send(self):
        """Tell the panels all that is due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=self.search_count(self._get_due_domain()))
        for _done in self._deliver(time.monotonic() + left):
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        is_free = Domain("lease_until", "=", False) | Domain("lease_until", "<", now)
        return (
            Domain("is_pending", "=", True)
            & Domain("next_attempt", "<=", now)
            & Domain("panel_id.active", "=", True)
            # What the panel has is read before it is told anything: it may have it already.
            & Domain("panel_id.first_success", "!=", False)
            & (
                Domain("panel_id.paused_until", "=", False)
                | Domain("panel_id.paused_until", "<=", now)
            )
            & is_free
        )

    @api.model
    def _deliver(self, deadline):
        """Send what is due, one record after another; yield after each. Records tell what failed.

        :param deadline: by `time.monotonic`, after it nothing new is begun
        """
        tried = Counter()
        while time.monotonic() < deadline:
            job = self._run(lambda model: model._claim(tried))
            if job is None:
                return
            tried[job["link_id"], "key" not in job] += 1
            if "body" in job:
                outcome = self._exchange(job)
                try:
                    self._run(lambda model, job=job, outcome=outcome: model._apply(job, outcome))
                except Exception as error:
                    _logger.exception("Panel's answer on %s could not be applied", job["link_id"])
                    self._run(
                        lambda model, job=job, error=error: model.browse(job["link_id"])._postpone(
                            str(error)
                        )
                    )
            yield job["link_id"]

    @api.model
    def _run(self, function):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tz": "America/Sao_Paulo"})
            return retrying(functools.partial(function, env[self._name]), env)

    @api.model
    def _claim(self, tried):
        """Take one due record for this worker: clients first, then contracts, then faturas.

        :param tried: how often (id, whether it is a change) was tried in this run: twice at most,
            once more where another record had to come first
        :return: the job; without body where there is nothing to send; None if nothing is due
        """
        domain = self._get_due_domain()
        for link in self.search(domain, order="kind, next_attempt, id", limit=200):
            before = tried[link.id, bool(link.reference)]
            if before > 1:
                continue
            try:
                claimed = link.try_lock_for_update().filtered_domain(domain)
            except SerializationFailure:
                continue
            if claimed:
                return claimed._lease(again=before > 0)
        return None

    def _lease(self, again):
        """Return the job of this record, leased; what is known already, or waits, is put back.

        :param again: whether it had to wait in this run before
        """
        self.ensure_one()
        nothing = {"link_id": self.id, "panel_id": self.panel_id.id}
        if not self.reference:
            nothing["key"] = self.key
        language = self.panel_id.user_id.lang
        try:
            job = self.with_context(lang=language)._prepare_job()
        except NotYet as reason:
            pause = timedelta(minutes=PAUSES[0] if again else 0)
            self.write({"next_attempt": fields.Datetime.now() + pause, "error": str(reason)})
            return nothing
        if job is None:
            self._forget_pending()
            return nothing
        self.write({"lease_until": fields.Datetime.now() + LEASE, "attempts": self.attempts + 1})
        return job

    @api.model
    def _exchange(self, job):
        """Talk to the panel. Reads only; what comes of it is applied in its own transaction.

        :return: the panel's JSON, or an exception of `tools.receipts`
        """
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            try:
                client = env["reseller.billing.panel"].browse(job["panel_id"])._get_panel_client()
            except ReceiptsError as error:
                return error
            finally:
                cr.rollback()
        try:
            if "path" in job:
                return client.change(job["path"], job["body"])
            return client.add(job["resource"], job["body"], job["key"])
        except ReceiptsError as error:
            return error
        except Exception as error:
            # One record must never keep the others from being sent.
            _logger.exception("Link %s could not be sent", job["link_id"])
            return OutcomeUnknown(type(error).__name__)

    @api.model
    def _apply(self, job, outcome):
        """Write what the panel said, or why it said nothing, and when it is tried again."""
        link = self.browse(job["link_id"]).exists()
        if not link:
            return
        link = link.with_company(link.company_id).with_context(lang=link.panel_id.user_id.lang)
        link.lease_until = False
        if isinstance(outcome, Rejected):
            if not link.reference and getattr(outcome, "code", "") != KEY_WAS_USED:
                # A refusal uses the key not up: what is corrected here may go under it.
                link.body = False
            link._postpone(str(outcome), REFUSED_PAUSE)
            link._tell_responsible(str(outcome))
        elif isinstance(outcome, Exception):
            seconds = getattr(outcome, "retry_after", None)
            link._postpone(str(outcome), seconds and timedelta(seconds=seconds))
            # A panel that is away, or does not take the token, is not asked on and on.
            link.panel_id.paused_until = fields.Datetime.now() + timedelta(seconds=seconds or 60)
        else:
            link._keep_answer(outcome, job["body"])
            if link._get_changes():
                # Told by the next attempt, at once: a new contract's state, or what was changed
                # meanwhile.
                link.next_attempt = fields.Datetime.now()
            else:
                link._forget_pending()

    def _postpone(self, text, pause=None):
        self.ensure_one()
        pause = pause or get_pause(self.attempts, PAUSES)
        self.write(
            {
                "next_attempt": fields.Datetime.now() + pause,
                "lease_until": False,
                "error": text,
            }
        )

    def _tell_responsible(self, text):
        """Have the panel's responsible look at what it refuses; once a record."""
        self.ensure_one()
        user = self.company_id._get_billing_responsible(self.panel_id.user_id)
        tell_once(self._get_record(), user, self.env._("Refused by the panel"), text)
