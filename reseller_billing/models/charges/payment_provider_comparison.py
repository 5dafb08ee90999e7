import functools
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import retrying

from ...const import RECEIPTS_CODES, TIME_ZONE
from ...tools.errors import ServiceError
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Days for which charges are compared with the provider's, a page of 100 a request.
COMPARED_DAYS = 90
# Older charges that are requested one by one in a run: those that can be paid, and the others.
OLD_CHARGES = 100
OLD_ENDED_CHARGES = 50
# Days after which a charge that ended is not requested any more.
LONGEST_LIFE = 730
ENDED_STATES = (
    "confirmed",
    "received",
    "partially_refunded",
    "refunded",
    "charged_back",
    "cancelled",
)
# Days for which a missing boleto line or Pix is requested.
SLIP_DAYS = 3


class PaymentProvider(models.Model):
    """Comparison with a receipts provider, which finds what no event told."""

    _inherit = "payment.provider"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_compare(self):
        """Look for all that lives at the provider and is unknown here, in the background.

        :return: the window of the comparison
        """
        self.ensure_one()
        self.check_access("write")
        comparison = self.env["reseller.billing.comparison"].sudo()._begin(self, "hand")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "reseller_billing.reseller_billing_comparison_action"
        )
        return {**action, "views": [(False, "form")], "res_id": comparison.id}

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_reconcile(self):
        """Check the webhooks, and compare charges for events that were missed.

        Each provider by itself: another transaction in the way, or a provider that does not
        answer, costs no other its turn.
        """
        # Crons have no time zone of their own.
        self = self.with_context(tz=TIME_ZONE)
        self.env["reseller.billing.comparison"]._begin_if_restored()
        providers = self.search(
            Domain("code", "in", RECEIPTS_CODES) & Domain("state", "!=", "disabled")
        )
        cron = self.env["ir.cron"]
        steps = [self._check_own_side, self.env["account.move"]._watch_mails]
        cron._commit_progress(remaining=len(providers) + len(steps))
        steps += [self.browse(provider_id)._reconcile for provider_id in providers.ids]
        for step in steps:
            try:
                retrying(functools.partial(step), self.env)
            except Exception:
                _logger.exception("A part of the comparison failed; the others go on")
            if not cron._commit_progress(1):
                break

    @api.model
    def _check_own_side(self):
        """Find what was changed here past the addon, and what does not run."""
        self.env["account.move"]._queue_missed_changes()
        self.env["account.move"]._check_charge_marks()
        self.env["res.company"]._tell_stopped_work()

    def _reconcile(self):
        """Check the webhook of this provider, and compare its charges."""
        self.ensure_one()
        if self.webhook_key:
            self._check_webhook()
        try:
            self._queue_missing_slips()
            self._queue_old_charges()
            self._compare_charges()
        except (ServiceError, UserError) as error:
            self.webhook_problem = self._describe_failure(error)

    def _get_waiting_domain(self):
        return (
            self._get_own_domain()
            & Domain("charge_state", "in", ("awaiting", "overdue"))
            & Domain("charge_task", "=", False)
        )

    def _queue_missing_slips(self):
        """Queue requests for missing boleto lines and Pix of live charges."""
        no_line = Domain("slip_line", "in", (False, "")) & Domain("charge_kind", "!=", "pix")
        no_pix = Domain("pix_payload", "in", (False, "")) & Domain("charge_kind", "!=", "boleto")
        # An account without a Pix key never gives one.
        since = get_now(self.env) - timedelta(days=SLIP_DAYS)
        is_new = Domain("create_date", ">=", since)
        self.env["payment.transaction"].search(
            self._get_waiting_domain() & (no_line | no_pix) & is_new
        )._queue_charge("follow")

    def _queue_old_charges(self):
        """Queue requests for charges too old for the comparison; some in each run, in turn.

        Those that ended, too: a chargeback comes after months, and what ended here may live there.
        """
        now = get_now(self.env)
        old = Domain("create_date", "<", now - timedelta(days=COMPARED_DAYS))
        ended = (
            self._get_own_domain()
            & Domain("charge_state", "in", ENDED_STATES)
            & Domain("charge_task", "=", False)
            & Domain("provider_reference", "!=", False)
            & Domain("create_date", ">=", now - timedelta(days=LONGEST_LIFE))
        )
        for domain, limit in (
            (self._get_waiting_domain(), OLD_CHARGES),
            (ended, OLD_ENDED_CHARGES),
        ):
            self.env["payment.transaction"].search(
                domain & old, order="charge_asked_at NULLS FIRST, id", limit=limit
            )._queue_charge("follow", charge_asked_at=now)

    def _queue_unseen_charges(self, since):
        """Queue requests for live charges that were neither listed nor requested since a moment."""
        unseen = Domain("charge_asked_at", "=", False) | Domain("charge_asked_at", "<", since)
        self.env["payment.transaction"].search(
            self._get_waiting_domain()
            & unseen
            & Domain("provider_reference", "!=", False)
            & Domain("create_date", "<", since)
        )._queue_charge("follow", charge_asked_at=get_now(self.env))

    def _compare_charges(self, days=COMPARED_DAYS):
        """Store an event for each charge of the last days that differs from the provider's.

        :param days: age of the oldest charges
        :return: number of charges that differ
        :raise ServiceError: if the provider does not answer; differences found before are stored
        """
        self.ensure_one()
        client = self._get_receipts_client()
        since = fields.Date.context_today(self) - timedelta(days=days)
        offset, more, differing, seen = 0, True, 0, set()
        while more:
            page = client.list_charges(since, offset)
            offset += page.count
            more = page.has_more and bool(page.count)
            seen.update(charge.reference for charge in page.records)
            seen.update(page.unreadable)
            differing += self._store_differences(page.records)
            differing += self._store_unreadable(page.unreadable)
        self._queue_unlisted_charges(since, seen)
        return differing

    def _store_unreadable(self, references):
        """Store an event for each charge of ours that the provider lists in an absurd way.

        It is requested alone then, and its responsible told if it stays so.

        :param references: the provider's ids
        :return: number of events
        """
        if not references:
            return 0
        known = self.env["payment.transaction"].search(
            [("provider_id", "=", self.id), ("provider_reference", "in", list(references))]
        )
        today = fields.Date.context_today(self).isoformat()
        events = [
            (f"poll:{reference}:unreadable:{today}", "unreadable charge", reference, None)
            for reference in known.mapped("provider_reference")
        ]
        return self.env["reseller.billing.event"]._receive(self, events, "poll")

    def _queue_unlisted_charges(self, since, seen):
        """Queue requests for live charges that the provider does not list: they may be deleted.

        :param since: day from which charges were listed
        :param seen: set of the provider's ids that were listed
        """
        live = self.env["payment.transaction"].search(
            self._get_waiting_domain() & Domain("create_date", ">", since + timedelta(days=1))
        )
        live.filtered(
            lambda charge: charge.provider_reference and charge.provider_reference not in seen
        )._queue_charge("follow")

    def _store_differences(self, found):
        transactions = self.env["payment.transaction"].search_fetch(
            [
                ("provider_id", "=", self.id),
                ("provider_reference", "in", [c.reference for c in found]),
            ],
            [
                "provider_reference",
                "charge_raw_state",
                "charge_state",
                "charge_refunded",
                "charge_found_amount",
                "charge_found_due_date",
            ],
        )
        known = {tx.provider_reference: tx for tx in transactions}
        events = []
        for charge in found:
            transaction = known.get(charge.reference)
            back = float(charge.refunded)
            if transaction and transaction._is_known_as(charge):
                continue
            if not transaction and charge.paid is None:
                # Made elsewhere, or being made here: only paid ones matter.
                continue
            # A charge that differs again after its event is processed again, once a day.
            again = fields.Date.context_today(self).isoformat() if transaction else "orphan"
            terms = f"{charge.amount}:{charge.due_date}"
            reference = f"poll:{charge.reference}:{charge.raw_state}:{back:.2f}:{terms}:{again}"
            events.append((reference, charge.raw_state, charge.reference, None))
        return self.env["reseller.billing.event"]._receive(self, events, "poll")
