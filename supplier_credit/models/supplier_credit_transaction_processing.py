from odoo import Command, fields, models
from odoo.exceptions import UserError, ValidationError


class SupplierCreditTransaction(models.Model):
    """Processing of the approval (Processamento da Aprovação). Seed 001, section 3."""

    _inherit = "supplier.credit.transaction"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_process(self):
        """Process by hand approvals whose processing failed.

        :raise UserError: naming the first transaction with nothing to process
        """
        self.check_access("read")
        for transaction in self.sudo():
            if transaction.processing_state not in ("to_process", "error"):
                raise UserError(
                    self.env._(
                        "Transaction %(transaction)s has nothing to process: it is %(state)s, "
                        "processing %(processing)s.",
                        transaction=transaction.name,
                        state=transaction._state_label(),
                        processing=transaction._selection_label("processing_state"),
                    )
                )
            transaction._process_approval()

    def action_view_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _process_approval(self):
        """Turn the calendar into receivables on Supplier and settle the customer's, in one step.

        All or nothing: a problem leaves the ledger as it was, is shown on the transaction, and does
        not undo the approval, which is Supplier's.
        """
        self.ensure_one()
        if self.processing_state == "done":
            return
        try:
            with self.env.cr.savepoint():
                self._check_processable()
                self._post_approval_entry()
        except (UserError, ValidationError) as error:
            self.write({"processing_state": "error", "error": str(error)})
        else:
            self.write({"processing_state": "done", "error": False})

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
        """Post the entry and reconcile it with the invoice, which is thereby paid.

        Debit Supplier's receivable, one line per transfer with its date as maturity; debit the fee;
        credit the customer's receivable.
        """
        agreement = self.agreement_id
        customer_lines = self.invoice_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        calendar = self.installment_ids.sorted("number")
        transfers = [
            self._prepare_transfer_line(entry, sequence)
            for sequence, entry in enumerate(calendar, start=1)
        ]
        settled = [
            self._prepare_settled_line(line, sequence)
            for sequence, line in enumerate(customer_lines, start=1)
        ]
        fee = self.currency_id.round(self.fee_total)
        fees = []
        if not self.currency_id.is_zero(fee):
            fees.append(
                {
                    "name": self.env._("Supplier fee on %(invoice)s", invoice=self.invoice_id.name),
                    "account_id": agreement.fee_account_id.id,
                    "partner_id": agreement.partner_id.id,
                    "debit": fee,
                }
            )
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": agreement.journal_id.id,
                "company_id": self.company_id.id,
                "date": fields.Date.context_today(self),
                "ref": self.env._(
                    "Supplier transaction %(code)s, %(invoice)s",
                    code=self.code,
                    invoice=self.invoice_id.name,
                ),
                "line_ids": [Command.create(line) for line in transfers + fees + settled],
            }
        )
        move._post(soft=False)
        debits = move.line_ids.filtered(
            lambda line: line.account_id == agreement.receivable_account_id and line.debit
        )
        for entry, line in zip(calendar, debits.sorted("sequence"), strict=True):
            entry.receivable_line_id = line
        credits = move.line_ids.filtered("credit").sorted("sequence")
        # Each instalment of the invoice is settled by the credit made for it.
        self.env["account.move.line"]._reconcile_plan(
            [line | credit for line, credit in zip(customer_lines, credits, strict=True)]
        )
        self.move_id = move

    def _prepare_transfer_line(self, entry, sequence):
        return {
            "sequence": sequence,
            "name": self.env._(
                "Supplier transfer %(number)s of %(invoice)s",
                number=entry.number,
                invoice=self.invoice_id.name,
            ),
            "account_id": self.agreement_id.receivable_account_id.id,
            "partner_id": self.agreement_id.partner_id.id,
            "date_maturity": entry.transfer_date,
            "debit": entry.transfer_amount,
        }

    def _prepare_settled_line(self, line, sequence):
        return {
            "sequence": sequence,
            "name": self.env._("Taken over by Supplier: %(invoice)s", invoice=self.invoice_id.name),
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "credit": line.balance,
        }
