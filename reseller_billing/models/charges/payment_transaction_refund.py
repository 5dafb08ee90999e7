from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.activity import end_told
from ...tools.rounding import exact
from ...tools.settlement import split_refund


class PaymentTransaction(models.Model):
    """Refunds and chargebacks of a charge.

    They are booked when the provider reports them, never before. Source: Asaas, refunds and
    chargebacks of /v3/payments.
    """

    _inherit = "payment.transaction"

    chargeback_payment_id = fields.Many2one(
        comodel_name="account.payment", string="Chargeback", readonly=True, copy=False
    )
    charge_refund_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Refund Requested By",
        readonly=True,
        copy=False,
        help="Who requested the last refund here; each request is in the fatura's history.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_refund(self, amount_to_refund=None):
        """Refuse the host's refund of charges, which would ask the provider for nothing.

        :raise AccessError: for those who may not write them
        :raise UserError: naming the charges and the way that gives money back
        """
        self.check_access("write")
        if charges := self.sudo().filtered("charge_state"):
            raise UserError(
                self.env._(
                    "%(charges)s: the money of a charge is given back by Refund on its fatura, "
                    "which a manager of subscription control may use. Ask one.",
                    charges=", ".join(charges.mapped("reference")),
                )
            )
        return super().action_refund(amount_to_refund=amount_to_refund)

    # -------------------------------------------------------------------------
    # MONEY OUT
    # -------------------------------------------------------------------------

    def _apply_refunds(self, found):
        """Book the refunds that are not booked yet, with a credit note."""
        if not self.payment_id or self.chargeback_payment_id:
            # After a chargeback nothing is left to refund.
            return
        today, back = fields.Date.context_today(self), Decimal(0)
        # A refund has no id: they are told apart by what was given back before each.
        for refund in sorted(found.refunds, key=lambda refund: refund.day or today):
            back += refund.amount
            self._apply_refund(back, refund.day or today)
        if found.state == "refunded":
            self._apply_refund(exact(self.charge_paid), today)

    def _apply_refund(self, back, day):
        """Book what was given back up to a refund and is not booked yet.

        :param back: in BRL, in all
        :param day: of the refund
        """
        before = exact(self.charge_refunded)
        if back <= before:
            return
        credited, on_top = split_refund(
            exact(self._get_settled_amount()), exact(self.charge_paid), before, back
        )
        payment = self._book_payment("outbound", back - before, on_top, day)
        self._credit_refund(payment, float(credited), day)
        self.charge_refunded = float(back)

    def _credit_refund(self, payment, amount, day):
        """Reconcile a refund with overpaid money first, and credit the fatura with the rest.

        :param amount: in BRL, without fine and interest
        """
        received = self._get_counterparts(self.payment_id)
        # The money of a fatura that was cancelled, or paid twice, settled nothing.
        rest = self.currency_id.round(amount + min(sum(received.mapped("amount_residual")), 0.0))
        lines = received | self._get_counterparts(payment)
        settled = (
            received.matched_debit_ids.debit_move_id | received.matched_credit_ids.credit_move_id
        )
        if self.currency_id.compare_amounts(rest, 0.0) > 0:
            if self.fatura_id not in settled.move_id or self.fatura_id.state != "posted":
                self._notify_unmatched_refund(payment, rest)
            else:
                note = self.fatura_id._create_refund_note(rest, day, self)
                lines |= note.line_ids
        lines.filtered(
            lambda line: line.account_id == payment.destination_account_id and not line.reconciled
        ).reconcile()

    def _notify_unmatched_refund(self, payment, amount):
        """Notify of a refund of money that settled another document than the fatura."""
        self._notify_responsible(
            self.env._("Refund to be matched"),
            self.env._(
                "%(amount)s of charge %(charge)s went back to the client (%(payment)s), but its "
                "payment did not settle %(fatura)s. Match the refund with the document that it "
                "did settle, or make the credit note there.",
                amount=self.currency_id.format(amount),
                charge=self.reference,
                payment=payment.display_name,
                fatura=self.fatura_id.display_name,
            ),
        )

    def _get_settled_amount(self):
        """Return the amount that the charge settled, in BRL: without fine and interest, with the
        discount."""
        self.ensure_one()
        on_top = self.charge_interest + self.charge_fine
        return self.charge_paid - on_top + self.charge_discount

    def _apply_chargeback(self, found):
        """Book a chargeback, which reopens the fatura, or its reversal, which pays it again."""
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
        received = self._get_counterparts(self.payment_id)
        received.remove_move_reconcile()
        (received | self._get_counterparts(payment)).reconcile()
        # What was refunded before, with a credit note, is not owed again.
        rest = received.filtered(lambda line: not line.reconciled)
        if rest:
            (rest | self._get_open_items(payment.destination_account_id)).reconcile()
        self.chargeback_payment_id = payment
        self._notify_responsible(
            self.env._("Chargeback"),
            self.env._(
                "The payer of %(fatura)s charged %(amount)s back (charge %(charge)s). The fatura "
                "is open again. Dispute the chargeback at %(provider)s, or collect the fatura "
                "again.",
                fatura=self.fatura_id.display_name,
                amount=self.currency_id.format(float(left)),
                charge=self.provider_reference,
                provider=self.provider_id.name,
            ),
        )

    def _undo_chargeback(self):
        """Book that the company won a chargeback: the fatura is paid again."""
        left = exact(self.charge_paid) - exact(self.charge_refunded)
        on_top = left - exact(self._get_settled_amount()) + exact(self.charge_refunded)
        payment = self._book_payment("inbound", left, on_top, fields.Date.context_today(self))
        open_items = self._get_open_items(payment.destination_account_id)
        owed = sum(open_items.mapped("amount_residual"))
        (open_items | self._get_counterparts(payment)).reconcile()
        self.chargeback_payment_id = False
        end_told(self.fatura_id.sudo(), self.env._("Chargeback"))
        settled = self._get_settled_amount() - self.charge_refunded
        if self.currency_id.compare_amounts(owed, settled) < 0:
            # The fatura was collected again in the meantime.
            self._notify_other_amount(owed, settled)

    def _book_payment(self, kind, amount, on_top, day):
        """Book a payment of a refund or a chargeback.

        :param kind: inbound or outbound
        :param amount: in BRL
        :param on_top: BRL of it that are fine and interest; the discount if negative
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

    def _get_open_items(self, account):
        """Return the fatura's items on an account that are not settled."""
        return self.fatura_id.line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )

    def _get_counterparts(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )

    # -------------------------------------------------------------------------
    # GIVING MONEY BACK
    # -------------------------------------------------------------------------

    def _request_refund(self, amount):
        """Request a refund of the provider; it is booked when the provider reports it.

        :param amount: in BRL
        :raise UserError: if the amount exceeds the paid amount that is not refunded yet
        """
        self.ensure_one()
        left = self.charge_paid - max(self.charge_refunded, self.charge_refund_wanted)
        if self.charge_state not in ("confirmed", "received", "partially_refunded") or (
            self.currency_id.compare_amounts(amount, left) > 0 or amount <= 0
        ):
            raise UserError(
                self.env._(
                    "%(amount)s of %(fatura)s cannot be refunded: at most %(left)s of its charge "
                    "can be.",
                    amount=self.currency_id.format(amount),
                    fatura=self.fatura_id.display_name,
                    left=self.currency_id.format(max(left, 0.0)),
                )
            )
        if self.charge_method == "boleto" and self.currency_id.compare_amounts(amount, left) < 0:
            raise UserError(
                self.env._(
                    "%(fatura)s was paid by boleto, of which %(provider)s gives back all or "
                    "nothing: %(left)s. Refund that, or pay the part to the client yourself and "
                    "make a credit note.",
                    fatura=self.fatura_id.display_name,
                    provider=self.provider_id.name,
                    left=self.currency_id.format(left),
                )
            )
        total = max(self.charge_refunded, self.charge_refund_wanted) + amount
        self._queue_charge("refund", charge_refund_wanted=total, charge_refund_user_id=self.env.uid)
        self.fatura_id.sudo().message_post(
            body=self.env._(
                "%(user)s requested a refund of %(amount)s at %(provider)s.",
                user=self.env.user.name,
                amount=self.currency_id.format(amount),
                provider=self.provider_id.name,
            )
        )

    def _apply_refund_page(self, page):
        """Send the client the page on which a boleto's money is asked back.

        :param page: URL of the provider
        """
        if self.charge_refund_page == page:
            return
        self.charge_refund_page = page
        self._mail("reseller_billing.mail_template_slip_refund")
