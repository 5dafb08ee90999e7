import functools
import logging
import secrets
import threading
from dataclasses import replace
from time import monotonic

from odoo import api, fields, models
from odoo.fields import Domain

from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Limits of what is sent within a user's own request, all requests of it together; the cron sends
# the rest. One user of a process waits at a time.
IMMEDIATE_CHARGES = 3
IMMEDIATE_SECONDS = 5
IMMEDIATE = threading.Lock()
POSTCOMMIT_KEY = "reseller_billing.charges"
TASKS = [
    ("register", "Register"),
    ("update", "Change value or due date"),
    ("delete", "Cancel"),
    ("cash", "Report payment to the company"),
    ("uncash", "Undo the report of payment to the company"),
    ("refund", "Refund"),
    ("follow", "Request its state"),
]


class PaymentTransaction(models.Model):
    """Outbox of charges to the receipts provider.

    Before a charge is made the provider is asked whether it has it, whatever is stored here: a
    worker may have died after its request, or a backup have brought back what was done already.
    """

    _name = "payment.transaction"
    _inherit = [
        "reseller.billing.abstract.guard",
        "payment.transaction",
        "reseller.billing.abstract.outbox",
    ]
    # The lease: six requests of ten seconds, and a PDF.
    _outbox_prefix = "charge_"
    _outbox_order = "charge_next_attempt, id"
    _outbox_cron = "reseller_billing.ir_cron_send_charges"

    charge_task = fields.Selection(selection=TASKS, string="To Be Sent", readonly=True, copy=False)
    charge_ticket = fields.Char(
        readonly=True,
        copy=False,
        help="New with each task, so that an answer ends only its own task.",
    )
    charge_next_attempt = fields.Datetime(readonly=True, copy=False)
    charge_lease_until = fields.Datetime(
        readonly=True, copy=False, help="Until then a worker is sending it to the provider."
    )
    charge_attempts = fields.Integer(readonly=True, copy=False)
    charge_asked = fields.Boolean(
        readonly=True,
        copy=False,
        help="A registration was tried, so that the provider may have the charge.",
    )
    charge_refund_wanted = fields.Monetary(
        readonly=True, copy=False, help="Total of all refunds, requested ones included."
    )

    _charge_task_idx = models.Index("(charge_next_attempt) WHERE charge_task IS NOT NULL")

    # -------------------------------------------------------------------------
    # QUEUE
    # -------------------------------------------------------------------------

    def _queue_charge(self, task, **values):
        """Queue a task of these charges, which is sent right after the commit.

        The registration of a charge has all its present values; a cancellation or a payment
        meanwhile is sent after it.
        """
        if task in ("register", "update", "delete", "uncash"):
            values = {"charge_cancel_wanted": task == "delete", **values}
        self.write(
            {
                "charge_task": task,
                "charge_ticket": secrets.token_hex(4),
                "charge_next_attempt": get_now(self.env),
                "charge_attempts": 0,
                **values,
            }
        )
        for charge in self.filtered(lambda charge: charge.charge_state == "error"):
            charge._move_charge_to("processing")
        self._deliver_after_commit()

    def _is_busy(self):
        """Return whether a worker is talking to the provider about this charge right now."""
        now = get_now(self.env)
        return any(one.charge_lease_until and one.charge_lease_until > now for one in self)

    def _deliver_after_commit(self):
        """Send these charges after the commit: some at once, many by the cron."""
        if self.env.context.get("cron_id") or len(self) > IMMEDIATE_CHARGES:
            self._trigger_delivery()
            return
        postcommit = self.env.cr.postcommit
        pending = postcommit.data.setdefault(POSTCOMMIT_KEY, [])
        if not pending:
            outbox = self.env["payment.transaction"]
            postcommit.add(functools.partial(outbox._send_committed, pending))
        pending.extend(charge_id for charge_id in self.ids if charge_id not in pending)

    @api.model
    def _send_committed(self, charge_ids):
        """Send after the commit. Errors are logged: the user's own request has succeeded already.

        :param charge_ids: list of ids, emptied here
        """
        now, later = charge_ids[:IMMEDIATE_CHARGES], charge_ids[IMMEDIATE_CHARGES:]
        try:
            if not self._send_immediately(now) or later:
                self._in_own_transaction(lambda charges: charges._trigger_delivery())
        except Exception:
            _logger.exception("Sending after commit stopped; the cron goes on with it")
        finally:
            charge_ids.clear()

    @api.model
    def _send_immediately(self, charge_ids):
        """Send while a user waits, a few seconds at most.

        :return: whether nothing is left to the cron: there was time for all, nobody else of this
            process waits, and the provider has just been answering
        """
        if not IMMEDIATE.acquire(blocking=False):
            return False
        try:
            if self._in_own_transaction(lambda charges: charges._is_any_silent(charge_ids)):
                return False
            deadline = monotonic() + IMMEDIATE_SECONDS
            return len(list(self._send_due(deadline, charge_ids))) >= len(charge_ids)
        finally:
            IMMEDIATE.release()

    @api.model
    def _is_any_silent(self, charge_ids):
        """Return whether the provider of one of some charges did not answer just now."""
        providers = self.browse(charge_ids).exists().provider_id
        return bool(providers & providers._get_silent(get_now(self.env)))

    @api.model
    def _limit_job(self, job, deadline):
        client = job.client and job.client.until(deadline)
        return replace(job, client=client, deadline=deadline)

    # -------------------------------------------------------------------------
    # SENDING
    # -------------------------------------------------------------------------

    @api.model
    def _cron_send_charges(self):
        """Send the providers all that is due, until done or out of time.

        Keys that were changed are proved first.
        """
        self.env["payment.provider"]._prove_accounts()
        self._send_due_by_cron()

    @api.model
    def _get_unsent_domain(self, now):
        # Nothing is claimed for a provider that accepts no requests now.
        paused = self.env["payment.provider"]._get_paused_ids(now)
        is_taken = Domain("provider_id", "not in", paused) if paused else Domain.TRUE
        if held := self.env["payment.provider"]._get_held_ids(now):
            is_taken &= Domain("provider_id", "not in", held) | Domain(
                "charge_task", "!=", "register"
            )
        return Domain("charge_task", "!=", False) & is_taken

    def _is_slip_missing(self):
        """Return whether the boleto line, its file or the Pix of this charge is missing."""
        lacks_line = self.charge_kind != "pix" and not self.slip_line
        lacks_line |= bool(self.slip_url) and not self.slip_pdf
        return lacks_line or (self.charge_kind != "boleto" and not self.pix_payload)
