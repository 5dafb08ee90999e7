from datetime import timedelta

from odoo import api, fields, models

from ...tools.errors import OutcomeUnknown, ServiceError, Unavailable
from ..common.moment import get_now

# Requests without an answer after which a provider is left alone for a while.
SILENT_AFTER = 3
SILENT_PAUSE = timedelta(minutes=1)
# How long nothing new is registered after a file could not be stored.
NO_ROOM_PAUSE = timedelta(minutes=10)


class PaymentProvider(models.Model):
    """A provider that does not answer is left alone for a minute at a time, then tried once.

    Its silence holds up neither users nor other providers; its first answer brings forward what
    waits for a later attempt.
    """

    _inherit = "payment.provider"

    billing_failures = fields.Integer(
        copy=False, readonly=True, help="Requests since the last answer."
    )
    billing_failed_at = fields.Datetime(copy=False, readonly=True)
    billing_no_room_until = fields.Datetime(
        string="No Room until",
        copy=False,
        readonly=True,
        help="The server has no room for the files of boletos: until then no further charges are "
        "registered, afterwards one tries whether there is room again.",
    )

    def action_end_pause(self):
        """Try again now, whatever the provider or its silence asked for."""
        self.check_access("write")
        self.sudo().write({"billing_paused_until": False, "billing_no_room_until": False})
        for provider in self.sudo():
            provider._note_answer(is_forced=True)
        return True

    @api.model
    def _get_paused_ids(self, now):
        """Return the providers that accept no requests now: paused at their request, or silent."""
        paused = self.sudo().search([("billing_paused_until", ">", now)])
        return (paused | self._get_silent(now, SILENT_AFTER)).ids

    @api.model
    def _get_silent(self, now, failures=1):
        """Return the providers that left so many requests without an answer just now."""
        return self.sudo().search(
            [("billing_failures", ">=", failures), ("billing_failed_at", ">", now - SILENT_PAUSE)]
        )

    def _hold_registering(self):
        """Register no further charges for a while: what comes of them cannot be stored here."""
        self.billing_no_room_until = get_now(self.env) + NO_ROOM_PAUSE

    @api.model
    def _get_held_ids(self, now):
        """Return the providers for which no further charges are registered now."""
        return self.sudo().search([("billing_no_room_until", ">", now)]).ids

    def _note_exchange(self, outcome):
        """Count requests without an answer.

        :param outcome: of a request: a ServiceError, or anything else for an answer
        """
        self.ensure_one()
        if not isinstance(outcome, ServiceError):
            self._note_answer()
        elif _is_silence(outcome):
            self.write(
                {
                    "billing_failures": self.billing_failures + 1,
                    "billing_failed_at": get_now(self.env),
                }
            )
        elif outcome.status:
            self._note_answer()

    def _note_answer(self, is_forced=False):
        """End the silence of this provider, and bring forward what waits for a later attempt.

        :param is_forced: also where it was not silent
        """
        if not (self.billing_failures or is_forced):
            return
        self.write({"billing_failures": 0, "billing_failed_at": False})
        now = get_now(self.env)
        charges = self.env["payment.transaction"]
        waiting = charges.search(
            [
                ("provider_id", "=", self.id),
                ("charge_task", "!=", False),
                ("charge_attempts", ">", 0),
                ("charge_next_attempt", ">", now),
            ]
        )
        waiting.charge_next_attempt = now
        if waiting:
            charges._trigger_delivery()


def _is_silence(error):
    """Return whether a failed request was not answered by the provider itself."""
    is_silent = error.cause in ("timeout", "unreachable") or (error.status or 0) >= 500
    return is_silent and isinstance(error, (Unavailable, OutcomeUnknown))
