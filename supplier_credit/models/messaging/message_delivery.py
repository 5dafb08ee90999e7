import functools
import logging
import threading
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import retrying
from odoo.tools import SQL

from ...tools.api.exchange import Exchanges
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# A user's own request waits for so many messages and seconds at most; the cron sends the rest.
IMMEDIATE_MESSAGES = 3
IMMEDIATE_SECONDS = 5
POSTCOMMIT_KEY = "supplier_credit.messages"
# After a failure no user waits for Supplier for so many seconds, nor while an exchange is under way
# for longer than the second number.
QUIET_SECONDS = 60
SLOW_SECONDS = 3
# One of the users of a process waits for Supplier at a time.
_immediate = threading.Lock()


class SupplierCreditMessage(models.Model):
    """Delivery: claim (commit), exchange with no transaction, store the answer (commit), apply it.

    After a crash between any two of these steps the next worker goes on: a claimed message is
    queried by its key before it is sent again under that key, a stored answer is applied. Any
    number of workers and hosts share the messages; each is claimed by one of them.
    """

    _inherit = "supplier.credit.message"

    # -------------------------------------------------------------------------
    # WHEN
    # -------------------------------------------------------------------------

    def _deliver_after_commit(self):
        """Have these messages delivered right after this transaction's commit, if it commits.

        Incoming ones are processed by their own cron.
        """
        outgoing = self - self._filter_incoming()
        if outgoing != self:
            self._trigger_processing()
        outgoing._schedule_delivery()

    def _schedule_delivery(self):
        if not self:
            return
        if self.env.context.get("cron_id"):
            # A cron does its own work only; the cron of the delivery runs right after it.
            self._trigger_delivery()
            return
        postcommit = self.env.cr.postcommit
        pending = postcommit.data.setdefault(POSTCOMMIT_KEY, [])
        if not pending:
            postcommit.add(functools.partial(_deliver_committed, self.env.registry, pending))
        pending.extend(message_id for message_id in self.ids if message_id not in pending)

    @api.model
    def _trigger_delivery(self):
        cron = self.env.ref("supplier_credit.ir_cron_deliver_messages").sudo()
        cron._trigger(get_now(self.env))

    @api.model
    def _cron_deliver(self):
        """Deliver all messages that are due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=len(self._find_due()))
        self._apply_pending_answers()
        for delivered in self._deliver(deadline=time.monotonic() + left):
            left = cron._commit_progress(delivered)
        # Messages that other workers claimed, or that must wait, are not this run's.
        cron._commit_progress(remaining=0 if left > 0 else len(self._find_due()))

    # -------------------------------------------------------------------------
    # HOW
    # -------------------------------------------------------------------------

    @api.model
    def _deliver(self, message_ids=None, *, deadline, cut=False):
        """Deliver due messages, several at the same time; yield the number of each step.

        Opens its own transactions. Failures of exchanges are not raised: the messages show them.

        :param message_ids: only these; None for all that are due
        :param deadline: by `time.monotonic`; after it no exchange is begun
        :param cut: whether exchanges under way end by then, too; else they have five timeouts
        """
        self._in_own_transaction(lambda model: model._show_holds(message_ids))
        with Exchanges() as exchanges:
            while True:
                left = deadline - time.monotonic()
                if left > 0 and not self._is_stopping():
                    seconds = max(left, 1) if cut else None
                    claims = self._claim_due(exchanges, message_ids, seconds)
                    if self._note_claimed([claim.message_id for claim, _parallel in claims]):
                        for claim, parallel in claims:
                            exchanges.submit(claim, parallel)
                outcomes = exchanges.collect()
                if not outcomes:
                    return
                self._process_outcomes(outcomes)
                self._note_ended([claim.message_id for claim, _outcome in outcomes])
                yield len(outcomes)

    @api.model
    def _is_slow(self, message_ids):
        """Return whether Supplier failed a moment ago, or lets somebody wait right now.

        Asked of the database, so that one worker's users need not find out what another's did.
        Only the other messages under the agreements of these count: who retries one by hand may.
        """
        now = get_now(self.env)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 1
                  FROM supplier_credit_message m
                 WHERE m.agreement_id IN (
                       SELECT agreement_id FROM supplier_credit_message WHERE id IN %s)
                   AND m.id NOT IN %s
                   AND m.direction = 'outgoing'
                   AND ((m.state IN ('waiting', 'unknown') AND m.attempts > 0
                         AND m.error IS NOT NULL AND m.write_date > %s)
                        OR (m.state = 'sending' AND m.write_date < %s))
                 LIMIT 1
                """,
                tuple(message_ids),
                tuple(message_ids),
                now - timedelta(seconds=QUIET_SECONDS),
                now - timedelta(seconds=SLOW_SECONDS),
            )
        )
        return bool(rows)

    @api.model
    def _in_own_transaction(self, function):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(functools.partial(function, env[self._name]), env)

    @api.model
    def _process_batch(self, function, items, on_error):
        """Process several messages in one transaction; one by one if that fails.

        So a message that fails does not stop the delivery of the others.

        :param function: called with the model and a list of items; returns a list
        :param on_error: called with the item that failed alone, and the exception
        :return: the results of all calls, in one list
        """
        if not items:
            return []
        try:
            return self._in_own_transaction(lambda model: function(model, items))
        except Exception as error:
            if len(items) == 1:
                on_error(items[0], error)
                return []
        done = [self._process_batch(function, [item], on_error) for item in items]
        return [result for results in done for result in results]


def _deliver_committed(registry, message_ids):
    """Deliver messages after the commit, a few at once and the others by the cron.

    The user's own request has already succeeded, so no error is raised. It waits for Supplier only
    while Supplier answers, and one request of a process at a time: otherwise silence at Supplier
    would take all workers from users who want something else.
    """
    now, later = message_ids[:IMMEDIATE_MESSAGES], message_ids[IMMEDIATE_MESSAGES:]
    is_first = _immediate.acquire(blocking=False)
    try:
        with registry.cursor() as cr:
            # This cursor is only used to create an environment; nothing is read through it.
            messages = api.Environment(cr, SUPERUSER_ID, {})["supplier.credit.message"]
            if not is_first or messages._in_own_transaction(lambda model: model._is_slow(now)):
                now, later = [], message_ids
            if later:
                messages._in_own_transaction(lambda model: model._trigger_delivery())
            if now:
                deadline = time.monotonic() + IMMEDIATE_SECONDS
                for _delivered in messages._deliver(now, deadline=deadline, cut=True):
                    pass
    except Exception:
        _logger.exception("Delivery after commit stopped; the cron continues it")
    finally:
        if is_first:
            _immediate.release()
        message_ids.clear()
