import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# For each `recurso` of an event: the model, the fields that its `codigo` can be in, and the query.
# A renewal may bring a new code, and events about the old one.
EVENT_RESOURCES = {
    "cliente": ("supplier.credit.customer", ("vat",), "customer_query"),
    "pre-autorizacao": (
        "supplier.credit.preauthorization",
        ("code", "former_code"),
        "preauthorization_query",
    ),
    "transacao": ("supplier.credit.transaction", ("code",), "transaction_query"),
    "pos-venda": ("supplier.credit.post.sale", ("code",), "post_sale_query"),
}
# An event may arrive before the answer that brings its code; it waits so long for the answer.
PATIENCE = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)


class SupplierCreditMessage(models.Model):
    """Inbox: events that Supplier sends. Each is stored first and processed afterwards.

    An event names the record that changed, not how. The record is queried, and the answer is its
    present state, so that repeated and late events do no harm. Source: docs/api, webhooks.
    """

    _inherit = "supplier.credit.message"
    # waiting → done
    #    ⇅
    # failed (no record is found; retried by hand)
    _incoming_transitions = {
        "waiting": {"failed"},
        "done": {"waiting"},
        "failed": {"waiting"},
    }

    direction = fields.Selection(
        selection=[("outgoing", "Outgoing"), ("incoming", "Incoming")],
        required=True,
        readonly=True,
        default="outgoing",
    )
    operation = fields.Selection(
        selection_add=[("event", "Event from Supplier")], ondelete={"event": "cascade"}
    )
    event_id = fields.Char(
        string="Event ID",
        readonly=True,
        help="Supplier's identifier of the event; a repetition is not stored again.",
    )

    _event_unique = models.UniqueIndex(
        "(agreement_id, event_id) WHERE event_id IS NOT NULL", "An event is stored once."
    )
    _incoming_idx = models.Index("(id) WHERE direction = 'incoming' AND state = 'waiting'")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _receive_event(self, agreement, event):
        """Store an event once, to be processed after this transaction's commit.

        :param agreement: the `supplier.credit.agreement` whose address it was sent to
        :param event: its JSON object, as `tools.api.webhook.read_event()` returns it
        :return: the message; empty for a repetition
        """
        inbox = self.with_user(SUPERUSER_ID)
        known = [("agreement_id", "=", agreement.id), ("event_id", "=", event["idEvento"])]
        if inbox.search_count(known, limit=1):
            return inbox.browse()
        try:
            # The host would log the refused query with the body in it.
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return inbox.create(
                    {
                        "agreement_id": agreement.id,
                        "direction": "incoming",
                        "operation": "event",
                        "event_id": event["idEvento"],
                        # Until its record is found.
                        "res_model": agreement._name,
                        "res_id": agreement.id,
                        "request": self._dump(event),
                    }
                )
        except UniqueViolation:
            # The same event is being stored by another request at this very moment.
            return inbox.browse()

    @api.model
    def _process_events(self):
        """Query the records of the waiting events, each in a savepoint of its own."""
        waiting = [("direction", "=", "incoming"), ("state", "=", "waiting")]
        now = get_now(self.env)
        due = self.search([*waiting, ("next_attempt", "<=", now)], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for message_id in due.ids:
            # Browsed one by one, because each commit empties the cache.
            event = self.browse(message_id).try_lock_for_update().filtered_domain(waiting)
            if event:
                event._process_event()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _process_event(self):
        """Queue the query of this event's record, or show why that is impossible."""
        agreement = self.agreement_id
        event = self.with_company(agreement.company_id).with_context(
            **agreement._get_reader_context()
        )
        try:
            event._process_in_savepoint(event._query_subject)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Another process has the record at the moment; the next run processes the event.
            _logger.info("Event %s is left to the next run", self.id)

    def _show_failure(self, reason):
        self._move_to("failed", error=reason, attempts=self.attempts + 1)

    def _describe_unexpected(self, error):
        return self.env._(
            "This event could not be processed. Nothing was changed. Correct the cause and "
            "retry.\n%(reason)s",
            reason=str(error),
        )

    def _query_subject(self):
        """Queue the query of this event's record, or wait for the answer that brings its code.

        :raise UserError: naming the unknown record and what to do
        """
        body = self._load(self.request)
        resource, code = _get_printable(body.get("recurso")), _get_printable(body.get("codigo"))
        if resource not in EVENT_RESOURCES:
            raise UserError(
                self.env._(
                    "Supplier says that %(resource)s %(code)s changed, which this system does not "
                    "know how to query. Look it up at Supplier; after an update of the system the "
                    "event can be retried.",
                    resource=resource,
                    code=code,
                )
            )
        model, names, operation = EVENT_RESOURCES[resource]
        known_by = Domain.OR(Domain(name, "=", code) for name in names)
        record = self.env[model].search(
            known_by & Domain("agreement_id", "=", self.agreement_id.id), limit=1
        )
        if record:
            self._queue_query(record, operation)
            self._move_to(
                "done",
                res_model=model,
                res_id=record.id,
                attempts=self.attempts + 1,
                error=False,
            )
            return
        values = {"agreement": self.agreement_id.name, "resource": resource, "code": code}
        if self._is_answer_outstanding():
            self._move_to(
                "waiting",
                attempts=self.attempts + 1,
                next_attempt=get_now(self.env) + PAUSE,
                error=self.env._(
                    "Nothing is known yet under %(resource)s %(code)s of agreement %(agreement)s. "
                    "Messages of the agreement are still without an answer, which may bring it; "
                    "the event waits for them.",
                    **values,
                ),
            )
            return
        raise UserError(
            self.env._(
                "Supplier says that %(resource)s %(code)s changed, but nothing is known under it "
                "in agreement %(agreement)s. If it was made outside this system, settle it with "
                "Supplier. If not, see which message still waits, deliver it and retry this event.",
                **values,
            )
        )

    def _queue_query(self, record, operation):
        """Queue a query of the record; one that waits already is used, and sent at once.

        A query that waits in this transaction's snapshot is sent after the event was stored, so its
        answer includes the change.
        """
        queries = self._find_open(record, operation).filtered(
            lambda query: query.state in ("waiting", "unknown")
        )
        if not queries:
            record._queue_message(self.agreement_id, operation, None)
        queries.filtered(lambda query: query.next_attempt > get_now(self.env))._retry()

    def _is_answer_outstanding(self):
        """Return whether an answer that is still outstanding may bring the code of this event."""
        if get_now(self.env) - self.create_date > PATIENCE:
            return False
        outstanding = [
            ("agreement_id", "=", self.agreement_id.id),
            ("direction", "=", "outgoing"),
            ("state", "in", ("sending", "unknown", "answered")),
        ]
        return bool(self.search_count(outstanding, limit=1))

    def _get_sources(self, state):
        if self.direction == "incoming":
            return self._incoming_transitions.get(state, set())
        return super()._get_sources(state)

    def _filter_incoming(self):
        return self.filtered(lambda message: message.direction == "incoming")

    @api.model
    def _trigger_processing(self):
        """Have the stored events processed by their cron, soon."""
        self.env.ref("supplier_credit.ir_cron_process_events").sudo()._trigger(get_now(self.env))


def _get_printable(value):
    """Return the value as a text that can be shown, stored and searched for."""
    is_plain = isinstance(value, str) and value and value.isprintable()
    return value if is_plain else ascii(value)
