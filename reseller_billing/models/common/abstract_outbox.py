import functools
import logging
import time
from collections import Counter
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.service.model import retrying
from psycopg2.errors import SerializationFailure

from ...const import TIME_ZONE
from ...tools.errors import OutcomeUnknown, ServiceError

_logger = logging.getLogger(__name__)

# Records that a worker looks at to find one that nobody else has.
PAGE = 200


class ResellerBillingAbstractOutbox(models.AbstractModel):
    """Records that another service is to be sent: claim (commit), exchange, apply (commit).

    A crash between any two leaves the record to the next worker, whose job says that it may have
    been sent. A job holds plain values: while HTTP runs the outbox has no cursor open and no row
    locked.
    """

    _name = "reseller.billing.abstract.outbox"
    _description = "Outbox of Another Service"

    # A worker that holds a record longer than this is taken to be dead.
    _outbox_lease = timedelta(minutes=2)
    # How often a step of a record is tried in one run.
    _outbox_tries = 1
    # What the names of the fields begin with: next_attempt, lease_until, attempts.
    _outbox_prefix = ""
    _outbox_order = "next_attempt, id"
    # XML id of the cron that sends.
    _outbox_cron = ""

    # -------------------------------------------------------------------------
    # WHAT A MODEL SAYS OF ITS RECORDS
    # -------------------------------------------------------------------------

    @api.model
    def _get_unsent_domain(self, now):
        """Return what is to be sent, whoever has it and whenever it is due."""
        raise NotImplementedError

    def _prepare_job(self, again):
        """Return what is to be sent of this record, as a `tools.outbox.Job`.

        :param again: it was tried in this run before
        """
        raise NotImplementedError

    @api.model
    def _exchange(self, job):
        """Send a job; return the answer. Uses nothing but the job's values.

        :raise ServiceError: why there is no answer
        """
        raise NotImplementedError

    @api.model
    def _apply_outcome(self, job, outcome):
        """Write what the service answered, or why it did not, and when it is tried again.

        :param outcome: what `_exchange` returned, or a ServiceError
        """
        raise NotImplementedError

    def _postpone(self, error):
        """Try this record again later.

        :param error: exception that says why not now
        """
        raise NotImplementedError

    # -------------------------------------------------------------------------
    # SENDING
    # -------------------------------------------------------------------------

    @api.model
    def _trigger_delivery(self, at=None):
        """Have the cron run, at once or at a moment."""
        self.env.ref(self._outbox_cron).sudo()._trigger(at)

    @api.model
    def _send_due_by_cron(self):
        """Send all that is due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=self.search_count(self._get_due_domain()))
        for _sent in self._send_due(time.monotonic() + left):
            if not cron._commit_progress(1):
                # The host's own rescheduling wakes nobody up for up to a minute.
                self._trigger_delivery()
                return

    @api.model
    def _get_due_domain(self):
        """Return what is to be sent now and is not being sent by anybody."""
        now = fields.Datetime.now()
        lease, due = f"{self._outbox_prefix}lease_until", f"{self._outbox_prefix}next_attempt"
        is_free = Domain(lease, "=", False) | Domain(lease, "<", now)
        return self._get_unsent_domain(now) & Domain(due, "<=", now) & is_free

    @api.model
    def _send_due(self, deadline, record_ids=None):
        """Send what is due, one record after another; yield the id of each. Records tell failures.

        :param deadline: by `time.monotonic`, after it nothing new is begun
        :param record_ids: only these; all that are due if not said
        """
        tries = Counter()
        while time.monotonic() < deadline:
            job = self._in_own_transaction(lambda outbox: outbox._claim_next(tries, record_ids))
            if job is None:
                return
            tries[job.try_key] += 1
            if not job.is_empty:
                self._send_job(job)
            yield job.record_id

    @api.model
    def _send_job(self, job):
        """Exchange a claimed job, and apply what comes of it in its own transaction."""
        try:
            outcome = self._exchange(job)
        except ServiceError as error:
            outcome = error
        except Exception as error:
            # One record must never keep the others from being sent.
            _logger.exception("%s %s could not be sent", self._name, job.record_id)
            outcome = OutcomeUnknown(str(error) or type(error).__name__)
        try:
            self._in_own_transaction(lambda outbox: outbox._apply_outcome(job, outcome))
        except Exception as error:
            # Bound here: the name of an exception ends with its clause.
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
            if claimed:
                return claimed._claim(again=tried > 0)
        return None

    def _get_try_key(self):
        """Return what counts the tries of this record in a run; see `tools.outbox.Job`."""
        return (self.id,)

    def _claim(self, again=False):
        """Lease this record and return its job; nothing is leased where nothing is to be sent."""
        self.ensure_one()
        job = self._prepare_job(again)
        if not job.is_empty:
            attempts = f"{self._outbox_prefix}attempts"
            self.write(
                {
                    f"{self._outbox_prefix}lease_until": fields.Datetime.now() + self._outbox_lease,
                    attempts: self[attempts] + 1,
                }
            )
        return job
