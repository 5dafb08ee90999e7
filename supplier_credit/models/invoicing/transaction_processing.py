from odoo import Command, models
from odoo.exceptions import UserError

from ..common.company_day import get_company_today
from ..common.entry_lines import get_items_by_key
from ..common.for_each import for_each
from ..common.supplier_user import check_supplier_user


class SupplierCreditTransaction(models.Model):
    """Processing of the approval (Processamento da Aprovação). Seed 001, section 3."""

    _inherit = "supplier.credit.transaction"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_process(self):
        """Process approvals whose processing failed.

        :return: see `for_each`
        :raise UserError: naming the transaction with nothing to process
        """
        check_supplier_user(self)
        self.invoice_id.check_access("write")
        return for_each(self.sudo(), lambda transaction: transaction._process_by_hand())

    def _process_by_hand(self):
        if self.processing_state not in ("to_process", "error"):
            raise UserError(
                self.env._(
                    "Transaction %(transaction)s has nothing to process: it is %(state)s, "
                    "processing %(processing)s.",
                    transaction=self.name,
                    state=self._state_label(),
                    processing=self._selection_label("processing_state"),
                )
            )
        self._process_approval()

    def action_view_move(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _process_approval(self):
        """Post the calendar as receivables on Supplier and settle the customer's, in one step.

        All or nothing: after a failure the ledger is unchanged, the reason is shown on the
        transaction, and the approval stays.
        """
        self.ensure_one()
        if self.processing_state != "done" and self._process_in_savepoint(self._post_approval):
            self._move_processing_to("done", error=False)
        # The NF-e may have been cancelled while Supplier had not decided yet.
        self._cancel_if_nfe_is_cancelled()

    def _post_approval(self):
        self._check_processable()
        self._post_approval_entry()

    def _show_failure(self, reason):
        self._move_processing_to("error", error=reason)

    def _check_processable(self):
        invoice = self.invoice_id
        if invoice.state != "posted":
            raise UserError(
                self.env._("Invoice %(invoice)s is not posted.", invoice=invoice.display_name)
            )
        if invoice.currency_id.compare_amounts(invoice.amount_residual, invoice.amount_total):
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s is already partly settled: %(open)s of %(total)s is "
                    "open. Undo what settled it, then process again.",
                    invoice=invoice.display_name,
                    open=invoice.currency_id.format(invoice.amount_residual),
                    total=invoice.currency_id.format(invoice.amount_total),
                )
            )

    def _post_approval_entry(self):
        """Post the approval entry and reconcile it with the invoice, which is paid then.

        It debits Supplier's receivable, one line per transfer with its date as maturity, debits the
        fee, unless the settlement books it, and credits the customer's receivable. Cents left by
        the calendar's rounding go to the difference account (7.3).
        """
        customer_lines = self.invoice_id.line_ids.filtered(
            # An instalment of a small total may be zero; it is settled already.
            lambda line: line.display_type == "payment_term" and line.amount_residual
        )
        calendar = self.installment_ids.sorted("number")
        # The key of a line is its origin: a calendar entry, an item of the invoice, or a cost.
        lines = {
            entry: self._prepare_transfer_line(entry)
            for entry in calendar
            if self._get_owed_amount(entry)
        }
        lines |= {line: self._prepare_settled_line(line) for line in customer_lines}
        lines |= self._prepare_cost_lines(lines.values())
        # A new entry has no analytic items yet; the host would search them line by line.
        moves = self.env["account.move"].with_context(skip_analytic_sync=True)
        move = moves.create(self._prepare_approval_entry(lines.values())).with_env(self.env)
        items = get_items_by_key(move, lines)
        move._post(soft=False)
        for entry in calendar:
            entry.receivable_line_id = items.get(entry)
        # Each instalment of the invoice is settled by its own credit line.
        self.env["account.move.line"]._reconcile_plan(
            [line | items[line] for line in customer_lines]
        )
        self.move_id = move

    def _prepare_approval_entry(self, lines):
        return {
            "move_type": "entry",
            "journal_id": self.agreement_id.journal_id.id,
            "company_id": self.company_id.id,
            "date": get_company_today(self.company_id),
            "ref": self.env._(
                "Supplier transaction %(code)s, %(invoice)s",
                code=self.code,
                invoice=self.invoice_id.name,
            ),
            "is_supplier_entry": True,
            "supplier_entry_transaction_id": self.id,
            "line_ids": [Command.create(line) for line in lines],
        }

    def _prepare_cost_lines(self, lines):
        """Return the lines that balance the others: a dict with "fee" and "rounding", if any.

        :raise UserError: when cents are left and there is no difference account
        """
        agreement = self.agreement_id
        partner = {"partner_id": agreement.partner_id.id}
        costs = {}
        fee = self.currency_id.round(self.fee_total) if self._is_fee_booked_at_approval() else 0.0
        if not self.currency_id.is_zero(fee):
            name = self.env._("Supplier fee on %(invoice)s", invoice=self.invoice_id.name)
            account = agreement.fee_account_id
            costs["fee"] = {**partner, "name": name, "account_id": account.id, "balance": fee}
        rest = -self.currency_id.round(sum(line["balance"] for line in lines) + fee)
        if not self.currency_id.is_zero(rest):
            account = agreement.difference_account_id
            if not account:
                raise UserError(
                    self.env._(
                        "Supplier's calendar leaves %(rest)s by rounding, and agreement "
                        "%(agreement)s has no difference account. Enter one under 7.3, then "
                        "process again.",
                        rest=self.currency_id.format(rest),
                        agreement=agreement.name,
                    )
                )
            name = self.env._(
                "Rounding of the calendar of %(invoice)s", invoice=self.invoice_id.name
            )
            costs["rounding"] = {
                **partner,
                "name": name,
                "account_id": account.id,
                "balance": rest,
            }
        return costs

    def _is_fee_booked_at_approval(self):
        """Return whether the fee is booked at the approval, not at the settlement (7.5)."""
        return self.agreement_id.fee_recognition == "approval"

    def _get_owed_amount(self, entry):
        """Return Supplier's debt of a calendar entry in the ledger, in BRL."""
        return entry.transfer_amount if self._is_fee_booked_at_approval() else entry.amount

    def _prepare_transfer_line(self, entry):
        return {
            "name": self.env._(
                "Supplier transfer %(number)s of %(invoice)s",
                number=entry.number,
                invoice=self.invoice_id.name,
            ),
            "account_id": self.agreement_id.receivable_account_id.id,
            "partner_id": self.agreement_id.partner_id.id,
            "date_maturity": entry.transfer_date,
            "balance": self._get_owed_amount(entry),
        }

    def _prepare_settled_line(self, line):
        return {
            "name": self.env._("Taken over by Supplier: %(invoice)s", invoice=self.invoice_id.name),
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            # The item's own distribution is reversed, whatever the models of today are.
            "analytic_distribution": line.analytic_distribution,
            "balance": -line.balance,
        }
