import functools
import logging
import random
import time
from dataclasses import dataclass
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import retrying
from odoo.tools import SQL

from ..tools.supplier_client import Connection, SupplierClient
from ..tools.supplier_errors import (
    MalformedAnswer,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Unavailable,
)
from .supplier_credit_abstract_subject import TIME_ZONE

_logger = logging.getLogger(__name__)

# What a user's own request waits for at most; the cron does the rest.
IMMEDIATE_MESSAGES = 3
IMMEDIATE_SECONDS = 5
FIRST_BACKOFF = 60
LONGEST_BACKOFF = 3600
# A process that holds a message longer than this after its timeouts is taken to be dead.
LEASE_MARGIN = 60
POSTCOMMIT_KEY = "supplier_credit.messages"


@dataclass(frozen=True)
class _Claim:
    """All that the HTTP exchange needs, so that it happens with no transaction open."""

    attempt: int
    operation: str
    body: object
    key: str
    code: str
    ask_first: bool
    connection: Connection
    seconds: float


class SupplierCreditMessage(models.Model):
    """Delivery: claim (commit), exchange with no transaction, keep the answer (commit), apply it.

    A crash between any two of these leaves the message where the next worker takes it up: a claimed
    one is asked about by its key before it is sent again under that key, a kept answer is applied.
    """

    _inherit = "supplier.credit.message"

    # -------------------------------------------------------------------------
    # WHEN
    # -------------------------------------------------------------------------

    def _deliver_after_commit(self):
        """Have these messages delivered right after this transaction's commit, if it commits."""
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
        """Deliver all messages that are due, one by one, until done or out of time."""
        due = self._find_due()
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for message_id in due:
            try:
                self._deliver_one(message_id)
            except Exception:
                # One message must never keep the others from being delivered.
                _logger.exception("Message %s could not be delivered", message_id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _find_due(self):
        """Return the ids to deliver: due ones, and those whose process is gone, oldest first."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM supplier_credit_message
                 WHERE (state IN ('waiting', 'unknown') AND next_attempt <= %(now)s
                        AND direction = 'outgoing')
                    OR (state = 'sending' AND lease_until < %(now)s)
                    OR state = 'answered'
              ORDER BY id
                """,
                now=now,
            )
        )
        return [message_id for (message_id,) in rows]

    # -------------------------------------------------------------------------
    # HOW
    # -------------------------------------------------------------------------

    @api.model
    def _deliver_one(self, message_id, seconds=None):
        """Bring one message as far as it goes now.

        Opens its own transactions. Never raises for what happens outside: the message tells.

        :param seconds: how long all exchanges together may take; four timeouts if not said
        """
        claim = self._in_own_transaction(lambda model: model._claim(message_id, seconds))
        if claim is not None:
            outcome = _exchange(claim)
            self._in_own_transaction(
                lambda model: model._keep_outcome(message_id, claim.attempt, outcome)
            )
        try:
            self._in_own_transaction(lambda model: model._apply_answered(message_id))
        except Exception as error:
            # What the answer did to the records is rolled back; it is kept and can be read again.
            _logger.exception("Answer of message %s could not be applied", message_id)
            text = str(error)
            self._in_own_transaction(lambda model: model._keep_failure(message_id, text))

    @api.model
    def _in_own_transaction(self, function):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(functools.partial(function, env[self._name]), env)

    def _as_for_sender(self):
        """Return the message in the language and time zone of who wanted it sent.

        What comes back is read by them, and entries made of it carry their date, not Greenwich's.
        """
        if not self:
            return self
        sender = self.create_uid
        return self.with_context(lang=sender.lang, tz=sender.tz or TIME_ZONE)

    @api.model
    def _claim(self, message_id, seconds):
        """Take a message for this process; None if it is somebody else's or not due for sending."""
        message = self.browse(message_id).try_lock_for_update()._as_for_sender()
        if not message:
            return None
        now = fields.Datetime.now()
        orphaned = message.state == "sending" and message.lease_until < now
        if not orphaned and message.state not in ("waiting", "unknown"):
            return None
        agreement = message.agreement_id
        record = message._get_record()
        if not agreement.enabled:
            text = message.env._(
                "Agreement %(agreement)s is not active. Switch it on and retry.",
                agreement=agreement.name,
            )
            message.write({"error": text, "next_attempt": now + timedelta(seconds=LONGEST_BACKOFF)})
            record._show_problem(message, text)
            return None
        connection = agreement._get_connection()
        # Token, query, token again, sending; the client itself keeps to this time.
        seconds = seconds or 4 * connection.timeout
        lease = timedelta(seconds=seconds + LEASE_MARGIN)
        claim = _Claim(
            attempt=message.attempts + 1,
            operation=message.operation,
            body=message._load(message.request),
            key=message.idempotency_key,
            code=record._get_resource() if record else "",
            ask_first=(orphaned or message.state == "unknown") and not message._is_repeatable(),
            connection=connection,
            seconds=seconds,
        )
        message._move_to("sending", attempts=message.attempts + 1, lease_until=now + lease)
        return claim

    @api.model
    def _keep_outcome(self, message_id, attempt, outcome):
        """Write down how the exchange ended, before anything is made of it."""
        message = self.browse(message_id)._as_for_sender()
        if message.state != "sending" or message.attempts != attempt:
            # The lease ran out and another process took over; what it finds out counts.
            _logger.warning("Message %s: late outcome of attempt %s ignored", message_id, attempt)
            return
        if not isinstance(outcome, SupplierError):
            message._move_to("answered", response=self._dump(outcome), error=False)
            return
        cause = outcome.cause if isinstance(outcome, OutcomeUnknown) else None
        text = message.agreement_id._describe_error(cause or outcome)
        _logger.info("Message %s: %s", message_id, outcome)
        if isinstance(outcome, Rejected):
            text = _storable(text)
            message._move_to("answered", response=_storable(str(outcome)), refusal=text, error=text)
        elif isinstance(outcome, MalformedAnswer):
            message._move_to("failed", response=_storable(outcome.body), error=text)
            message._get_record()._show_problem(message, text)
        else:
            state = "unknown" if isinstance(outcome, OutcomeUnknown) else "waiting"
            message._move_to(state, error=text, next_attempt=message._get_next_attempt(outcome))
            message._get_record()._show_problem(message, text)

    def _get_next_attempt(self, error):
        """Return when to try again: as Supplier asked, else exponentially later, with jitter."""
        seconds = error.retry_after if isinstance(error, Unavailable) else None
        if seconds is None:
            seconds = min(FIRST_BACKOFF * 2 ** (self.attempts - 1), LONGEST_BACKOFF)
            seconds *= random.uniform(0.8, 1.2)
        return fields.Datetime.now() + timedelta(seconds=seconds)

    @api.model
    def _apply_answered(self, message_id):
        """Let the record read a kept answer. All or nothing, in one transaction."""
        message = self.browse(message_id).try_lock_for_update()._as_for_sender()
        if message.state != "answered":
            return
        record = message._get_record()
        if message.refusal:
            record._apply_rejection(message, message.refusal)
            message._move_to("rejected")
            return
        record._apply_answer(message, message._load(message.response))
        message._move_to("done")

    @api.model
    def _keep_failure(self, message_id, text):
        message = self.browse(message_id)._as_for_sender()
        reason = message.env._(
            "Supplier's answer was kept but could not be used. Nothing was changed. Correct the "
            "cause and retry.\n%(reason)s",
            reason=_storable(text),
        )
        message._move_to("failed", error=reason)
        message._get_record()._show_problem(message, reason)


def _storable(text):
    """Return text without the characters that PostgreSQL or UTF-8 cannot hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _exchange(claim):
    """Do the HTTP exchange of a claim; return the answer's JSON or the SupplierError."""
    client = SupplierClient(claim.connection, claim.seconds)
    try:
        if claim.ask_first:
            found = client.find_by_key(claim.operation, claim.key)
            if found is not None:
                return found
    except OutcomeUnknown as error:
        return error
    except SupplierError as error:
        # The query failed, so the outcome of the first attempt is as unknown as before.
        return OutcomeUnknown(str(error), cause=error)
    try:
        return client.send(claim.operation, claim.body, claim.key, claim.code)
    except SupplierError as error:
        return error
    except Exception as error:
        # Nobody knows how far it came, so Supplier is asked before anything is sent again.
        _logger.exception("Exchange of a message with Supplier failed unexpectedly")
        return OutcomeUnknown(repr(error))


def _deliver_committed(registry, message_ids):
    """Deliver after the commit; whatever happens, the user's own request has already succeeded."""
    deadline = time.monotonic() + IMMEDIATE_SECONDS
    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            messages = env["supplier.credit.message"]
            # This cursor only serves to make environments; nothing is read or held through it.
            for position, message_id in enumerate(message_ids):
                left = deadline - time.monotonic()
                if position >= IMMEDIATE_MESSAGES or left <= 0:
                    messages._trigger_delivery()
                    break
                messages._deliver_one(message_id, seconds=max(left, 1))
    except Exception:
        _logger.exception("Delivery after commit stopped; the cron goes on with it")
    finally:
        message_ids.clear()
