import functools
import logging
from collections import Counter
from datetime import timedelta
from time import monotonic

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from psycopg2.errors import SerializationFailure

from ...const import TIME_ZONE
from ...tools.errors import OutcomeUnknown, ServiceError
from .moment import get_now

_logger = logging.getLogger(__name__)

# Records among which a worker looks for one that is not locked.
PAGE = 200


class ResellerBillingAbstractOutbox(models.AbstractModel):
    """Records that are sent to another service: claim (commit), exchange, apply (commit).

    After a crash between any two the next worker sends the record; its job says that it may have
    been sent already. A job holds plain values: while HTTP runs the outbox has no cursor open
    and no row locked.
    """

    _name = "reseller.billing.abstract.outbox"
    _description = "Outbox of Another Service"

    # After so long the worker that has a record is considered dead.
    _outbox_lease = timedelta(minutes=2)
    # How often a step of a record is tried in one run.
    _outbox_tries = 1
    # Prefix of the fields next_attempt, lease_until and attempts.
    _outbox_prefix = ""
    _outbox_order = "next_attempt, id"
    # XML id of the cron that sends.
    _outbox_cron = ""

    # -------------------------------------------------------------------------
    # HOOKS OF THE MODEL
    # -------------------------------------------------------------------------

    @api.model
    def _get_unsent_domain(self, now):
        """Return the domain of the records to send, leased or not, due or not."""
        raise NotImplementedError

    def _prepare_job(self, again):
        """Return the job of this record, see `tools.outbox.Job`.

        :param again: the record was tried in this run before
        """
        raise NotImplementedError

    @api.model
    def _exchange(self, job):
        """Send a job and return the answer. Uses the job's values only.

        :raise ServiceError: the failure of the request
        """
        raise NotImplementedError

    @api.model
    def _apply_outcome(self, job, outcome):
        """Write the answer, or the failure and the moment of the next attempt.

        :param outcome: what `_exchange` returned, or a ServiceError
        """
        raise NotImplementedError

    def _postpone(self, error):
        """Retry this record later.

        :param error: exception with the reason
        """
        raise NotImplementedError

    # -------------------------------------------------------------------------
    # SENDING
    # -------------------------------------------------------------------------

    @api.model
    def _trigger_delivery(self, at=None):
        """Trigger the cron, at once or at a moment."""
        self.env.ref(self._outbox_cron).sudo()._trigger(at or get_now(self.env))

    @api.model
    def _send_due_by_cron(self):
        """Send all that is due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=self.search_count(self._get_due_domain()))
        for _sent in self._send_due(monotonic() + left):
            if not cron._commit_progress(1):
                # The host's own rescheduling starts the cron up to a minute late.
                self._trigger_delivery()
                return

    @api.model
    def _get_due_domain(self):
        """Return the domain of the records that are due and not leased."""
        now = get_now(self.env)
        lease, due = f"{self._outbox_prefix}lease_until", f"{self._outbox_prefix}next_attempt"
        is_free = Domain(lease, "=", False) | Domain(lease, "<", now)
        return self._get_unsent_domain(now) & Domain(due, "<=", now) & is_free

    @api.model
    def _send_due(self, deadline, record_ids=None):
        """Send due records one after another; yield the id of each. Failures are on the records.

        :param deadline: by `time.monotonic`, after it nothing new is begun
        :param record_ids: only these, for which somebody waits; all that are due if not said
        """
        tries = Counter()
        while monotonic() < deadline:
            job = self._in_own_transaction(lambda outbox: outbox._claim_next(tries, record_ids))
            if job is None:
                return
            tries[job.try_key] += 1
            if record_ids is not None:
                job = self._limit_job(job, deadline)
            if not job.is_empty:
                self._send_job(job)
            yield job.record_id

    @api.model
    def _limit_job(self, job, deadline):
        """Return a job for which somebody waits: it is over at a deadline, if it can be."""
        return job

    @api.model
    def _send_job(self, job):
        """Exchange a claimed job, and apply what comes of it in its own transaction."""
        try:
            outcome = self._exchange(job)
        except ServiceError as error:
            outcome = error
        except Exception as error:
            # One record must never stop the others.
            _logger.exception("%s %s could not be sent", self._name, job.record_id)
            outcome = OutcomeUnknown(str(error) or type(error).__name__)
        try:
            self._in_own_transaction(lambda outbox: outbox._apply_outcome(job, outcome))
        except Exception as error:
            # The name of an exception is unbound after its clause.
            reason = error
            _logger.exception("%s %s: its answer could not be applied", self._name, job.record_id)
            self._in_own_transaction(lambda outbox: outbox.browse(job.record_id)._postpone(reason))

    @api.model
    def _in_own_transaction(self, function):
        """Call a function with this model as superuser; committed, or not at all."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tz": TIME_ZONE})
            return retrying(functools.partial(function, env[self._name]), env)

    @api.model
    def _claim_next(self, tries, record_ids=None):
        """Lease one due record for this worker.

        :param tries: Counter of the tries of this run, by the key of jobs
        :return: its job, or None if nothing is due
        """
        domain = self._get_due_domain()
        if record_ids is not None:
            domain &= Domain("id", "in", record_ids)
        for record in self.search(domain, order=self._outbox_order, limit=PAGE):
            tried = tries[record._get_try_key()]
            if tried >= self._outbox_tries:
                continue
            try:
                claimed = record.try_lock_for_update().filtered_domain(domain)
            except SerializationFailure:
                continue
            if claimed and (job := claimed._claim_or_postpone(again=tried > 0)):
                return job
        return None

    def _claim_or_postpone(self, again):
        """Lease this record and return its job; None, and a later attempt, if it has none.

        A record that cannot be read, whatever the reason, must not stop those after it.
        """
        try:
            with self.env.cr.savepoint():
                return self._claim(again)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("%s %s has no job", self._name, self.id)
            self._postpone(error)
            return None

    def _get_try_key(self):
        """Return the key by which tries of this record are counted in a run."""
        return (self.id,)

    def _claim(self, again=False):
        """Lease this record and return its job; a record with an empty job is not leased."""
        self.ensure_one()
        job = self._prepare_job(again)
        if not job.is_empty:
            attempts = f"{self._outbox_prefix}attempts"
            self.write(
                {
                    f"{self._outbox_prefix}lease_until": get_now(self.env) + self._outbox_lease,
                    attempts: self[attempts] + 1,
                }
            )
        return job
