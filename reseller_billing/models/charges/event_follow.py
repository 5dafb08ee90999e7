from odoo import fields, models
from odoo.fields import Domain

from ...tools.attempts import TELL_AFTER, get_pause
from ...tools.errors import Gone


class ResellerBillingEvent(models.Model):
    """Processing of an event: its charge is requested and applied, or listed as unidentified."""

    _inherit = "reseller.billing.event"

    def _process_charge(self):
        """Request the charge of these events, and apply it to transaction, payments and fatura."""
        event = self[:1]
        reference = event.charge_reference
        if not reference:
            self._close("done")
            return
        charge = event._find_charge()
        client = event.provider_id._get_receipts_client()
        try:
            found = client.get_charge(reference)
        except Gone as error:
            if charge:
                charge._move_charge_to("cancelled")
                charge._set_canceled()
            problem = event.provider_id._describe_failure(error)
            self._close("done", error=problem, charge_id=charge.id)
            return
        charge = charge or event._find_charge(found.external_reference)
        if not charge:
            self._store_orphan(found)
            return
        if charge._is_busy():
            # Just being registered: found only now, by our own reference.
            self._postpone_shortly()
            return
        charge.with_company(charge.company_id)._as_responsible()._apply_charge(found)
        known = not found.state or charge.charge_state == found.state
        self._close(
            "done",
            charge_id=charge.id,
            error=False if known else self.env._("Outdated: %s", found.raw_state),
        )

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
            "Charge %(charge)s (%(number)s) was not made here. If it is a client's, register the "
            "payment by hand; if not, set it to done.",
            charge=found.reference,
            number=found.number,
        )
        self[:1]._close("orphan", error=text, amount=paid)
        (others.filtered(lambda event: event.state == "orphan") | self[1:])._close(
            "done", amount=0.0
        )

    def _close(self, state, **values):
        self._move_to(state, **{"error": False, "attempts": self[:1].attempts + 1, **values})

    def _postpone(self, text):
        """Store why these events wait and when they are retried; they are retried for ever."""
        attempts = self[:1].attempts + 1
        self.write(
            {
                "error": text,
                "attempts": attempts,
                "next_attempt": fields.Datetime.now() + get_pause(attempts),
            }
        )
        if attempts == TELL_AFTER:
            for event in self[:1]:
                charge = event._find_charge()
                if charge:
                    charge._notify_responsible(self.env._("Payment not booked yet"), text)
