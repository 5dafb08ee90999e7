import functools
import logging
import time

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import retrying

from ...tools.api.exchange import Exchanges

_logger = logging.getLogger(__name__)

# What a user's own request waits for at most; the cron does the rest.
IMMEDIATE_MESSAGES = 3
IMMEDIATE_SECONDS = 5
POSTCOMMIT_KEY = "supplier_credit.messages"


class SupplierCreditMessage(models.Model):
    """Delivery: claim (commit), exchange with no transaction, keep the answer (commit), apply it.

    A crash between any two of these leaves the message where the next worker takes it up: a claimed
    one is asked about by its key before it is sent again under that key, a kept answer is applied.
    Any number of workers and hosts share the messages; the claim gives each to one of them.
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
            # A cron goes on with its own work; the delivery's cron follows at once.
            self._trigger_delivery()
            return
        postcommit = self.env.cr.postcommit
        pending = postcommit.data.setdefault(POSTCOMMIT_KEY, [])
        if not pending:
            postcommit.add(functools.partial(_deliver_committed, self.env.registry, pending))
        pending.extend(message_id for message_id in self.ids if message_id not in pending)

    @api.model
    def _trigger_delivery(self):
        self.env.ref("supplier_credit.ir_cron_deliver_messages").sudo()._trigger()

    @api.model
    def _cron_deliver(self):
        """Deliver all messages that are due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=len(self._find_due()))
        self._apply_pending_answers()
        for delivered in self._deliver(deadline=time.monotonic() + left):
            left = cron._commit_progress(delivered)
        # What other workers hold, or must wait, is theirs or the next run's.
        cron._commit_progress(remaining=0 if left > 0 else len(self._find_due()))

    # -------------------------------------------------------------------------
    # HOW
    # -------------------------------------------------------------------------

    @api.model
    def _deliver(self, message_ids=None, *, deadline, cut=False):
        """Deliver what is due, several messages at the same time; yield how many at each step.

        Opens its own transactions. Never raises for what happens outside: the messages tell.

        :param message_ids: only these; all that are due if not said
        :param deadline: by `time.monotonic`, after it nothing new is begun
        :param cut: whether what is under way ends by then too; else it has four timeouts
        """
        self._in_own_transaction(lambda model: model._show_holds(message_ids))
        with Exchanges() as exchanges:
            while True:
                left = deadline - time.monotonic()
                if left > 0:
                    seconds = max(left, 1) if cut else None
                    for claim, parallel in self._claim_due(exchanges, message_ids, seconds):
                        exchanges.submit(claim, parallel)
                outcomes = exchanges.collect()
                if not outcomes:
                    return
                self._process_outcomes(outcomes)
                yield len(outcomes)

    @api.model
    def _in_own_transaction(self, function):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(functools.partial(function, env[self._name]), env)

    @api.model
    def _process_batch(self, function, items, on_error):
        """Do something for several messages in one transaction; one by one if that fails.

        One message must never keep the others from being delivered.

        :param function: called with the model and a list of items; returns a list
        :param on_error: called with the item that failed alone, and the exception
        :return: what all calls returned, in one list
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
    """Deliver after the commit; whatever happens, the user's own request has already succeeded."""
    deadline = time.monotonic() + IMMEDIATE_SECONDS
    now, later = message_ids[:IMMEDIATE_MESSAGES], message_ids[IMMEDIATE_MESSAGES:]
    try:
        with registry.cursor() as cr:
            # This cursor only serves to make an environment; nothing is read or held through it.
            messages = api.Environment(cr, SUPERUSER_ID, {})["supplier.credit.message"]
            if later:
                messages._in_own_transaction(lambda model: model._trigger_delivery())
            for _delivered in messages._deliver(now, deadline=deadline, cut=True):
                pass
    except Exception:
        _logger.exception("Delivery after commit stopped; the cron goes on with it")
    finally:
        message_ids.clear()
