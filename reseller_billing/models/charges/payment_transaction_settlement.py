import logging
from datetime import timedelta

from odoo import Command, fields, models

from ...const import LIVE_STATES
from ...tools.rounding import exact
from ...tools.settlement import split_payment
from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# Pause after the files of a slip could not be stored.
STORED_AGAIN = timedelta(hours=1)


class PaymentTransaction(models.Model):
    """Payments of a charge, booked once as the provider reports them.

    Source: seed 003, "a fatura é baixada automaticamente". Each step compares the provider's data
    with the books and books the difference, so that repeated, late and outdated events do no harm.
    """

    _inherit = "payment.transaction"

    charge_payment_ids = fields.One2many(
        comodel_name="account.payment",
        inverse_name="charge_id",
        string="Payments",
        readonly=True,
        help="All payments of this charge.",
    )

    # -------------------------------------------------------------------------
    # DATA OF THE PROVIDER
    # -------------------------------------------------------------------------

    def _is_money_received(self):
        """Return whether the client's money of this charge is booked and was not given back."""
        self.ensure_one()
        left = self.currency_id.compare_amounts(self.charge_paid, self.charge_refunded)
        is_paid = self.charge_state in ("confirmed", "received", "partially_refunded")
        return is_paid and bool(self.payment_id) and left > 0

    def _apply_charge(self, found, slip=None, *, is_answer=False):
        """Apply the provider's data to this charge, its payments and its fatura. Idempotent.

        :param found: the charge at the provider, `tools.receipts.Charge`
        :param slip: `tools.receipts.Slip`, or None
        :param is_answer: the provider has just been given value and due date of this charge
        :raise UserError: naming the missing setting to book the payment; nothing is written then
        """
        self.ensure_one()
        if self._is_duplicate(found):
            self._apply_second_charge(found)
            return
        was_live = self.charge_state in LIVE_STATES and self.charge_state != "processing"
        self._store_facts(found, slip, is_answer=is_answer)
        if found.state is None:
            return
        if self._is_to_be_cancelled(found):
            # Made, or restored, while it was being cancelled here.
            self._queue_charge("delete")
            return
        if found.paid is not None and not found.in_cash:
            self._book_money(found)
        elif self._is_payment_taken_back(found):
            self._take_payment_back(found)
        self._apply_chargeback(found)
        self._apply_refunds(found)
        moved = self._move_charge_to(found.state) or self._reopen_undone_cash(found)
        if found.state in ("awaiting", "overdue") and self.charge_state == found.state:
            self._set_pending(extra_allowed_states=("cancel",))
            if not was_live or slip:
                self._mail_payable_fatura()
        elif found.state == "cancelled" and moved:
            self._set_canceled()
        elif moved:
            self._after_payment_news(found)
        self._show_difference()

    def _reopen_undone_cash(self, found):
        """Reopen a charge whose payment to the company was undone at the provider."""
        is_open = found.state in ("awaiting", "overdue")
        if not is_open or self.charge_state != "received" or self.payment_id:
            return False
        self.charge_state = found.state
        self._update_fatura()
        return True

    def _is_duplicate(self, found):
        """Return whether this is a second charge under our reference."""
        return bool(self.provider_reference) and self.provider_reference != found.reference

    def _store_facts(self, found, slip, *, is_answer):
        values = {
            "provider_reference": found.reference,
            "charge_raw_state": found.raw_state,
            "charge_number": found.number,
            "charge_url": found.url,
            "slip_url": found.slip_url,
            "charge_found_amount": float(found.amount),
            "charge_found_due_date": found.due_date,
            "charge_is_missing": False,
        }
        if found.method:
            values["charge_method"] = found.method
        if slip:
            # One request may have failed; stored values stay.
            values |= {
                name: value
                for name, value in (
                    ("slip_line", slip.line),
                    ("slip_bar_code", slip.bar_code),
                    ("slip_our_number", slip.our_number),
                    ("pix_payload", slip.pix_payload),
                )
                if value
            }
        if is_answer and self.charge_task not in ("register", "update"):
            # A day that was over was sent as today. Values that are to be sent are newer.
            values["charge_due_date"] = found.due_date
        if self.charge_task != "refund" and found.refunding is not None:
            values["charge_refund_wanted"] = float(found.refunded + found.refunding)
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)
        if slip:
            self._store_files({"pix_image": slip.pix_image, "slip_pdf": slip.pdf})

    def _store_files(self, files):
        """Store the files of a slip; where there is no room line and Pix stay all the same.

        :param files: {name of the field: Base64}, empty ones are left as they are
        """
        try:
            with self.env.cr.savepoint():
                self.write({name: value for name, value in files.items() if value})
        except OSError as error:
            _logger.exception("Charge %s: its boleto could not be stored", self.id)
            self.provider_id._hold_registering()
            self._notify_responsible(
                self.env._("Boleto not stored"),
                self.env._(
                    "The boleto of %(fatura)s could not be stored as a file; its line and Pix are "
                    "there. Have the administrator make room on the server; it is fetched again "
                    "every hour. Further charges wait meanwhile.\n%(reason)s",
                    fatura=self.fatura_id.display_name,
                    reason=str(error),
                ),
            )
            if not self.charge_task:
                at = get_now(self.env) + STORED_AGAIN
                self.write({"charge_task": "follow", "charge_next_attempt": at})

    # -------------------------------------------------------------------------
    # MONEY IN
    # -------------------------------------------------------------------------

    def _book_money(self, found):
        """Book the payment once; a fee that is known only later is booked later."""
        if self.payment_id:
            self._correct_fee(found)
            return
        split = split_payment(
            found.amount,
            found.paid,
            found.net,
            found.surcharge,
            exact(self.charge_fine_rate),
            exact(self.charge_discount_rate),
        )
        self.write(
            {
                "charge_paid": float(found.paid),
                "charge_fee": float(split.fee),
                "charge_interest": float(split.interest),
                "charge_fine": float(split.fine),
                "charge_discount": float(split.discount),
                "charge_paid_date": found.paid_date,
                "charge_credit_date": found.credit_date,
            }
        )
        fatura = self.fatura_id
        owed = fatura.amount_residual if fatura.state == "posted" else 0.0
        if fatura.state != "posted":
            # The host would post a draft fatura, and cannot reconcile a cancelled one.
            self.invoice_ids = [Command.clear()]
        self._set_done(extra_allowed_states=("cancel",))
        self._post_process()
        settled = float(found.amount - split.missing)
        if fatura.currency_id.compare_amounts(owed, settled):
            self._notify_other_amount(owed, settled)

    def _notify_other_amount(self, owed, settled):
        """Notify of a payment that differs from the owed amount."""
        self._notify_responsible(
            self.env._("Paid amount does not fit"),
            self.env._(
                "%(paid)s were paid by charge %(charge)s, but %(owed)s of %(fatura)s were owed "
                "(%(state)s). The payment is on the client's account. Match, refund or claim the "
                "difference.",
                paid=self.currency_id.format(settled),
                charge=self.reference,
                owed=self.currency_id.format(owed),
                fatura=self.fatura_id.display_name,
                state=dict(self.fatura_id._fields["state"]._description_selection(self.env)).get(
                    self.fatura_id.state, ""
                ),
            ),
        )

    def _create_payment(self, **extra_create_values):
        """Book fee, fine, interest and discount with the payment."""
        if not self.charge_state:
            return super()._create_payment(**extra_create_values)
        amounts = {
            "fee": self.charge_fee,
            "discount": self.charge_discount,
            "interest": -self.charge_interest,
            "fine": -self.charge_fine,
        }
        return super()._create_payment(
            **{
                "amount": self.charge_paid - self.charge_fee,
                "date": self.charge_paid_date or fields.Date.context_today(self),
                "charge_id": self.id,
                "write_off_line_vals": self._prepare_side_lines(amounts),
                **extra_create_values,
            }
        )

    def _prepare_side_lines(self, amounts):
        """Return lines of {name of the account: balance in BRL} that are not zero.

        :raise UserError: naming the account that the provider lacks
        """
        labels = {
            "fee": self.env._("Provider's fee"),
            "discount": self.env._("Discount"),
            "interest": self.env._("Interest"),
            "fine": self.env._("Fine"),
        }
        return [
            {
                "name": f"{labels[name]}: {self.reference}",
                "account_id": self.provider_id._get_billing_account(name).id,
                "partner_id": self.partner_id.commercial_partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": balance,
                "balance": balance,
            }
            for name, balance in amounts.items()
            if not self.currency_id.is_zero(balance)
        ]

    def _correct_fee(self, found):
        """Book the difference of a fee that the provider changed after the payment."""
        if found.net is None:
            return
        more = self.currency_id.round(float(found.paid - found.net) - self.charge_fee)
        if self.charge_credit_date != found.credit_date:
            self.charge_credit_date = found.credit_date
        if self.currency_id.is_zero(more):
            return
        (line,) = self._prepare_side_lines({"fee": more})
        outstanding = self.payment_id.outstanding_account_id
        self.env["account.move"].create(
            {
                "journal_id": self.provider_id.journal_id.id,
                "date": fields.Date.context_today(self),
                "ref": self.reference,
                "line_ids": [
                    Command.create(line),
                    Command.create(
                        {
                            **line,
                            "account_id": outstanding.id,
                            "balance": -more,
                            "amount_currency": -more,
                        }
                    ),
                ],
            }
        ).action_post()
        self.charge_fee += more
