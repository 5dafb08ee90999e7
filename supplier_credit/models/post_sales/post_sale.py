from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.api.errors import MalformedAnswer
from ...tools.api.post_sale import PostSale

# Decided by Supplier; the decision is final.
DECIDED = ("approved", "partially_approved", "refused")
UNDECIDED = ("in_analysis", "in_progress")


class SupplierCreditPostSale(models.Model):
    """A request of return, cancellation or bonus (Solicitação de Pós-Vendas). Seed 002.

    The customer's credit is on a temporary account until Supplier decides how much of it Supplier
    returns and how much the company returns directly.
    """

    _name = "supplier.credit.post.sale"
    _description = "Supplier Post-Sales Request"
    _inherit = [
        "supplier.credit.abstract.guard",
        "supplier.credit.abstract.subject",
        "supplier.credit.abstract.processing",
    ]
    _check_company_auto = True
    _order = "id desc"
    _transitions = {
        # Its message was withdrawn before it was sent; its credit note is posted again.
        "draft": {"to_send", "withdrawn"},
        "to_send": {"draft", "refused", "error"},
        "in_analysis": {"to_send", "in_progress", "error"},
        "in_progress": {"to_send", "in_analysis", "error"},
        "approved": {"to_send", "in_analysis", "in_progress", "error"},
        "partially_approved": {"to_send", "in_analysis", "in_progress", "error"},
        "refused": {"to_send", "in_analysis", "in_progress", "error"},
        "error": {"to_send", "in_analysis", "in_progress"},
        "withdrawn": {"draft", "refused"},
    }

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(
        selection=[("return", "Return"), ("cancellation", "Cancellation"), ("bonus", "Bonus")],
        required=True,
        readonly=True,
    )
    transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        required=True,
        readonly=True,
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    invoice_id = fields.Many2one(related="transaction_id.invoice_id", store=True, index=True)
    origin_id = fields.Many2one(
        comodel_name="supplier.credit.post.sale",
        string="Rest of",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The partially approved request whose rest this request asks for again.",
    )
    child_ids = fields.One2many(
        comodel_name="supplier.credit.post.sale", inverse_name="origin_id", readonly=True
    )
    code = fields.Char(string="Request Code")
    request_reason = fields.Char(
        string="Reason Given", readonly=True, help="The company's reason, which Supplier reads."
    )
    document_key = fields.Char(string="NF-e Access Key", readonly=True)
    document_number = fields.Char(
        readonly=True, help="Number of the NF-e in the request to Supplier."
    )
    # draft → to_send → in_analysis ⇄ in_progress → approved, partially_approved, refused
    #   ↑        ↕ an answer that cannot be used                                     ⇅ sent again
    # withdrawn error                                                            to_send
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("to_send", "To Send"),
            ("in_analysis", "In Analysis"),
            ("in_progress", "In Progress"),
            ("approved", "Approved"),
            ("partially_approved", "Partially Approved"),
            ("refused", "Refused"),
            ("error", "Error"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
    )
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
        help="Whether the decision is posted in the ledger.",
    )
    amount = fields.Monetary(required=True, readonly=True, tracking=True)
    supplier_amount = fields.Monetary(
        string="Returned by Supplier", readonly=True, help="Debited by Supplier in instalments."
    )
    direct_amount = fields.Monetary(
        string="Returned Directly",
        readonly=True,
        help="The part that the company has to credit to the customer, by Supplier's decision.",
    )
    own_direct_amount = fields.Monetary(
        string="Returned Directly by Choice",
        readonly=True,
        help="The part that Supplier refused and the company credited to the customer by choice.",
    )
    withdrawn_amount = fields.Monetary(readonly=True)
    resent_amount = fields.Monetary(
        string="Asked for Again", readonly=True, help="The rest that another request asks for."
    )
    open_amount = fields.Monetary(
        compute="_compute_open_amount",
        store=True,
        help="The part that is still a temporary credit of the customer.",
    )
    installment_ids = fields.One2many(
        comodel_name="supplier.credit.post.sale.installment",
        inverse_name="post_sale_id",
        string="Debit Instalments",
        readonly=True,
    )
    temporary_move_id = fields.Many2one(
        comodel_name="account.move",
        string="Temporary Credit",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        help="The credit note or entry with the customer's temporary credit.",
    )
    entry_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="supplier_post_sale_id",
        string="Entries",
        readonly=True,
        help="All entries of the request, including those that were undone.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of a post-sales request must be greater than zero."
    )
    _work_idx = models.Index(
        "(agreement_id, state) WHERE state NOT IN ('approved', 'withdrawn')"
        " OR processing_state IN ('to_process', 'error')"
    )
    _cancellation_unique = models.UniqueIndex(
        "(transaction_id) WHERE kind = 'cancellation' AND origin_id IS NULL",
        "A sale can be cancelled only once.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("kind", "invoice_id.name", "temporary_move_id.name", "code")
    def _compute_name(self):
        for request in self:
            document = request.invoice_id
            if request.kind == "return" and request.temporary_move_id:
                document = request.temporary_move_id
            parts = [request._selection_label("kind"), document.name, request.code]
            request.name = " / ".join(filter(None, parts))

    @api.depends(
        "amount",
        "supplier_amount",
        "direct_amount",
        "own_direct_amount",
        "withdrawn_amount",
        "resent_amount",
    )
    def _compute_open_amount(self):
        for request in self:
            settled = request.supplier_amount + request.direct_amount + request.own_direct_amount
            rest = request.amount - settled - request.withdrawn_amount - request.resent_amount
            request.open_amount = request.currency_id.round(rest)

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Requests %(requests)s are the record of what was sent to Supplier and cannot be "
                "deleted.",
                requests=", ".join(self.mapped("name")),
            )
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_root(self):
        """Return the first request of the chain, which has the temporary credit."""
        root = self
        while root.origin_id:
            root = root.origin_id
        return root

    def _get_temporary_lines(self):
        """Return the journal items of the customer's temporary credit."""
        return self._get_root().temporary_move_id.line_ids.filtered("is_supplier_temporary")

    def _apply_answer(self, message, body):
        answer = PostSale.from_wire(body)
        if message.operation == "post_sale_query" and answer.code != self.code:
            # Queried before the request was sent again: it is the answer to the former one.
            return
        self._check_code_is_free(answer.code)
        answer.check_parts(Decimal(str(self.currency_id.round(self.amount))))
        if self.state in DECIDED:
            self._check_decision_stands(answer)
            return
        if message.is_found:
            self._note_found(answer.code)
        values = {"code": answer.code, "reason": answer.reason or False, "error": False}
        if answer.state not in DECIDED:
            self._move_to(answer.state, **values)
            return
        self._move_to(
            answer.state,
            supplier_amount=float(answer.supplier_amount),
            direct_amount=float(answer.direct_amount),
            **values,
        )
        self._store_debits(answer.debits)
        if answer.approved_amount:
            self._move_processing_to("to_process")
            self._process_decision()

    def _check_decision_stands(self, answer):
        """Refuse an answer that contradicts Supplier's decision; a repetition changes nothing.

        :raise MalformedAnswer: naming both
        """
        decided = (self.state, self.supplier_amount, self.direct_amount)
        answered = (answer.state, float(answer.supplier_amount), float(answer.direct_amount))
        if decided != answered:
            raise MalformedAnswer(f"Supplier decided {decided} before and answers {answered} now")

    def _get_known_codes(self, operation):
        same = self.sudo().search([("transaction_id", "=", self.transaction_id.id)])
        return [*super()._get_known_codes(operation), *filter(None, same.mapped("code"))]

    def _apply_rejection(self, message, reason):
        if message.operation == "post_sale_create":
            self._move_to("refused", reason=False, error=reason)
        else:
            self.error = reason

    def _show_problem(self, message, text):
        if message.state == "failed" and self.state in ("to_send", *UNDECIDED):
            self._move_to("error", error=text)
        else:
            self.error = text

    def _store_debits(self, debits):
        self.env["supplier.credit.post.sale.installment"].create(
            [
                {
                    "post_sale_id": self.id,
                    "number": entry.number,
                    "debit_date": entry.debit_date,
                    "amount": float(entry.amount),
                    "fee_kept": float(entry.fee_kept),
                    "fee_refunded": float(entry.fee_refunded),
                }
                for entry in debits
            ]
        )
