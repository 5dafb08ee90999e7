import base64
import logging
from dataclasses import replace

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ...tools.download import fetch_pdf
from ...tools.receipts import OutcomeUnknown, Rejected, Terms, Unauthorized, Unavailable
from ...tools.rounding import exact

_logger = logging.getLogger(__name__)

FAILURES = (Rejected, Unauthorized, Unavailable, OutcomeUnknown)


class PaymentTransaction(models.Model):
    """The talk with the receipts provider about one charge. Reads only; nothing is locked."""

    _inherit = "payment.transaction"

    @api.model
    def _exchange(self, job):
        """Talk to the provider. Reads only; what comes of it is applied in its own transaction.

        :return: a dict with charge, slip and payer, or an exception of `tools.receipts`
        """
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            charge = env[self._name].browse(job["charge_id"])._as_responsible()
            try:
                return getattr(charge, f"_exchange_{job['task']}")(job)
            except FAILURES as error:
                return error
            except UserError as error:
                # The provider's settings: nothing was sent.
                return Unauthorized(str(error))
            except Exception as error:
                # One charge must never keep the others from being sent.
                _logger.exception("Charge %s could not be sent", job["charge_id"])
                return OutcomeUnknown(str(error))
            finally:
                cr.rollback()

    def _exchange_register(self, job):
        client = self.provider_id._get_receipts_client()
        found = None
        if job["ask_first"]:
            found = client.find_charge(self.reference)
        payer = None
        if not found:
            found, payer = self._create_charge(client)
        return {"charge": found, "slip": self._get_slip(client, found), "payer": payer}

    def _create_charge(self, client):
        """Make the charge at the provider.

        :return: (charge, (the provider's id of the client, digest of what it was told of it))
        """
        payer = self.provider_id._get_payer(self.partner_id, client)
        try:
            return client.create_charge(self._get_terms(payer[0])), payer
        except Rejected:
            # Refused, so that nothing was made. It may have forgotten the client meanwhile.
            again = self.provider_id._get_payer(self.partner_id, client, ask=True)
            if again[0] == payer[0]:
                raise
            return client.create_charge(self._get_terms(again[0])), again

    def _exchange_update(self, job):
        client = self.provider_id._get_receipts_client()
        charge = self._find_registered(client, job)
        if not charge:
            return self._exchange_register({**job, "ask_first": False})
        slip = None
        if charge.state in ("awaiting", "overdue"):
            charge = self._update_registered(client, charge)
            slip = self._get_slip(client, charge)
        return {"charge": charge, "slip": slip}

    def _update_registered(self, client, charge):
        """Change a charge; one that is late stays so, with its fine and interest, if it can."""
        terms = self._get_terms(charge.customer)
        if charge.due_date == self.charge_due_date < terms.due_date:
            try:
                return client.update_charge(
                    charge.reference, replace(terms, due_date=charge.due_date)
                )
            except Rejected:
                _logger.info("Charge %s: its due date is over, a new one is given", self.id)
        return client.update_charge(charge.reference, terms)

    def _exchange_delete(self, job):
        client = self.provider_id._get_receipts_client()
        charge = self._find_registered(client, job)
        if charge and charge.state in ("awaiting", "overdue"):
            client.delete_charge(charge.reference)
            charge = client.get_charge(charge.reference)
        return {"charge": charge, "deleted": True}

    def _exchange_cash(self, job):
        client = self.provider_id._get_receipts_client()
        charge = self._find_registered(client, job)
        if charge and charge.state in ("awaiting", "overdue"):
            day = fields.Date.context_today(self)
            charge = client.receive_in_cash(charge.reference, day, charge.amount)
        return {"charge": charge, "deleted": not charge}

    def _exchange_uncash(self, job):
        client = self.provider_id._get_receipts_client()
        charge = client.get_charge(job["reference"])
        if charge.in_cash:
            charge = client.undo_cash(job["reference"])
        return {"charge": charge}

    def _exchange_refund(self, job):
        client = self.provider_id._get_receipts_client()
        charge = client.get_charge(job["reference"])
        if charge.refunding is None:
            return Unavailable(
                self.env._(
                    "%(provider)s is giving money of charge %(charge)s back and does not say how "
                    "much yet. The refund is asked for again once it does.",
                    provider=self.provider_id.name,
                    charge=job["reference"],
                )
            )
        missing = exact(self.charge_refund_wanted) - charge.refunded - charge.refunding
        if charge.state in ("confirmed", "received", "partially_refunded") and missing > 0:
            charge = client.refund(job["reference"], missing, self.fatura_id.name or "")
        return {"charge": charge}

    def _exchange_follow(self, job):
        client = self.provider_id._get_receipts_client()
        charge = self._find_registered(client, job)
        waits = charge and charge.state in ("awaiting", "overdue")
        slip = self._get_slip(client, charge) if waits and job["needs_slip"] else None
        return {"charge": charge, "slip": slip}

    def _find_registered(self, client, job):
        """Return the charge at the provider, or None where none was made."""
        if job["reference"]:
            return client.get_charge(job["reference"])
        return client.find_charge(self.reference) if job["ask_first"] else None

    def _get_slip(self, client, charge):
        """Return what the payer needs, or None: a charge without it is still one, and the slip is
        asked for again."""
        try:
            slip = client.get_slip(charge, self.charge_kind)
            return replace(slip, pdf=base64.b64encode(fetch_pdf(charge.slip_url)))
        except FAILURES as error:
            _logger.info("Charge %s: no slip yet (%s)", self.id, type(error).__name__)
            return None

    def _get_terms(self, customer):
        """Return what the charge should be like.

        :rtype: tools.receipts.Terms
        """
        self.ensure_one()
        provider = self.provider_id
        return Terms(
            external_reference=self.reference,
            customer=customer,
            kind=self.charge_kind,
            amount=exact(self.amount),
            # A day that is over is refused.
            due_date=max(self.charge_due_date, fields.Date.context_today(self)),
            description=self.fatura_id._describe_fatura(),
            fine=exact(provider.billing_fine),
            interest=exact(provider.billing_interest),
            discount=exact(provider.billing_discount),
            discount_days=provider.billing_discount_days,
        )
