import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL
from psycopg2.errors import SerializationFailure

from ...const import TIME_ZONE
from ...tools.api.exchange import Claim
from ...tools.api.wire import OPERATIONS
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Seconds after the timeouts of a message at which the process that sends it counts as dead.
LEASE_MARGIN = 60
# Messages claimed ahead per thread, so that no thread waits for the next claim.
AHEAD = 6
CLAIM_TRIES = 10
FIRST = ("frees", "reports")


class SupplierCreditMessage(models.Model):
    """Finding the messages that are due, and claiming them for one worker."""

    _inherit = "supplier.credit.message"

    @api.model
    def _find_due(self, agreement=None, message_ids=None, limit=None, *, lock=False):
        """Return the ids of the messages to send now: due ones, and those whose process is dead.

        Messages about one record are sent one after another, oldest first. Messages that free
        credit, or report it, go before those that take some of the same customer's limit.

        :param agreement: the `supplier.credit.agreement` to send under; None for all
        :param lock: whether to lock the rows and leave out those that others hold
        """
        takes = tuple(name for name, call in OPERATIONS.items() if call.credit == "takes")
        first = tuple(name for name, call in OPERATIONS.items() if call.credit in FIRST)
        chosen = [SQL("TRUE")]
        if agreement:
            chosen.append(SQL("m.agreement_id = %s", agreement.id))
        if message_ids is not None:
            chosen.append(SQL("m.id IN %s", tuple(message_ids) or (0,)))
        self.env.flush_all()
        # One pass over the queue, whatever size the planner estimates.
        self.env.cr.execute(
            SQL(
                """
                WITH queue AS (
                    SELECT id, agreement_id, partner_id, operation,
                           id = MIN(id) OVER (PARTITION BY res_model, res_id) AS is_first,
                           state IN ('waiting', 'unknown') AND next_attempt <= %(now)s AS is_due,
                           state = 'sending' AS is_sending,
                           state = 'sending' AND lease_until < %(now)s AS is_orphaned
                      FROM supplier_credit_message
                     WHERE state IN ('waiting', 'sending', 'unknown', 'answered')
                       AND direction = 'outgoing'
                ), ahead AS (
                    SELECT DISTINCT agreement_id, partner_id
                      FROM queue
                     WHERE is_first AND (is_due OR is_sending) AND operation IN %(first)s
                )
                SELECT m.id
                  FROM queue
                  JOIN supplier_credit_message m ON m.id = queue.id
                  JOIN supplier_credit_agreement agreement ON agreement.id = m.agreement_id
             LEFT JOIN ahead ON ahead.agreement_id = m.agreement_id
                              AND ahead.partner_id = m.partner_id
                 WHERE queue.is_first AND (queue.is_due OR queue.is_orphaned)
                   AND (ahead.partner_id IS NULL OR m.operation NOT IN %(takes)s)
                   AND agreement.enabled AND NOT COALESCE(agreement.queue_stopped, FALSE)
                   AND COALESCE(agreement.paused_until <= %(now)s, TRUE)
                   AND %(chosen)s
              ORDER BY m.operation IN %(first)s DESC, m.id
                 LIMIT %(limit)s
                %(lock)s
                """,
                now=get_now(self.env),
                takes=takes,
                first=first,
                chosen=SQL(" AND ").join(chosen),
                limit=limit,
                lock=SQL("FOR UPDATE OF m SKIP LOCKED") if lock else SQL(),
            ),
            # It is no error if another worker was faster; see _claim_due.
            log_exceptions=not lock,
        )
        return [message_id for (message_id,) in self.env.cr.fetchall()]

    @api.model
    def _claim_due(self, exchanges, message_ids, seconds):
        """Claim as many messages as this worker can have under way.

        :param exchanges: the worker's `Exchanges`
        :return: list of (Claim, how many may be under way of its agreement)
        """
        for _try in range(CLAIM_TRIES):
            try:
                with self.env.registry.cursor() as cr:
                    model = api.Environment(cr, SUPERUSER_ID, {})[self._name]
                    return model._claim_for_agreements(exchanges, message_ids, seconds)
            except SerializationFailure:
                # Another worker claimed some of them after they were read here.
                continue
        return []

    @api.model
    def _claim_for_agreements(self, exchanges, message_ids, seconds):
        claims = []
        for agreement in self.env["supplier.credit.agreement"].search(
            [("enabled", "=", True), ("queue_stopped", "=", False)]
        ):
            parallel = agreement.parallel_requests
            under_way = exchanges.count(agreement.id)
            if under_way > (AHEAD - 1) * parallel:
                continue
            due = self._find_due(agreement, message_ids, AHEAD * parallel - under_way, lock=True)
            claims += [(claim, parallel) for claim in self.browse(due)._claim(agreement, seconds)]
        self.env.flush_all()
        return claims

    def _claim(self, agreement, seconds):
        """Mark these locked messages as being sent and return their claims."""
        connection = agreement._get_connection()
        # Token, two queries, token again, sending; the client itself keeps to this time.
        seconds = seconds or 5 * connection.timeout
        # A claim may wait for a thread as long as its exchange may take.
        lease_until = get_now(self.env) + timedelta(seconds=2 * seconds + LEASE_MARGIN)
        claims = {}
        for message, record in self._get_records().items():
            try:
                if obstacle := message._get_obstacle(record):
                    message._with_sender_context()._withdraw(record, obstacle)
                else:
                    claims[message] = message._prepare_claim(record, connection, seconds)
            except Exception as error:
                # One message must not stop the delivery of the others.
                _logger.exception("Message %s cannot be sent", message.id)
                message._with_sender_context()._show_claim_failure(record, error, lease_until)
        for attempts, messages in self.browse(m.id for m in claims).grouped("attempts").items():
            messages._move_to("sending", attempts=attempts + 1, lease_until=lease_until)
        return list(claims.values())

    def _show_claim_failure(self, record, error, next_attempt):
        """Show on this message and its record why it could not even be prepared for sending."""
        text = self.env._(
            "The message could not be prepared for sending and is tried again by itself. Nothing "
            "was sent.\n%(reason)s",
            reason=str(error) or repr(error),
        )
        self.write({"error": text, "next_attempt": next_attempt})
        if record:
            record._show_problem(self, text)

    def _get_obstacle(self, record):
        """Return why this message must not be sent any more, or False; False once attempted."""
        attempted = self.attempts or self.state != "waiting"
        return bool(record) and not attempted and record._get_obstacle(self)

    def _withdraw(self, record, reason):
        """Withdraw this message, which was never attempted, and show the reason on its record."""
        self._move_to("withdrawn", error=reason)
        record._apply_rejection(self, reason)

    def _prepare_claim(self, record, connection, seconds):
        """Return the claim of this message.

        :param record: the record it is about; empty if that was deleted
        """
        self.ensure_one()
        return Claim(
            message_id=self.id,
            agreement_id=self.agreement_id.id,
            attempt=self.attempts + 1,
            operation=self.operation,
            body=self._load(self.request),
            key=self.idempotency_key,
            code=record._get_resource() if record else "",
            known=frozenset(record._get_known_codes(self.operation)) if record else frozenset(),
            ask_first=self.state in ("sending", "unknown") and not self._is_repeatable(),
            connection=connection,
            seconds=seconds,
        )

    @api.model
    def _show_holds(self, message_ids=None):
        """Show on messages and their records why nothing is sent under their agreement."""
        held = [
            ("direction", "=", "outgoing"),
            ("state", "in", ("waiting", "unknown")),
            ("error", "=", False),
            "|",
            ("agreement_id.enabled", "=", False),
            ("agreement_id.queue_stopped", "=", True),
        ]
        if message_ids is not None:
            held.append(("id", "in", message_ids))
        for message in self.search(held):
            message = message._with_sender_context()
            text = message.agreement_id._describe_hold()
            message.error = text
            message._get_record()._show_problem(message, text)

    def _with_sender_context(self):
        """Return the messages in the language and time zone of the user who sent them.

        This user reads the result, and entries made of it have the date of this user's time zone.
        For messages that a cron sent it is the responsible of the agreement.
        """
        if not self:
            return self
        if self.create_uid.id == SUPERUSER_ID:
            return self.with_context(**self.agreement_id[:1]._get_reader_context())
        sender = self.create_uid
        return self.with_context(lang=sender.lang, tz=sender.tz or TIME_ZONE)
