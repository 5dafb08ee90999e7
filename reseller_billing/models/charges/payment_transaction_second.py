from odoo import models


class PaymentTransaction(models.Model):
    """A second charge at the provider under the reference of one charge.

    Somebody duplicated it there, or two systems made it. Its money is the client's all the same.
    """

    _inherit = "payment.transaction"

    def _apply_second_charge(self, found):
        """Book a second charge that is paid; notify of one that can be paid.

        It becomes a charge of the fatura with payments of its own, so that refunds and chargebacks
        of it are followed, too.

        :param found: the second charge at the provider, `tools.receipts.Charge`
        """
        self.ensure_one()
        if found.paid is None or found.in_cash:
            if found.state in ("awaiting", "overdue"):
                self._notify_second_charge(found)
            return
        self._create_second_charge(found)._apply_charge(found)
        self._notify_responsible(
            self.env._("Two charges of one fatura"),
            self.env._(
                "%(fatura)s was paid by charge %(other)s of %(provider)s, which was made besides "
                "%(ours)s. The money is booked. If %(ours)s can still be paid, it is cancelled; "
                "if it was paid, too, refund one of them.",
                provider=self.provider_id.name,
                other=found.reference,
                ours=self.provider_reference,
                fatura=self.fatura_id.display_name,
            ),
        )

    def _is_paid_by_another(self):
        """Return whether another charge of the same fatura brought its money."""
        paid = [("fatura_id", "=", self.fatura_id.id), ("payment_id", "!=", False)]
        return bool(self.search_count([*paid, ("id", "!=", self.id)], limit=1))

    def _create_second_charge(self, found):
        """Return a new charge of the same fatura for a second one at the provider."""
        return self.create(
            {
                **self._prepare_second_charge(),
                "reference": f"{self.reference}-{found.reference}",
                "provider_reference": found.reference,
                "charge_is_foreign": True,
                "amount": float(found.amount),
                "charge_due_date": found.due_date,
            }
        )

    def _prepare_second_charge(self):
        """Return the values that both charges have in common."""
        copied = (
            "charge_kind",
            "charge_fine_rate",
            "charge_interest_rate",
            "charge_discount_rate",
            "charge_discount_days",
            "operation",
        )
        return {
            **{name: self[name] for name in copied},
            "provider_id": self.provider_id.id,
            "payment_method_id": self.payment_method_id.id,
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "fatura_id": self.fatura_id.id,
            "invoice_ids": [(6, 0, self.invoice_ids.ids)],
            # It is not to be paid any more, whatever becomes of its money.
            "charge_state": "cancelled",
            "charge_cancel_wanted": True,
        }

    def _notify_second_charge(self, found):
        self._notify_responsible(
            self.env._("Two charges of one fatura"),
            self.env._(
                "%(provider)s has charge %(other)s besides %(ours)s for %(fatura)s. Cancel or "
                "refund it there.",
                provider=self.provider_id.name,
                other=found.reference,
                ours=self.provider_reference,
                fatura=self.fatura_id.display_name,
            ),
        )
