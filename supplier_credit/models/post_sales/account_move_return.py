from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.company_day import get_company_today

# Characters of a reason that the API accepts.
LONGEST_REASON = 500


class AccountMove(models.Model):
    """Return of a registered sale, by the host's credit note. Seed 002, step 1; 5.1-5.3.

    The credit note's receivable is posted on the temporary account, and the request is sent once
    the return NF-e is authorised.
    """

    _inherit = "account.move"

    # A column, so that other credit notes are told apart without a query.
    supplier_return_transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        string="Returns Transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The registered sale whose goods this credit note returns.",
    )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_authorised_return(self):
        notes = self.filtered("supplier_return_transaction_id")
        if authorised := notes.filtered("supplier_nfe_key"):
            raise UserError(
                self.env._(
                    "%(notes)s cannot be deleted: SEFAZ authorised its return NF-e.",
                    notes=", ".join(authorised.mapped("display_name")),
                )
            )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_returned_sales(self, vals_list):
        """Return, for each new document, the registered sale that it reverses; empty without."""
        return [
            self.browse(vals.get("reversed_entry_id") or ())._filter_returnable()
            for vals in vals_list
        ]

    def _link_returned_sales(self, sales):
        """Note on new credit notes which transaction they return goods of.

        :param sales: of `_get_returned_sales`
        """
        for move, sale in zip(self, sales, strict=True):
            if sale and move.move_type == "out_refund":
                move.sudo().supplier_return_transaction_id = sale.sudo().supplier_transaction_ids

    def _update_returns_after(self, vals):
        """Send the requests of returns whose NF-e is authorised now; withdraw cancelled ones."""
        if vals.get("supplier_sefaz_state") == "authorised":
            notes = self.filtered("supplier_return_transaction_id").sudo()
            notes.supplier_post_sale_id._send_if_ready()
        if vals.get("state") == "cancel":
            self._withdraw_return_requests()

    def _withdraw_returns(self):
        """Withdraw the returns among these documents, which are going to be deleted.

        :raise UserError: naming the credit notes that Supplier already has
        """
        notes = self.filtered("supplier_return_transaction_id")
        notes._withdraw_from_supplier()
        notes._withdraw_return_requests()

    def _prepare_returns_for_posting(self):
        """Check the returns among these documents and put them on the temporary account.

        :raise UserError: naming the credit note and why it is no return of its sale
        """
        for note in self.filtered("supplier_return_transaction_id"):
            note._check_returns_sale()
            note._move_to_temporary_account()

    def _request_returns(self):
        """Create, or take up again, the requests of the posted returns among these documents."""
        for note in self.filtered("supplier_return_transaction_id"):
            note.sudo()._request_return()

    def _filter_returnable(self):
        """Return the invoices whose goods can be returned by the host's credit note."""
        return self.filtered(
            lambda move: move.supplier_nfe_key
            and move.move_type == "out_invoice"
            and move.sudo().supplier_transaction_ids._is_open_for_post_sale()
        )

    def _check_returnable(self, kind="return"):
        """Refuse a return, or a bonus, that could not be completed.

        :param kind: return or bonus
        :raise UserError: naming the invoice and why
        """
        for move in self:
            transaction = move.sudo().supplier_transaction_ids
            if move.supplier_sefaz_state == "cancelled":
                raise UserError(
                    self.env._(
                        "The NF-e of %(invoice)s is cancelled at SEFAZ; nothing of it can be "
                        "returned. See its cancellation under Post-Sales.",
                        invoice=move.display_name,
                    )
                )
            transaction._check_post_sale(transaction.currency_id.rounding)
            agreement = transaction.agreement_id
            agreement._get_post_sale_title(kind, "temporary", move.commercial_partner_id)
            agreement._get_clearing_account()

    def _check_returns_sale(self):
        """Refuse a credit note that does not agree with its sale.

        :raise UserError: naming the credit note and what differs
        """
        self.ensure_one()
        transaction = self.supplier_return_transaction_id.sudo()
        sale = transaction.invoice_id
        if self.commercial_partner_id != sale.commercial_partner_id:
            difference = self.env._("the customer")
        elif self.currency_id != sale.currency_id:
            difference = self.env._("the currency")
        else:
            sale._check_returnable()
            transaction._check_post_sale(self.amount_total, apart=self.supplier_post_sale_id.sudo())
            return
        raise UserError(
            self.env._(
                "Credit note %(note)s is of %(invoice)s, which was sent to Supplier, but "
                "%(difference)s is another one. Delete it and begin again from the invoice.",
                note=self.display_name,
                invoice=sale.display_name,
                difference=difference,
            )
        )

    def _move_to_temporary_account(self):
        """Move the credit to an account from which the host offers no payment (5.2, 5.3)."""
        if not self.invoice_date:
            # The host would set it on posting, and create the receivable's item again.
            self.invoice_date = get_company_today(self.company_id)
        agreement = self.supplier_return_transaction_id.sudo().agreement_id
        title = agreement._get_post_sale_title("return", "temporary", self.commercial_partner_id)
        terms = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        terms.sudo().write(
            {
                "account_id": title.account.id,
                "supplier_bearer_id": title.bearer.id,
                "is_supplier_temporary": True,
            }
        )

    def _request_return(self):
        """Create the request of a posted credit note, or use its former one, and send it."""
        self.ensure_one()
        requests = self.env["supplier.credit.post.sale"]
        request = self.supplier_post_sale_id
        values = {"amount": self.amount_total, "withdrawn_amount": 0}
        if request:
            request._move_to("draft", **values)
        else:
            request = requests.create(
                requests._prepare_request(
                    self.supplier_return_transaction_id,
                    "return",
                    self.amount_total,
                    temporary_move_id=self.id,
                    request_reason=(self.ref or "")[:LONGEST_REASON],
                )
            )
            self.supplier_post_sale_id = request
        request._send_if_ready()

    def _withdraw_return_requests(self):
        """Withdraw the drafted requests of credit notes that are cancelled or deleted."""
        for request in self.sudo().supplier_post_sale_id:
            if request.state == "draft" and request.kind == "return":
                request._move_to("withdrawn", withdrawn_amount=request.amount)

    def _withdraw_unsent_returns(self):
        """Withdraw the requests of returns that nobody has attempted to send."""
        notes = self.filtered("supplier_return_transaction_id").sudo()
        notes.supplier_post_sale_id._withdraw_unsent()

    def _check_return_not_sent(self):
        """Refuse to change credit notes that may have been sent to Supplier.

        :raise UserError: naming the credit notes and how far each is
        """
        notes = self.filtered("supplier_return_transaction_id").sudo()
        sent = notes.supplier_post_sale_id.filtered(
            lambda request: request.state not in ("draft", "withdrawn")
            or request.entry_ids - request.temporary_move_id
        )
        if sent:
            raise UserError(
                self.env._(
                    "%(notes)s was sent to Supplier as a return and stays. If Supplier refused it, "
                    "use Decide on the request.",
                    notes=", ".join(
                        f"{request.temporary_move_id.display_name} ({request._state_label()})"
                        for request in sent
                    ),
                )
            )
