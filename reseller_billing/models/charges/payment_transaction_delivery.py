import functools
import logging
import secrets
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.service.model import retrying
from psycopg2.errors import SerializationFailure

_logger = logging.getLogger(__name__)

# What a user's own request waits for at most; the cron does the rest.
IMMEDIATE_CHARGES = 3
IMMEDIATE_SECONDS = 5
POSTCOMMIT_KEY = "reseller_billing.charges"
# A worker that holds a charge longer than this is taken to be dead: six requests of ten seconds.
LEASE = timedelta(minutes=2)
TASKS = [
    ("register", "Register"),
    ("update", "Change value or due date"),
    ("delete", "Cancel"),
    ("cash", "Tell that it was paid to the company"),
    ("uncash", "Take back that it was paid to the company"),
    ("refund", "Give money back"),
    ("follow", "Ask how it stands"),
]


class PaymentTransaction(models.Model):
    """What is still to be told to the receipts provider, and telling it: an outbox.

    Claim (commit), exchange, apply (commit). A crash between any two leaves the charge to the next
    worker, which asks the provider before it sends again; no charge is ever made twice.
    """

    _inherit = "payment.transaction"

    charge_task = fields.Selection(selection=TASKS, string="To Be Sent", readonly=True, copy=False)
    charge_ticket = fields.Char(
        readonly=True, copy=False, help="New with each task: what is done by then is the older one."
    )
    charge_next_attempt = fields.Datetime(readonly=True, copy=False)
    charge_lease_until = fields.Datetime(
        readonly=True, copy=False, help="Until then a worker is talking to the provider."
    )
    charge_attempts = fields.Integer(readonly=True, copy=False)
    charge_asked = fields.Boolean(
        readonly=True, copy=False, help="A registration was tried: look it up before another."
    )
    charge_refund_wanted = fields.Monetary(
        readonly=True, copy=False, help="How much is to be refunded in all."
    )

    _charge_task_idx = models.Index("(charge_next_attempt) WHERE charge_task IS NOT NULL")

    # -------------------------------------------------------------------------
    # WHAT IS TO BE SENT
    # -------------------------------------------------------------------------

    def _queue_charge(self, task, **values):
        """Have something told to the provider right after this transaction's commit.

        A charge that is not registered yet is told everything by its registration; what is to be
        cancelled or was paid meanwhile comes after.
        """
        self.write(
            {
                "charge_task": task,
                "charge_ticket": secrets.token_hex(4),
                "charge_next_attempt": fields.Datetime.now(),
                "charge_attempts": 0,
                **values,
            }
        )
        for charge in self.filtered(lambda charge: charge.charge_state == "error"):
            charge._move_charge_to("processing")
        self._deliver_after_commit()

    def _is_busy(self):
        """Return whether a worker is talking to the provider about this charge right now."""
        now = fields.Datetime.now()
        return any(one.charge_lease_until and one.charge_lease_until > now for one in self)

    def _deliver_after_commit(self):
        if self.env.context.get("cron_id") or len(self) > IMMEDIATE_CHARGES:
            self._trigger_delivery()
            return
        postcommit = self.env.cr.postcommit
        pending = postcommit.data.setdefault(POSTCOMMIT_KEY, [])
        if not pending:
            postcommit.add(functools.partial(_deliver_committed, self.env.registry, pending))
        pending.extend(charge_id for charge_id in self.ids if charge_id not in pending)

    @api.model
    def _trigger_delivery(self, at=None):
        self.env.ref("reseller_billing.ir_cron_send_charges").sudo()._trigger(at)

    # -------------------------------------------------------------------------
    # SENDING
    # -------------------------------------------------------------------------

    @api.model
    def _cron_send_charges(self):
        """Tell the providers all that is due, until done or out of time."""
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=self.search_count(self._get_due_domain()))
        deadline = time.monotonic() + left
        for _done in self._deliver_charges(deadline=deadline):
            if not cron._commit_progress(1):
                # The host's own rescheduling wakes nobody up for up to a minute.
                self._trigger_delivery()
                return

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        is_free = Domain("charge_lease_until", "=", False) | Domain("charge_lease_until", "<", now)
        is_due = Domain("charge_next_attempt", "<=", now)
        # A provider that takes no requests is not asked for each of thousands.
        pause = self.env["payment.provider"]._get_paused_ids(now)
        is_taken = Domain("provider_id", "not in", pause) if pause else Domain.TRUE
        return Domain("charge_task", "!=", False) & is_due & is_free & is_taken

    @api.model
    def _deliver_charges(self, charge_ids=None, *, deadline):
        """Send what is due, one charge after another; yield after each. Never raises for what
        happens outside: charges and faturas tell.

        :param charge_ids: only these; all that are due if not said
        :param deadline: by `time.monotonic`, after it nothing new is begun
        """
        tried = set()
        while time.monotonic() < deadline:
            job = self._in_own_transaction(lambda model: model._claim_charge(charge_ids, tried))
            if job is None:
                return
            tried.add(job["charge_id"])
            outcome = self._exchange(job)
            try:
                self._in_own_transaction(
                    lambda model, job=job, outcome=outcome: model._apply_outcome(job, outcome)
                )
            except Exception as error:
                _logger.exception("Charge %s: the answer could not be applied", job["charge_id"])
                self._in_own_transaction(
                    lambda model, job=job, error=error: model._postpone(job, error)
                )
            yield job["charge_id"]

    @api.model
    def _in_own_transaction(self, function):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(functools.partial(function, env[self._name]), env)

    @api.model
    def _claim_charge(self, charge_ids, tried):
        """Take one due charge for this worker.

        :return: what is to be done, as plain values; None if nothing is due
        """
        domain = self._get_due_domain() & Domain("id", "not in", list(tried))
        if charge_ids is not None:
            domain &= Domain("id", "in", charge_ids)
        for charge in self.search(domain, order="charge_next_attempt, id", limit=20):
            try:
                claimed = charge.try_lock_for_update().filtered_domain(domain)
            except SerializationFailure:
                continue
            if claimed:
                return claimed._claim()
        return None

    def _claim(self):
        """Lease this charge and return the job."""
        self.ensure_one()
        job = {
            "charge_id": self.id,
            "task": self.charge_task,
            "ticket": self.charge_ticket,
            "reference": self.provider_reference,
            "provider_id": self.provider_id.id,
            "ask_first": self.charge_asked,
            "kind": self.charge_kind,
            "needs_slip": self._lacks_slip(),
        }
        values = {
            "charge_lease_until": fields.Datetime.now() + LEASE,
            "charge_attempts": self.charge_attempts + 1,
        }
        if self.charge_task in ("register", "update"):
            values["charge_asked"] = True
        self.write(values)
        return job

    def _lacks_slip(self):
        """Return whether the payer has no boleto line, or no Pix, that they should have."""
        lacks_line = self.charge_kind != "pix" and not self.slip_line
        return lacks_line or (self.charge_kind != "boleto" and not self.pix_payload)


def _deliver_committed(registry, charge_ids):
    """Send after the commit; whatever happens, the user's own request has already succeeded."""
    deadline = time.monotonic() + IMMEDIATE_SECONDS
    now, later = charge_ids[:IMMEDIATE_CHARGES], charge_ids[IMMEDIATE_CHARGES:]
    try:
        with registry.cursor() as cr:
            charges = api.Environment(cr, SUPERUSER_ID, {})["payment.transaction"]
            if later:
                charges._in_own_transaction(lambda model: model._trigger_delivery())
            for _done in charges._deliver_charges(now, deadline=deadline):
                pass
    except Exception:
        _logger.exception("Sending after commit stopped; the cron goes on with it")
    finally:
        charge_ids.clear()
