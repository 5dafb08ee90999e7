from datetime import timedelta

from odoo import api, fields, models

from ..tools.attempts import TELL_AFTER, get_pause
from ..tools.receipts import Gone, Rejected


class PaymentTransaction(models.Model):
    """What came of telling the receipts provider something."""

    _inherit = "payment.transaction"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _apply_outcome(self, job, outcome):
        """Write what the provider said, or why it said nothing, and when to try again."""
        charge = self.browse(job["charge_id"]).exists()
        charge = charge.with_company(charge.company_id)
        if not charge:
            return
        charge = charge._as_responsible()
        if isinstance(outcome, Exception):
            charge._apply_failure(job, outcome)
            return
        charge.charge_lease_until = False
        charge._end_task(job)
        if payer := outcome.get("payer"):
            charge.provider_id._keep_payer_reference(charge.partner_id, payer)
        found = outcome.get("charge")
        if found:
            charge._follow(found, outcome.get("slip"))
        if outcome.get("deleted") and (not found or found.deleted):
            charge._move_charge_to("cancelled")
            charge._set_canceled()

    def _apply_failure(self, job, error):
        """Say on the fatura what happened and what is done about it."""
        self.ensure_one()
        self.charge_lease_until = False
        if job["task"] == "register" and self.provider_reference:
            # The provider's own news were faster than its answer.
            self._end_task(job)
            return
        if isinstance(error, Gone) and job["task"] in ("delete", "cash"):
            self._end_task(job)
            self._move_charge_to("cancelled")
            return
        if isinstance(error, Rejected):
            self._end_task(job)
            self._move_charge_to("error", state_message=str(error))
            self._show_on_fatura(str(error))
            self._tell_responsible(self.env._("Charge refused"), str(error))
            return
        self._postpone(job, str(error), getattr(error, "retry_after", None))

    def _end_task(self, job):
        """Nothing is left to be sent, unless something else was wanted in the meantime."""
        if self.charge_task == job["task"]:
            self.write({"charge_task": False, "charge_next_attempt": False})
        elif self.charge_task:
            self._trigger_delivery()

    def _postpone(self, job, text, seconds=None):
        charge = self or self.browse(job["charge_id"])
        pause = timedelta(seconds=seconds) if seconds else get_pause(charge.charge_attempts)
        charge.write(
            {"charge_next_attempt": fields.Datetime.now() + pause, "charge_lease_until": False}
        )
        charge._show_on_fatura(text)
        if charge.charge_attempts >= TELL_AFTER:
            charge._tell_responsible(self.env._("Charge not registered yet"), text)
