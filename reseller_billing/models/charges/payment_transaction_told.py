from odoo import models


class PaymentTransaction(models.Model):
    """News of the provider that change no amount, and that a person must know of.

    Source: Asaas, events of charges. What changes state or money is followed by the charge itself.
    """

    _inherit = "payment.transaction"

    def _notify_of_event(self, kind):
        """Notify the responsible of an event, if there is something to do about it.

        :param kind: the provider's name of the event
        """
        self.ensure_one()
        text = self._describe_event(kind)
        if text:
            self._notify_responsible(self.env._("News of a charge"), text)

    def _describe_event(self, kind):
        """Return what an event means and what to do next; None where nothing is to be done."""
        values = {"fatura": self.fatura_id.display_name, "provider": self.provider_id.name}
        match kind:
            case "PAYMENT_REFUND_DENIED":
                text = self.env._(
                    "%(provider)s did not carry out the refund of %(fatura)s. The client still "
                    "waits for the money: request the refund again, or pay it yourself.",
                    **values,
                )
            case "PAYMENT_BANK_SLIP_CANCELLED":
                text = self.env._(
                    "The boleto of %(fatura)s is not registered at the bank any more and cannot be "
                    "paid. Use Change to give the fatura a new due date; that makes a new boleto.",
                    **values,
                )
            case "PAYMENT_CREDIT_CARD_CAPTURE_REFUSED":
                text = self.env._(
                    "The client's card was refused for %(fatura)s. It is not paid; ask the client "
                    "for another way to pay.",
                    **values,
                )
            case "PAYMENT_DUNNING_REQUESTED":
                text = self.env._(
                    "%(provider)s started debt collection for %(fatura)s. Follow it there; money "
                    "that it brings is booked here.",
                    **values,
                )
            case "PAYMENT_SPLIT_DIVERGENCE_BLOCK" | "PAYMENT_SPLIT_CANCELLED":
                text = self.env._(
                    "%(provider)s could not split the money of %(fatura)s as set up there. Correct "
                    "the split at %(provider)s.",
                    **values,
                )
            case _:
                text = None
        return text
