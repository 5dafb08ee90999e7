from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.activity import end_told
from ...tools.rounding import exact
from ...tools.settlement import split_refund


class PaymentTransaction(models.Model):
    """Money of a charge that goes back: refunds, chargebacks, and asking for a refund.

    Booked by what the provider says went back, never before. Source: Asaas, refunds and chargebacks
    of /v3/payments.
    """

    _inherit = "payment.transaction"

    chargeback_payment_id = fields.Many2one(
        comodel_name="account.payment", string="Chargeback", readonly=True, copy=False
    )

    # -------------------------------------------------------------------------
    # MONEY OUT
    # -------------------------------------------------------------------------

    def _follow_refunds(self, found):
        """Book what went back to the payer since the last news, with a credit note."""
        if not self.payment_id or self.chargeback_payment_id:
            # What a chargeback took is not given back a second time.
            return
        back = found.refunded
        if found.state == "refunded":
            back = max(back, exact(self.charge_paid))
        before = exact(self.charge_refunded)
        if back <= before:
            return
        credited, on_top = split_refund(
            exact(self._get_settled_amount()), exact(self.charge_paid), before, back
        )
        day = max((refund.day for refund in found.refunds if refund.day), default=None)
        day = day or fields.Date.context_today(self)
        payment = self._book_payment("outbound", back - before, on_top, day)
        self._credit_refund(payment, float(credited), day)
        self.charge_refunded = float(back)

    def _credit_refund(self, payment, amount, day):
        """Match what went back with what was paid too much; credit the fatura with the rest.

        :param amount: in BRL, without what was paid on top of the fatura
        """
        taken = self._get_counterparts(self.payment_id)
        # Of a fatura that was cancelled, or paid twice, the money never settled anything.
        rest = self.currency_id.round(amount + min(sum(taken.mapped("amount_residual")), 0.0))
        lines = taken | self._get_counterparts(payment)
        settled = taken.matched_debit_ids.debit_move_id | taken.matched_credit_ids.credit_move_id
        if self.currency_id.compare_amounts(rest, 0.0) > 0:
            if self.fatura_id not in settled.move_id or self.fatura_id.state != "posted":
                self._tell_of_refund(payment, rest)
            else:
                note = self.fatura_id._make_refund_note(rest, day)
                lines |= note.line_ids
        lines.filtered(
            lambda line: line.account_id == payment.destination_account_id and not line.reconciled
        ).reconcile()

    def _tell_of_refund(self, payment, amount):
        """Have somebody match a refund of money that settled something else than the fatura."""
        self._tell_responsible(
            self.env._("Refund to be matched"),
            self.env._(
                "%(amount)s of charge %(charge)s went back to the client (%(payment)s), but what "
                "was paid by it did not settle %(fatura)s. Match the refund with what it did "
                "settle, or make the credit note there.",
                amount=self.currency_id.format(amount),
                charge=self.reference,
                payment=payment.display_name,
                fatura=self.fatura_id.display_name,
            ),
        )

    def _get_settled_amount(self):
        """Return what was owed by the charge, in BRL: what was paid without fine and interest,
        with the discount."""
        self.ensure_one()
        on_top = self.charge_interest + self.charge_fine
        return self.charge_paid - on_top + self.charge_discount

    def _follow_chargeback(self, found):
        """Open the fatura again where the payer took the money back; pay it where that was lost."""
        if not self.payment_id:
            return
        if found.state == "charged_back" and not self.chargeback_payment_id:
            self._book_chargeback()
        elif found.state in ("confirmed", "received") and self.chargeback_payment_id:
            self._undo_chargeback()

    def _book_chargeback(self):
        left = exact(self.charge_paid) - exact(self.charge_refunded)
        on_top = left - exact(self._get_settled_amount()) + exact(self.charge_refunded)
        payment = self._book_payment("outbound", left, on_top, fields.Date.context_today(self))
        taken = self._get_counterparts(self.payment_id)
        taken.remove_move_reconcile()
        (taken | self._get_counterparts(payment)).reconcile()
        self.chargeback_payment_id = payment
        self._tell_responsible(
            self.env._("Chargeback"),
            self.env._(
                "The payer of %(fatura)s took %(amount)s back (charge %(charge)s). The fatura is "
                "open again. Dispute it at %(provider)s, or collect it anew.",
                fatura=self.fatura_id.display_name,
                amount=self.currency_id.format(float(left)),
                charge=self.provider_reference,
                provider=self.provider_id.name,
            ),
        )

    def _undo_chargeback(self):
        """The company won: the money is back, the fatura paid again."""
        left = exact(self.charge_paid) - exact(self.charge_refunded)
        on_top = left - exact(self._get_settled_amount()) + exact(self.charge_refunded)
        payment = self._book_payment("inbound", left, on_top, fields.Date.context_today(self))
        open_items = self.fatura_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id and not line.reconciled
        )
        owed = sum(open_items.mapped("amount_residual"))
        (open_items | self._get_counterparts(payment)).reconcile()
        self.chargeback_payment_id = False
        end_told(self.fatura_id.sudo(), self.env._("Chargeback"))
        settled = self._get_settled_amount() - self.charge_refunded
        if self.currency_id.compare_amounts(owed, settled) < 0:
            # Collected anew in the meantime.
            self._tell_of_other_amount(owed, settled)

    def _book_payment(self, kind, amount, on_top, day):
        """Book money that the provider took back, or gave again.

        :param kind: inbound or outbound
        :param amount: what moved, in BRL
        :param on_top: how much of it is fine and interest, or less the discount if negative
        """
        sign = 1 if kind == "outbound" else -1
        fine = min(max(on_top, 0), exact(self.charge_fine))
        amounts = {
            "fine": sign * float(fine),
            "interest": sign * float(max(on_top, 0) - fine),
            "discount": sign * float(min(on_top, 0)),
        }
        inbound = self.payment_id
        payment = self.env["account.payment"].create(
            {
                "amount": float(amount),
                "payment_type": kind,
                "partner_type": "customer",
                "partner_id": inbound.partner_id.id,
                "currency_id": self.currency_id.id,
                "journal_id": inbound.journal_id.id,
                "payment_method_line_id": inbound.payment_method_line_id.id,
                "destination_account_id": inbound.destination_account_id.id,
                "date": day,
                "memo": f"{self.reference} - {self.provider_reference}",
                "charge_id": self.id,
                "write_off_line_vals": self._prepare_side_lines(amounts),
            }
        )
        payment.action_post()
        return payment

    def _get_counterparts(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )

    # -------------------------------------------------------------------------
    # GIVING MONEY BACK
    # -------------------------------------------------------------------------

    def _ask_for_refund(self, amount):
        """Have the provider give money back; booked when the provider says that it did.

        :param amount: in BRL
        :raise UserError: of more than was paid, or of what was not paid
        """
        self.ensure_one()
        left = self.charge_paid - max(self.charge_refunded, self.charge_refund_wanted)
        if self.charge_state not in ("confirmed", "received", "partially_refunded") or (
            self.currency_id.compare_amounts(amount, left) > 0 or amount <= 0
        ):
            raise UserError(
                self.env._(
                    "%(amount)s of %(fatura)s cannot be refunded: %(left)s of its charge can be. "
                    "Enter no more than that.",
                    amount=self.currency_id.format(amount),
                    fatura=self.fatura_id.display_name,
                    left=self.currency_id.format(max(left, 0.0)),
                )
            )
        wanted = max(self.charge_refunded, self.charge_refund_wanted) + amount
        self._queue_charge("refund", charge_refund_wanted=wanted)
