from odoo import fields, models
from odoo.exceptions import UserError


class ResellerBillingEvent(models.Model):
    """Booking of money that no charge of ours asked for: transfers, deposits, foreign charges.

    Source: Asaas, "como o Asaas trata receitas na conta": what enters the account becomes a
    payment with events, without our reference.
    """

    _inherit = "reseller.billing.event"

    def _book_orphan(self, partner, faturas):
        """Book the unidentified payment of this event as a client's, and settle documents with it.

        :param partner: res.partner, whose money it is
        :param faturas: account.move, posted documents of that client, in the order of settling
        :return: the account.payment
        :raise UserError: if the event is booked already, or nothing was paid
        """
        self.ensure_one()
        event = self.try_lock_for_update()
        if event.state != "orphan" or event.currency_id.is_zero(event.amount):
            raise UserError(
                self.env._(
                    "Event %(event)s is no unidentified payment, or it was booked in the meantime. "
                    "Reload the list.",
                    event=self.charge_reference or self.event_ref,
                )
            )
        payment = self.env["account.payment"].create(event._prepare_orphan_payment(partner))
        payment.action_post()
        account = payment.destination_account_id
        lines = (payment.move_id | faturas).line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        if len(lines) > 1:
            lines.reconcile()
        event._close("done", payment_id=payment.id)
        return payment

    def _prepare_orphan_payment(self, partner):
        """Return the values of the payment; the provider's fee is booked with it."""
        provider = self.provider_id
        line = provider._get_receipts_line()
        if not line:
            raise UserError(
                self.env._(
                    "%(provider)s has no journal that its money is paid into. Choose it on the "
                    "provider, then book the payment again.",
                    provider=provider.name,
                )
            )
        label = self.env._("Payment %(charge)s", charge=self.charge_reference)
        fee = []
        if not self.currency_id.is_zero(self.fee):
            fee = [
                {
                    "name": label,
                    "account_id": provider._get_billing_account("fee").id,
                    "partner_id": partner.commercial_partner_id.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": self.fee,
                    "balance": self.fee,
                }
            ]
        return {
            "amount": self.amount - self.fee,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.commercial_partner_id.id,
            "currency_id": self.currency_id.id,
            "journal_id": provider.journal_id.id,
            "payment_method_line_id": line.id,
            "date": self.paid_on or fields.Date.context_today(self),
            "memo": label,
            "write_off_line_vals": fee,
        }
