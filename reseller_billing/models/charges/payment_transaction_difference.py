from odoo import models
from odoo.tools import format_date

from ...const import LIVE_STATES
from ...tools.activity import end_told
from ...tools.errors import Absurd

WAITING = ("awaiting", "overdue")


class PaymentTransaction(models.Model):
    """What the provider has of a charge against what was agreed here.

    Somebody may change, delete or restore a charge in the provider's own screen, and a change made
    here may be refused there. Nothing is undone silently: a difference stays a problem of the
    fatura until it is gone.
    """

    _inherit = "payment.transaction"

    def _is_to_be_cancelled(self, found):
        """Return whether a charge that was cancelled here lives on at the provider."""
        is_waiting = found.state in WAITING and self.charge_state == "cancelled"
        return is_waiting and (self.charge_cancel_wanted or not self._may_live_again())

    def _may_live_again(self):
        """Return whether a charge that was restored at the provider is still the fatura's own."""
        fatura = self.fatura_id
        is_owed = fatura.state == "posted" and not fatura.currency_id.is_zero(
            fatura.amount_residual
        )
        return is_owed and fatura.charge_id == self

    def _show_difference(self):
        """Write on the fatura how the provider's charge differs, or that it does not any more."""
        self.ensure_one()
        fatura = self.fatura_id
        if fatura.charge_id != self or self.charge_task:
            # While something waits to be sent, its own problem is shown.
            return
        text, summary = self._describe_difference(), self.env._("Charge differs at the provider")
        if (fatura.charge_problem or "") == text:
            return
        self._update_fatura(text or False)
        if text:
            self._notify_responsible(summary, text)
        else:
            end_told(fatura.sudo(), summary)

    def _describe_difference(self):
        """Return how the provider's charge differs from what is agreed here; empty if it does not.

        While a change waits to be sent there is no difference.
        """
        self.ensure_one()
        if self.charge_task:
            return ""
        if self.charge_state == "cancelled":
            return self._describe_deletion()
        amount, due = self.charge_found_amount, self.charge_found_due_date
        if self.charge_state not in WAITING or not due:
            return ""
        is_same = self.currency_id.compare_amounts(amount, self.amount) == 0
        if is_same and due == self.charge_due_date:
            return ""
        return self.env._(
            "%(provider)s has %(found)s due on %(found_day)s, here it is %(agreed)s due on "
            "%(day)s. Use Send again to send what is agreed here, or Change to take over what "
            "the provider has.",
            provider=self.provider_id.name,
            found=self.currency_id.format(amount),
            found_day=format_date(self.env, due),
            agreed=self.currency_id.format(self.amount),
            day=format_date(self.env, self.charge_due_date),
        )

    def _describe_deletion(self):
        """Return that the charge of a fatura which is still owed was deleted at the provider."""
        if self.charge_cancel_wanted or not self._may_live_again():
            return ""
        return self.env._(
            "The charge of %(fatura)s was deleted at %(provider)s, but %(amount)s are still owed. "
            "Use Register charge to make another, or cancel the fatura.",
            fatura=self.fatura_id.display_name,
            provider=self.provider_id.name,
            amount=self.currency_id.format(self.fatura_id.amount_residual),
        )

    def _has_difference(self):
        """Return whether the provider's live charge differs, so that it may be sent again."""
        return self.charge_state in LIVE_STATES and bool(self._describe_difference())

    def _check_own(self, found):
        """Refuse what the provider says of another charge under this one's id.

        :param found: the charge at the provider, `tools.receipts.Charge`
        :raise Absurd: naming what is another's
        """
        self.ensure_one()
        reference = found.external_reference
        words = ""
        if reference and reference != self.reference and not self.charge_is_foreign:
            words = f"externalReference: {reference:.60}"
        if found.customer:
            payers = self.env["reseller.billing.payer"]
            owner = payers.search(
                [("provider_id", "=", self.provider_id.id), ("reference", "=", found.customer)],
                limit=1,
            ).partner_id
            if owner and owner != self.partner_id:
                words = f"customer: {found.customer}"
        if words:
            raise Absurd(f"Charge {self.reference}: {words}", words=words, cause="absurd")

    def _is_known_as(self, found):
        """Return whether nothing of the provider's charge is new.

        Value and due date count while the charge can be paid only; older charges have none stored.
        What was cancelled here and lives there is new, whatever its status was called.
        """
        if self.charge_state == "cancelled" and found.state in WAITING:
            return False
        is_same = (self.charge_raw_state, self.charge_refunded) == (
            found.raw_state,
            float(found.refunded),
        )
        if not is_same or found.state not in WAITING or not self.charge_found_due_date:
            return is_same
        amount = self.currency_id.compare_amounts(self.charge_found_amount, float(found.amount))
        return amount == 0 and self.charge_found_due_date == found.due_date
