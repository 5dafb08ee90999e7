from datetime import timedelta

from odoo import api, fields, models

from ...const import LIVE_STATES
from ...tools.activity import end_told
from ...tools.attempts import TELL_AFTER, get_pause
from ...tools.errors import Absurd, Missing, Rejected, ServiceError, Unauthorized
from ...tools.receipts import DailyLimit
from ..common.moment import get_now

# Seconds of pause after the key was refused.
REFUSED_PAUSE = 60


class PaymentTransaction(models.Model):
    """Outcome of a charge's task at the receipts provider."""

    _inherit = "payment.transaction"

    @api.model
    def _apply_outcome(self, job, outcome):
        charge = self.browse(job.record_id).exists()
        charge = charge.with_company(charge.company_id)
        if not charge:
            return
        charge = charge._as_responsible()
        charge.provider_id._note_exchange(outcome)
        outcome = charge._believe(outcome)
        if isinstance(outcome, ServiceError):
            charge._apply_failure(job, outcome)
            return
        charge.charge_lease_until = False
        charge._end_task(job)
        if outcome.payer:
            charge.provider_id._store_payer(charge.partner_id, *outcome.payer)
        found, slip = outcome.charge, outcome.slip
        if found:
            if job.task == "update" and found.state in ("awaiting", "overdue"):
                # Line and Pix of the former value must not be paid any more.
                charge._clear_slip()
            charge._apply_charge(found, slip, is_answer=outcome.is_given)
            if outcome.refund_page:
                charge._apply_refund_page(outcome.refund_page)
            is_missing = not slip or bool(charge.charge_mail_template_id)
            if is_missing and charge.charge_state in ("awaiting", "overdue"):
                charge._queue_missing_slip(at_once=job.deadline is not None)
        if outcome.deleted and (not found or found.deleted):
            charge._move_charge_to("cancelled")
            charge._set_canceled()

    def _believe(self, outcome):
        """Return an outcome, or an `Absurd` in place of what is said of another charge."""
        if not isinstance(outcome, ServiceError) and outcome.charge:
            try:
                self._check_own(outcome.charge)
            except Absurd as error:
                return error
        return outcome

    def _apply_failure(self, job, error):
        """Show a failure on the fatura, and postpone or close the task."""
        self.ensure_one()
        self.charge_lease_until = False
        if job.task == "register" and self.provider_reference:
            # An event has registered the charge before the answer.
            self._end_task(job)
            return
        if isinstance(error, Missing):
            self._end_task(job)
            if job.task != "follow" or self.charge_state in LIVE_STATES:
                # Of one that ended, and was only asked about, nothing is to be decided.
                self._store_missing(error)
            return
        if isinstance(error, Rejected):
            self._end_task(job)
            text = self._describe_failure(error)
            if job.task == "refund" and not self.charge_task:
                # Nothing was refunded, so that the whole rest may be requested again.
                self.charge_refund_wanted = self.charge_refunded
            self._move_charge_to("error", state_message=text)
            self._update_fatura("\n".join(filter(None, (text, self._describe_difference()))))
            self._notify_responsible(self.env._("Charge refused"), text)
            return
        self._postpone(error)

    def _store_missing(self, error):
        """Show that the provider does not know this charge; a person decides what it means.

        Nothing is cancelled by it: with another account's key a live charge looks like that, too.
        """
        text = self._describe_failure(error)
        self.charge_is_missing = True
        self._update_fatura(text)
        self._notify_responsible(self.env._("Charge not found"), text)
        self.provider_id._doubt_account()

    def _leave_in_former_account(self):
        """Show that this charge lives in an account that is not used any more."""
        self.charge_is_missing = True
        text = self.env._(
            "The charge of %(fatura)s lives in the former account of %(provider)s and is not "
            "followed any more. Cancel it there, then have a manager use Give up charge; then "
            "another can be made.",
            fatura=self.fatura_id.display_name,
            provider=self.provider_id.name,
        )
        self._update_fatura(text)

    def _give_up(self):
        """Cancel a charge that the provider does not know; somebody looked there."""
        for charge in self:
            charge._move_charge_to("cancelled", charge_is_missing=False)
            charge._set_canceled()
            charge._update_fatura()
            end_told(charge.fatura_id.sudo(), charge._as_responsible().env._("Charge not found"))

    def _end_task(self, job):
        """Clear the task, unless a newer one was queued in the meantime."""
        if self.charge_ticket == job.ticket:
            self.write({"charge_task": False, "charge_next_attempt": False})
        elif self.charge_task:
            self._trigger_delivery()

    def _postpone(self, error):
        """Retry the task later; if a newer one was queued meanwhile, only that.

        :param error: the reason; a ServiceError may have the seconds to wait
        """
        charge = self._as_responsible()
        text, seconds = charge._describe_failure(error), None
        if isinstance(error, ServiceError):
            seconds = error.retry_after
        if isinstance(error, DailyLimit):
            seconds = charge._get_seconds_to_midnight()
        pause = timedelta(seconds=seconds) if seconds else get_pause(charge.charge_attempts)
        at = get_now(self.env) + pause
        charge.write({"charge_next_attempt": at, "charge_lease_until": False})
        charge._trigger_delivery(at)
        charge._update_fatura(text)
        # Without permission for one thing (403) the others are sent all the same.
        is_key_refused = isinstance(error, Unauthorized) and error.status != 403
        if is_key_refused or seconds:
            charge.provider_id._pause_billing(seconds or REFUSED_PAUSE)
        if isinstance(error, Absurd):
            charge._notify_responsible(charge.env._("Impossible answer"), text)
        elif charge.charge_attempts >= TELL_AFTER or isinstance(error, DailyLimit):
            # While the provider pauses no other charge meets the limit, so it is told once.
            charge._notify_responsible(charge.env._("Charge not registered yet"), text)

    def _get_seconds_to_midnight(self):
        """Return the seconds until a minute after midnight in Brazil."""
        now = fields.Datetime.context_timestamp(self, get_now(self.env))
        return int(
            (now.replace(hour=0, minute=1, second=0) + timedelta(days=1) - now).total_seconds()
        )

    def _clear_slip(self):
        self.write(
            {
                "slip_line": False,
                "slip_bar_code": False,
                "pix_payload": False,
                "pix_image": False,
                "slip_pdf": False,
            }
        )

    def _queue_missing_slip(self, at_once=False):
        """Queue a request for the missing boleto line, Pix or file; an e-mail waits for it.

        :param at_once: it may be there, and was not waited for
        """
        is_payable = bool(self.slip_line or self.pix_payload)
        if self.charge_task or (is_payable and not self.charge_mail_template_id):
            return
        if self.charge_attempts >= TELL_AFTER:
            self._mail_what_waited()
            self._mail_fatura_once()
            return
        pause = timedelta() if at_once else get_pause(self.charge_attempts)
        at = get_now(self.env) + pause
        self.write({"charge_task": "follow", "charge_ticket": False, "charge_next_attempt": at})
        self._trigger_delivery(at)
