from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import CONTRACT_READERS
from ...tools.api.transaction import Transaction
from ..common.for_each import for_each
from ..common.supplier_user import check_supplier_user

# Sent, and not yet decided by Supplier.
UNDER_WAY = ("sent", "in_analysis", "error")


class SupplierCreditTransaction(models.Model):
    """An NF-e registered at Supplier (Transação), with its calendar. Seed 001, "Faturamento"."""

    _name = "supplier.credit.transaction"
    _description = "Supplier Transaction"
    _inherit = [
        "supplier.credit.abstract.guard",
        "supplier.credit.abstract.subject",
        "supplier.credit.abstract.processing",
    ]
    _check_company_auto = True
    _order = "id desc"
    _transitions = {
        "to_send": {"sent"},
        "sent": {"to_send", "rejected", "error"},
        "in_analysis": {"sent", "error", "rejected"},
        "approved": {"sent", "in_analysis", "error", "rejected"},
        "rejected": {"sent", "in_analysis", "error"},
        "error": {"sent", "in_analysis"},
    }

    name = fields.Char(compute="_compute_name")
    invoice_id = fields.Many2one(
        comodel_name="account.move",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(related="invoice_id.supplier_order_id", string="Order")
    preauthorization_id = fields.Many2one(
        comodel_name="supplier.credit.preauthorization",
        string="Pre-Authorization",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        help="The reservation that the transaction uses, if any.",
    )
    reserved_amount = fields.Monetary(
        readonly=True, help="The part of the reservation that the transaction uses."
    )
    release_rest = fields.Boolean(
        readonly=True,
        help="The order is fully invoiced, so Supplier was asked to free the rest of the "
        "reservation.",
    )
    nfe_key = fields.Char(string="NF-e Access Key", required=True, readonly=True)
    code = fields.Char(string="Transaction Code")
    total = fields.Monetary(required=True, readonly=True)
    # to_send ⇄ sent → in_analysis → approved      back to to_send: withdrawn before it left
    #            │ ⇅       ├──────→ rejected (correct, and send again: sent)
    #            └→ error ─┘  an answer that cannot be used
    state = fields.Selection(
        selection=[
            ("to_send", "To Send"),
            ("sent", "Sent"),
            ("in_analysis", "In Analysis"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
        default="to_send",
        index=True,
        tracking=True,
    )
    # none → to_process ⇄ done      back: a manager undid the entry
    #             ⇅
    #           error
    processing_state = fields.Selection(
        selection=[
            ("none", "Awaiting Approval"),
            ("to_process", "To Process"),
            ("done", "Done"),
            ("error", "Error"),
        ],
        string="Processing",
        required=True,
        readonly=True,
        default="none",
        index=True,
        tracking=True,
        help="Whether the approval is posted in the ledger.",
    )
    installment_ids = fields.One2many(
        comodel_name="supplier.credit.transaction.installment",
        inverse_name="transaction_id",
        string="Financial Calendar",
        readonly=True,
    )
    transfer_total = fields.Monetary(compute="_compute_totals", string="Total Transfers")
    fee_total = fields.Monetary(compute="_compute_totals", string="Total Fees")
    contracted_difference = fields.Monetary(
        groups=CONTRACT_READERS,
        string="Fee above Contract",
        readonly=True,
        copy=False,
        help="Supplier's fees less those of the agreement's contracted rate, in BRL. A cent for "
        "each instalment counts as rounding.",
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Approval Entry",
        readonly=True,
        check_company=True,
        index="btree_not_null",
    )
    entry_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="supplier_entry_transaction_id",
        string="Entries",
        readonly=True,
        help="All entries of the transaction, including those that were undone.",
    )

    _invoice_unique = models.Constraint(
        "UNIQUE (invoice_id)", "An invoice is registered at Supplier once."
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("invoice_id.name", "code")
    def _compute_name(self):
        for transaction in self:
            transaction.name = " / ".join(
                filter(None, [transaction.invoice_id.name, transaction.code])
            )

    @api.depends("installment_ids.transfer_amount", "installment_ids.fee")
    def _compute_totals(self):
        for transaction in self:
            transaction.transfer_total = sum(transaction.installment_ids.mapped("transfer_amount"))
            transaction.fee_total = sum(transaction.installment_ids.mapped("fee"))

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Transactions %(transactions)s are the record of what was sent to Supplier and "
                "cannot be deleted.",
                transactions=", ".join(self.mapped("name")),
            )
        )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_query(self):
        """Query the present state of these transactions.

        :return: see `for_each`
        :raise UserError: naming the invoice that has no code from Supplier yet
        """
        check_supplier_user(self)
        return for_each(self, lambda transaction: transaction._query_by_hand())

    def _query_by_hand(self):
        if self._find_open_message("transaction_create"):
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s is still being sent to Supplier. Use Send Again to "
                    "bring that to an end first.",
                    invoice=self.invoice_id.display_name,
                )
            )
        if not self.code:
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s has no transaction code from Supplier yet, so there "
                    "is nothing to query. See Messages for what is waiting.",
                    invoice=self.invoice_id.display_name,
                )
            )
        self._queue_message(self.agreement_id, "transaction_query", None)

    def action_resend(self):
        """Deliver waiting messages, or send rejected transactions again."""
        return self.invoice_id.action_send_supplier_transaction()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _cron_query(self):
        """Query the transactions in analysis, at the interval of parameter 2.2."""
        self._query_in_analysis("transaction_query")

    def _apply_answer(self, message, body):
        answer = Transaction.from_wire(body)
        self._check_code_is_free(answer.code)
        if answer.state == "approved":
            answer.check_calendar(Decimal(str(self.currency_id.round(self.total))))
        approved_before = self.state == "approved"
        self._move_to(
            answer.state,
            code=answer.code or self.code,
            reason=answer.reason or False,
            error=False,
        )
        if message.is_found:
            self._note_found(answer.code)
        if answer.state == "approved" and not approved_before:
            self._apply_approval(answer)

    def _apply_approval(self, answer):
        """Store the calendar of an approval, use the reservation and post the approval entry."""
        self._store_calendar(answer.calendar)
        self.contracted_difference = self._get_contracted_difference(answer.calendar)
        if self.preauthorization_id:
            self.preauthorization_id._consume(self.reserved_amount, release_rest=self.release_rest)
        self._move_processing_to("to_process")
        self._process_approval()

    def _apply_rejection(self, message, reason):
        if message.operation == "transaction_create":
            self._move_to("rejected", reason=False, error=reason)
        else:
            self.error = reason

    def _show_problem(self, message, text):
        if message.state == "failed" and self.state in ("sent", "in_analysis"):
            self._move_to("error", error=text)
        else:
            self.error = text

    def _move_to(self, state, **values):
        """Change the state by the table; an approval withdraws the documents drawn before it."""
        approved = self.browse()
        if state == "approved":
            approved = self.filtered(lambda transaction: transaction.state != "approved")
        result = super()._move_to(state, **values)
        approved.invoice_id._withdraw_documents()
        return result

    def _store_calendar(self, calendar):
        self.env["supplier.credit.transaction.installment"].create(
            [
                {
                    "transaction_id": self.id,
                    "number": entry.number,
                    "due_date": entry.due_date,
                    "amount": float(entry.amount),
                    "transfer_date": entry.transfer_date,
                    "transfer_amount": float(entry.transfer_amount),
                    "fee": float(entry.fee),
                }
                for entry in calendar
            ]
        )

    def _get_contracted_difference(self, calendar):
        """Return by how much the calendar's fees exceed the contracted ones, in BRL.

        A cent for each instalment counts as rounding.
        """
        contracted = self.agreement_id._get_contracted_fee(
            [float(entry.amount) for entry in calendar]
        )
        if contracted is None:
            return 0.0
        charged = sum(entry.fee for entry in calendar)
        difference = self.currency_id.round(float(charged) - contracted)
        rounding = len(calendar) * self.currency_id.rounding
        if self.currency_id.compare_amounts(abs(difference), rounding) > 0:
            return difference
        return 0.0
