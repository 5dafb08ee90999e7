import hashlib
import json
import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...const import TIME_ZONE
from ...tools.asaas.charge import is_reference
from ...tools.errors import Absurd, ServiceError
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Pause while a worker exchanges the charge with the provider.
BUSY_PAUSE = timedelta(seconds=3)
# Kind of what came with the provider's token and is no event: kept, so that nothing is lost.
UNREADABLE = "unreadable"


class ResellerBillingEvent(models.Model):
    """Inbox of a receipts provider's events of charges. Seed 003, "baixada automaticamente".

    Events are stored once by the provider's own id, and processed afterwards. An event only says
    that a charge changed; its state is then requested, so that repeated, late and outdated events
    do no harm.
    """

    _name = "reseller.billing.event"
    _description = "Event of a Receipts Provider"
    _inherit = ["reseller.billing.abstract.guard", "reseller.billing.abstract.state"]
    _order = "id desc"
    _check_company_auto = True
    _transitions = {
        "waiting": {"orphan", "failed"},
        "done": {"waiting", "orphan", "failed"},
        # A charge that was not made here.
        # Done: booked, and the booking was undone.
        "orphan": {"done", "waiting"},
        "failed": {"waiting"},
    }

    provider_id = fields.Many2one(
        comodel_name="payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    event_ref = fields.Char(
        string="Event ID",
        required=True,
        readonly=True,
        help="The provider's id of the event; a repetition is not stored again.",
    )
    kind = fields.Char(readonly=True, help="In the provider's own words.")
    source = fields.Selection(
        selection=[("webhook", "Webhook"), ("poll", "Reconciliation")],
        required=True,
        readonly=True,
        default="webhook",
    )
    charge_reference = fields.Char(string="Charge", readonly=True, index="btree_not_null")
    charge_id = fields.Many2one(
        comodel_name="payment.transaction",
        string="Transaction",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("orphan", "Unidentified"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    payload = fields.Text(readonly=True, groups="reseller_billing.reseller_billing_group_manager")
    error = fields.Text(string="Problem", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True, default=lambda self: get_now(self.env))
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="Unidentified Amount",
        readonly=True,
        help="Paid by a charge that was not made here, in BRL.",
    )
    fee = fields.Monetary(string="Provider's Fee", readonly=True, help="Of that payment, in BRL.")
    paid_on = fields.Date(readonly=True)
    payment_id = fields.Many2one(
        comodel_name="account.payment",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="Booked here by hand.",
    )

    _once = models.UniqueIndex("(provider_id, event_ref)", "An event is stored once.")
    _waiting_idx = models.Index("(next_attempt) WHERE state = 'waiting'")

    # -------------------------------------------------------------------------
    # RECEIVING
    # -------------------------------------------------------------------------

    @api.model
    def _receive(self, provider, events, source="webhook"):
        """Store events once each, to be understood by the cron.

        :param provider: payment.provider
        :param events: list of (provider's id, kind, charge's reference, payload as text)
        :return: how many are new
        """
        if not events:
            return 0
        now = get_now(self.env)
        rows = [
            SQL(
                "%s",
                (
                    provider.id,
                    provider.company_id.id,
                    reference,
                    kind,
                    source,
                    charge,
                    payload,
                    "waiting",
                    now,
                    SUPERUSER_ID,
                    now,
                    SUPERUSER_ID,
                    now,
                ),
            )
            for reference, kind, charge, payload in events
        ]
        # Two requests may store the same event at this very moment: neither waits nor fails.
        # Where another request is faster PostgreSQL refuses, and the host would log the query with
        # the bodies in it; the request is repeated anyway.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO reseller_billing_event (
                    provider_id, company_id, event_ref, kind, source, charge_reference, payload,
                    state, next_attempt, create_uid, create_date, write_uid, write_date)
                VALUES %s ON CONFLICT (provider_id, event_ref) DO NOTHING RETURNING id
                """,
                SQL(", ").join(rows),
            ),
            log_exceptions=False,
        )
        stored = self.env.cr.fetchall()
        if stored:
            self._trigger_processing()
        return len(stored)

    @api.model
    def _trigger_processing(self, at=None):
        """Trigger the cron, always: a run under way may have read the inbox already."""
        self.env.ref("reseller_billing.ir_cron_process_events").sudo()._trigger(
            at or get_now(self.env)
        )

    # -------------------------------------------------------------------------
    # PROCESSING
    # -------------------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Process waiting events, one transaction for each charge."""
        # Crons have no time zone of their own, and what is booked has a day.
        self = self.with_context(tz=TIME_ZONE)
        domain = [("state", "=", "waiting"), ("next_attempt", "<=", get_now(self.env))]
        cron = self.env["ir.cron"]
        due = self.search(domain, order="id")
        cron._commit_progress(remaining=len(due))
        done = set()
        for event_id in due.ids:
            if event_id in done:
                continue
            # Browsed one by one, because each commit empties the cache.
            paused = self.env["payment.provider"]._get_paused_ids(get_now(self.env))
            free = [*domain, ("provider_id", "not in", paused)]
            event = self.browse(event_id).try_lock_for_update().filtered_domain(free)
            together = event._process() if event else event
            done.update(together.ids)
            if not cron._commit_progress(max(len(together), 1)):
                # The host's own rescheduling starts the cron up to a minute late.
                self._trigger_processing()
                break

    def _process(self):
        """Process this event with all waiting events of its charge.

        :return: the processed events
        """
        self.ensure_one()
        charge = self._find_charge()
        reader = charge._get_fatura_responsible() if charge else self.provider_id.billing_user_id
        together = self._get_events_of_charge().with_context(lang=reader.lang)
        if charge._is_busy():
            together._postpone_shortly()
            return together
        try:
            with self.env.cr.savepoint():
                together._process_charge()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # At once: a later trigger wakes the cron up to a minute late, and somebody is waiting
            # for the page to say that it is paid.
            together._postpone_shortly(timedelta())
        except (UserError, ServiceError) as error:
            if isinstance(error, ServiceError):
                together.provider_id._note_exchange(error)
            together._postpone(together._describe_failure(error), at_once=_is_absurd(error))
        except Exception as error:
            _logger.exception("Event %s could not be processed", self.id)
            together._postpone(
                self.env._(
                    "This event could not be processed, nothing was changed. It is retried; "
                    "correct the cause.\n%(reason)s",
                    reason=str(error),
                )
            )
        return together

    def _postpone_shortly(self, pause=BUSY_PAUSE):
        """Leave these events to another run: a worker is exchanging their charge."""
        at = get_now(self.env) + pause
        self.next_attempt = at
        self._trigger_processing(at)

    def _get_events_of_charge(self):
        """Return the waiting events of the same charge, which one request processes."""
        if not self.charge_reference:
            return self
        others = self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("charge_reference", "=", self.charge_reference),
                ("state", "=", "waiting"),
            ]
        )
        return self | others.try_lock_for_update()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_retry(self):
        """Retry events now."""
        self.check_access("write")
        waiting = self.sudo().filtered(lambda event: event.state != "done")
        waiting._move_to("waiting", next_attempt=get_now(self.env))
        waiting._trigger_processing()
        return True

    def action_set_done(self):
        """Close unidentified payments that need no booking, or were booked by hand."""
        self.check_access("write")
        self.sudo().filtered(lambda event: event.state in ("orphan", "failed"))._close("done")
        return True

    @api.model
    def _read_payload(self, body):
        """Return (id, kind, charge's reference, text) of a webhook's body.

        Whatever JSON admits is taken, because the provider repeats what is not answered with 200
        and stops in the end. What cannot be read is kept as one of the kind `UNREADABLE`.

        :param body: bytes
        :raise ValueError: if it is no JSON, or no event: it has neither id nor name
        """
        text = body.decode("utf-8-sig", errors="replace")
        try:
            # Numbers are not needed, and Python converts none of thousands of digits.
            data = json.loads(text, parse_int=_skip_number, parse_float=_skip_number)
        except RecursionError:
            return self._read_unreadable(body, text)
        if not (isinstance(data, dict) and self._is_event(data)):
            raise ValueError("no event")
        event_ref, kind = _clean(data["id"]), _clean(data["event"])
        if not (event_ref and kind):
            return self._read_unreadable(body, text)
        payment = data.get("payment")
        reference = payment.get("id") if isinstance(payment, dict) else None
        return event_ref, kind, reference if is_reference(reference) else None, _clean(text)

    @api.model
    def _is_event(self, data):
        texts = (data.get("id"), data.get("event"))
        return all(isinstance(text, str) and 0 < len(text) <= 200 for text in texts)

    @api.model
    def _read_unreadable(self, body, text):
        digest = hashlib.sha256(body).hexdigest()
        return f"{UNREADABLE}:{digest}", UNREADABLE, None, _clean(text)


def _is_absurd(error):
    return isinstance(error, Absurd)


def _skip_number(_digits):
    return None


def _clean(text):
    """Return a text that PostgreSQL stores: without NUL and halves of characters."""
    return text.replace("\x00", "").encode(errors="replace").decode()
