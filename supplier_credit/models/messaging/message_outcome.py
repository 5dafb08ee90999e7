import logging
import random
import time
from datetime import timedelta

from odoo import api, models

from ...tools.api.errors import SupplierError
from ...tools.api.lookup import Found
from ...tools.api.wire import OPERATIONS
from ..common.moment import get_now
from .agreement_queue import NOT_FOUND

_logger = logging.getLogger(__name__)

FIRST_BACKOFF = 60
LONGEST_BACKOFF = 3600
# Seconds between two times that waiting messages are brought forward.
BRING_SECONDS = 60
# {(database, agreement's id): when its messages were brought forward last, by time.monotonic}
_brought_forward: dict[tuple[str, int], float] = {}


class SupplierCreditMessage(models.Model):
    """The outcome of an exchange: stored first, then applied to the record."""

    _inherit = "supplier.credit.message"

    # -------------------------------------------------------------------------
    # BOTH STEPS
    # -------------------------------------------------------------------------

    @api.model
    def _process_outcomes(self, outcomes):
        """Store the outcomes of these exchanges, then apply the answers to the records.

        :param outcomes: list of (Claim, outcome as `tools.api.exchange.exchange` returns it)
        """
        kept = self._process_batch(
            lambda model, items: model._store_outcomes(items), outcomes, _log_unstored
        )
        self._apply_answers(kept)

    @api.model
    def _apply_pending_answers(self):
        """Apply the answers that a worker stored and could not apply any more."""
        kept = self.search([("state", "=", "answered")], order="id")
        self._apply_answers(kept.ids)

    @api.model
    def _apply_answers(self, message_ids):
        self._process_batch(
            lambda model, ids: model._apply_answered(ids), message_ids, self._store_failure
        )

    # -------------------------------------------------------------------------
    # STORING
    # -------------------------------------------------------------------------

    @api.model
    def _store_outcomes(self, outcomes):
        """Store the outcomes of exchanges; return the ids of the messages to apply."""
        messages = self.browse([claim.message_id for claim, _outcome in outcomes])
        mine = {message.id for message in messages if message.state == "sending"}
        for claim, outcome in outcomes:
            message = messages.browse(claim.message_id).with_prefetch(messages.ids)
            if message.id not in mine or message.attempts != claim.attempt:
                # The lease ran out and another process claimed the message; its outcome counts.
                _logger.warning("Message %s: late outcome ignored", message.id)
            else:
                message._with_sender_context()._store_outcome(outcome)
        answered = messages.filtered(lambda message: message.state == "answered")
        answered._bring_forward_others()
        return answered.ids

    def _bring_forward_others(self):
        """Send at once what waits for its next attempt: Supplier answers again.

        At most once a minute for each agreement, so that a request which Supplier never takes is
        not repeated with every one that it takes.
        """
        now = time.monotonic()
        due = [
            agreement.id
            for agreement in self.agreement_id
            if now - _brought_forward.get((self.env.cr.dbname, agreement.id), -BRING_SECONDS)
            >= BRING_SECONDS
        ]
        if not due:
            return
        # Nothing is locked that another worker sends, and a request that it moves wins.
        waiting = self.search(
            [
                ("agreement_id", "in", due),
                ("direction", "=", "outgoing"),
                ("state", "in", ("waiting", "unknown")),
                ("attempts", ">", 0),
                ("next_attempt", ">", get_now(self.env)),
            ]
        ).try_lock_for_update()
        if waiting:
            waiting.next_attempt = get_now(self.env)
            self._trigger_delivery()
            for agreement in waiting.agreement_id:
                _brought_forward[self.env.cr.dbname, agreement.id] = now

    def _store_outcome(self, outcome):
        self.ensure_one()
        if isinstance(outcome, Found):
            self._move_to("answered", response=self._dump(outcome.body), is_found=True, error=False)
            return
        if not isinstance(outcome, SupplierError):
            self._move_to("answered", response=self._dump(outcome), error=False)
            return
        is_unknown = outcome.kind == "outcome_unknown"
        cause = (outcome.cause if is_unknown else None) or outcome
        state = "unknown" if is_unknown else "waiting"
        if cause.kind == "not_begun":
            # As it was before it was claimed, and as due.
            self._move_to(state, next_attempt=get_now(self.env))
            return
        text = _storable(self.agreement_id._describe_error(cause))
        _logger.info("Message %s: %s", self.id, outcome)
        match outcome.kind:
            case "rejected":
                response = _storable(str(outcome))
                is_missing = outcome.status == NOT_FOUND and OPERATIONS[self.operation].names_one
                self._move_to(
                    "answered", response=response, refusal=text, error=text, is_missing=is_missing
                )
                self.agreement_id._hold_queue(outcome, text)
            case "malformed_answer":
                self._move_to("failed", response=_storable(outcome.body), error=text)
                self._get_record()._show_problem(self, text)
            case _:
                self._move_to(state, error=text, next_attempt=self._get_next_attempt(outcome))
                self._get_record()._show_problem(self, text)
                self.agreement_id._hold_queue(cause, text)

    def _get_next_attempt(self, error):
        """Return when to try again: as Supplier asked, else after exponentially growing time."""
        seconds = error.retry_after
        if error.kind == "unauthorized":
            # The message itself is right; it is sent when the agreement's queue is resumed.
            seconds = 0
        elif seconds is None:
            seconds = min(FIRST_BACKOFF * 2 ** (self.attempts - 1), LONGEST_BACKOFF)
            # Only spreads the attempts, so that not all come at once: nobody gains by guessing it.
            seconds *= random.uniform(0.8, 1.2)  # noqa: S311
        return get_now(self.env) + timedelta(seconds=seconds)

    # -------------------------------------------------------------------------
    # APPLYING
    # -------------------------------------------------------------------------

    @api.model
    def _apply_answered(self, message_ids):
        """Apply stored answers to their records. All or nothing, in one transaction."""
        messages = self.browse(message_ids).try_lock_for_update()
        answered = messages.filtered(lambda message: message.state == "answered")
        senders = answered.grouped(lambda message: (message.create_uid, message.agreement_id))
        for of_one_sender in senders.values():
            for message, record in of_one_sender._with_sender_context()._get_records().items():
                message._apply_to(record)
        return messages.ids

    def _apply_to(self, record):
        self.ensure_one()
        if self.refusal:
            record._apply_rejection(self, self.refusal)
            self._move_to("rejected")
        else:
            record._apply_answer(self, self._load(self.response))
            self._move_to("done")

    @api.model
    def _store_failure(self, message_id, error):
        """Show on message and record that an answer could not be applied.

        The changes of the records are rolled back; the answer is stored and can be applied again.
        """
        _logger.error("Answer of message %s could not be applied", message_id, exc_info=error)

        def store(model):
            message = model.browse(message_id)._with_sender_context()
            reason = message.env._(
                "Supplier's answer was stored but could not be applied. Nothing was changed. "
                "Correct the cause and retry.\n%(reason)s",
                reason=_storable(str(error)),
            )
            message._move_to("failed", error=reason)
            message._get_record()._show_problem(message, reason)

        self._in_own_transaction(store)


def _log_unstored(outcome, error):
    claim, _answer = outcome
    # Its lease runs out, and Supplier is queried by the key.
    _logger.error("Outcome of message %s could not be stored", claim.message_id, exc_info=error)


def _storable(text):
    """Return text without the characters that PostgreSQL or UTF-8 cannot store."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
