from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.charge_exchange import ChargeJob, exchange_charge
from ...tools.errors import Absurd, Missing, Unauthorized
from ...tools.receipts import DailyLimit, RefundUnderWay, Terms
from ...tools.rounding import exact


class PaymentTransaction(models.Model):
    """Jobs of charges: all values are read before anything is sent."""

    _inherit = "payment.transaction"

    def _prepare_job(self, again):
        """Return the ChargeJob of this charge's task."""
        self.ensure_one()
        charge = self._as_responsible()
        payer, reference, digest = charge.provider_id._prepare_payer(charge.partner_id)
        client, failure = charge._get_client_or_failure()
        job = ChargeJob(
            record_id=self.id,
            try_key=self._get_try_key(),
            task=charge.charge_task,
            ticket=charge.charge_ticket,
            client=client,
            failure=failure,
            reference=charge.provider_reference or "",
            needs_slip=charge._is_slip_missing(),
            terms=charge._prepare_terms(),
            payer=payer,
            payer_reference=reference,
            payer_digest=digest,
            due_date=charge.charge_due_date,
            today=fields.Date.context_today(charge),
            refund=exact(charge.charge_refund_wanted),
            refund_text=charge.fatura_id.name or "",
        )
        if job.task in ("register", "update"):
            self.charge_asked = True
        return job

    def _get_client_or_failure(self):
        """Return the provider's client, or why the provider's settings allow no request."""
        try:
            return self.provider_id._get_receipts_client(), None
        except UserError as error:
            return None, Unauthorized(str(error), cause="settings")

    @api.model
    def _exchange(self, job):
        return exchange_charge(job)

    def _prepare_terms(self):
        """Return the terms of the charge, without the provider's id of the client.

        :rtype: tools.receipts.Terms
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        return Terms(
            external_reference=self.reference,
            customer="",
            kind=self.charge_kind,
            amount=exact(self.amount),
            # A day that is over is refused.
            due_date=max(self.charge_due_date or today, today),
            description=self.fatura_id._describe_fatura() if self.fatura_id else self.reference,
            fine=exact(self.charge_fine_rate),
            interest=exact(self.charge_interest_rate),
            discount=exact(self.charge_discount_rate),
            discount_days=self.charge_discount_days,
        )

    def _describe_failure(self, error):
        """Return why a task was not done at the provider, and what to do, for people."""
        if isinstance(error, RefundUnderWay):
            return self.env._(
                "%(provider)s is refunding charge %(charge)s and does not say how much yet. The "
                "refund is requested again once it does.",
                provider=self.provider_id.name,
                charge=self.provider_reference,
            )
        if isinstance(error, DailyLimit):
            return self.env._(
                "%(provider)s takes no more charges of this account today. This one and those "
                "after it are registered by themselves after midnight. Ask %(provider)s for a "
                "higher limit if that is too late.",
                provider=self.provider_id.name,
            )
        if isinstance(error, Absurd):
            return self.env._(
                "%(provider)s says of charge %(charge)s what cannot be: %(words)s. Nothing of it "
                "is booked, and it is requested again. Look at the charge there, and ask its "
                "support if it stays so.",
                provider=self.provider_id.name,
                charge=self.provider_reference or self.reference,
                words=error.words,
            )
        if isinstance(error, Missing):
            return self.env._(
                "%(provider)s does not know charge %(charge)s of %(amount)s. It may live in "
                "another account: check whose API key the provider has, and look there. If the "
                "charge is gone, have a manager use Give up charge; then another can be made.",
                provider=self.provider_id.name,
                charge=self.provider_reference,
                amount=self.currency_id.format(self.amount),
            )
        return self.provider_id._describe_failure(error)
