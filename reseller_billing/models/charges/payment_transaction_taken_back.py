from odoo import fields, models


class PaymentTransaction(models.Model):
    """A payment that the provider confirmed and takes back: risk analysis refused the card.

    Source: Asaas, statuses of /v3/payments: CONFIRMED may return to PENDING or OVERDUE.
    """

    _inherit = "payment.transaction"

    def _is_payment_taken_back(self, found):
        """Return whether money is booked of a charge that waits to be paid again."""
        is_open = found.state in ("awaiting", "overdue", "cancelled")
        # Money that was received goes back by refunds and chargebacks only.
        return is_open and self.charge_state == "confirmed" and bool(self.payment_id)

    def _take_payment_back(self, found):
        """Reverse the payment, whose money never came, and open charge and fatura again.

        :param found: the charge at the provider, `tools.receipts.Charge`
        """
        self.ensure_one()
        payment, day = self.payment_id, fields.Date.context_today(self)
        self._get_counterparts(payment).remove_move_reconcile()
        payment.move_id._reverse_moves([{"date": day, "ref": self.reference}], cancel=True)
        self._set_pending(extra_allowed_states=("done",))
        self.write(
            {
                "charge_state": found.state,
                "payment_id": False,
                "is_post_processed": False,
                "charge_method": False,
                "charge_paid": 0.0,
                "charge_fee": 0.0,
                "charge_interest": 0.0,
                "charge_fine": 0.0,
                "charge_discount": 0.0,
                "charge_paid_date": False,
                "charge_credit_date": False,
            }
        )
        self._update_fatura()
        self._notify_responsible(
            self.env._("Payment taken back"),
            self.env._(
                "%(provider)s takes the payment of %(fatura)s back (%(state)s): it did not "
                "happen after all. The fatura is open again, and its charge can be paid.",
                provider=self.provider_id.name,
                fatura=self.fatura_id.display_name,
                state=found.raw_state,
            ),
        )
