from odoo import models
from odoo.fields import Domain

from ...tools.attempts import TELL_AFTER, get_pause
from ...tools.errors import Absurd, Gone, Missing
from ..common.moment import get_now
from .event import UNREADABLE

# Events that change nothing of a charge: the client looked at it.
VIEWED = {"PAYMENT_CHECKOUT_VIEWED", "PAYMENT_BANK_SLIP_VIEWED"}


class ResellerBillingEvent(models.Model):
    """Processing of an event: its charge is requested and applied, or listed as unidentified."""

    _inherit = "reseller.billing.event"

    def _process_charge(self):
        """Request the charge of these events, and apply it to transaction, payments and fatura."""
        event = self[:1]
        if event.kind == UNREADABLE:
            self._close("failed", error=self.env._("This is no event that is known here."))
            return
        reference = event.charge_reference
        if not reference or set(self.mapped("kind")) <= VIEWED:
            self._close("done")
            return
        charge = event._find_charge()
        if not charge and self._hand_over():
            return
        found = self._request_charge(charge)
        if not found:
            return
        charge = charge or event._find_charge(found.external_reference)
        if not charge.fatura_id:
            # Also of a charge whose fatura was deleted: its money must not get lost.
            if not self._hand_over(found.external_reference):
                self._store_orphan(found)
            return
        if charge._is_busy():
            # Just being registered: found only now, by our own reference.
            self._postpone_shortly()
            return
        charge = charge.with_company(charge.company_id)._as_responsible()
        charge._check_own(found)
        charge._apply_charge(found)
        for kind in set(self.mapped("kind")):
            charge._notify_of_event(kind)
        known = not found.state or charge.charge_state == found.state
        self._close(
            "done",
            charge_id=charge.id,
            error=False if known else self.env._("Outdated: %s", found.raw_state),
        )

    def _request_charge(self, charge):
        """Return the charge of these events at the provider, or None where it is not known there.

        A live charge is not cancelled by that: see `payment.transaction._store_missing`.
        """
        event = self[:1]
        client = event.provider_id._get_receipts_client()
        try:
            if charge:
                return client.get_or_find_charge(event.charge_reference, charge.reference)
            return client.get_charge(event.charge_reference)
        except Missing as error:
            charge._as_responsible()._store_missing(error)
            self._close("done", error=charge._describe_failure(error), charge_id=charge.id)
        except Gone as error:
            self._close("done", error=event.provider_id._describe_failure(error))
        return None

    def _hand_over(self, external_reference=None):
        """Hand these events to the provider of another company that shares the account.

        Each company's webhook gets the events of all charges of the account.

        :return: whether the charge is another provider's
        """
        event = self[:1]
        name = "provider_reference" if external_reference is None else "reference"
        value = event.charge_reference if external_reference is None else external_reference
        others = event.provider_id._get_providers_of_account()
        if not value or not others:
            return False
        domain = Domain("provider_id", "in", others.ids) & Domain("charge_state", "!=", False)
        charge = self.env["payment.transaction"].search(domain & Domain(name, "=", value), limit=1)
        if not charge:
            return False
        self._receive(
            charge.provider_id,
            [(one.event_ref, one.kind, one.charge_reference, one.payload) for one in self],
            event.source,
        )
        text = self.env._("The charge is of another company that uses the same account.")
        self._close("done", error=text)
        return True

    def _find_charge(self, external_reference=None):
        """Return the transaction of this event's charge, or none."""
        # Others may make transactions of the provider too; those are no charges.
        domain = Domain("provider_id", "=", self.provider_id.id) & Domain(
            "charge_state", "!=", False
        )
        name = "reference" if external_reference is not None else "provider_reference"
        value = self.charge_reference if external_reference is None else external_reference
        if not value:
            return self.env["payment.transaction"]
        return self.env["payment.transaction"].search(domain & Domain(name, "=", value), limit=1)

    def _store_orphan(self, found):
        """List a charge that was not made here; a user books its money, if any.

        It is listed once, however many events it has; a closed one stays closed until another
        amount is paid.
        """
        paid = float(found.paid or 0)
        others = self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("charge_reference", "=", self[:1].charge_reference),
                ("id", "not in", self.ids),
                ("state", "in", ("orphan", "done")),
            ]
        )
        put_away = others.filtered(lambda event: event.state == "done" and event.amount)
        if any(self.currency_id.compare_amounts(event.amount, paid) == 0 for event in put_away):
            self._close("done")
            return
        text = self.env._(
            "Charge %(charge)s (%(number)s) was not made here, or it is a transfer or deposit "
            "that %(provider)s turned into one. If it is a client's, use Book payment; if not, "
            "use Nothing to do.",
            charge=found.reference,
            number=found.number,
            provider=self[:1].provider_id.name,
        )
        self[:1]._close(
            "orphan",
            error=text,
            amount=paid,
            fee=paid - float(found.net) if found.net is not None else 0.0,
            paid_on=found.paid_date,
        )
        (others.filtered(lambda event: event.state == "orphan") | self[1:])._close(
            "done", amount=0.0
        )

    def _close(self, state, **values):
        self._move_to(state, **{"error": False, "attempts": self[:1].attempts + 1, **values})

    def _describe_failure(self, error):
        """Return why these events wait, and what to do, for people."""
        charge = self[:1]._find_charge()
        described = charge if isinstance(error, Absurd) and charge else self.provider_id
        return described.with_context(lang=self.env.lang)._describe_failure(error)

    def _postpone(self, text, at_once=False):
        """Store why these events wait and when they are retried; they are retried for ever.

        :param at_once: waiting will not help, so that the responsible is told now
        """
        attempts = self[:1].attempts + 1
        self.write(
            {
                "error": text,
                "attempts": attempts,
                "next_attempt": get_now(self.env) + get_pause(attempts),
            }
        )
        charge = self[:1]._find_charge() if at_once or attempts == TELL_AFTER else None
        if charge and at_once:
            charge._notify_responsible(self.env._("Impossible answer"), text)
        elif charge:
            charge._notify_responsible(self.env._("Payment not booked yet"), text)
