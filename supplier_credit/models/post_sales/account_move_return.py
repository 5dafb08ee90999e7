from odoo import api, fields, models
from odoo.exceptions import UserError

# What Supplier reads of a reason, in characters.
LONGEST_REASON = 500


class AccountMove(models.Model):
    """Return of a registered sale, by the host's credit note. Seed 002, step 1; 5.1-5.3.

    The credit note's receivable stands on the temporary account, and the request leaves once its
    return NF-e is authorised.
    """

    _inherit = "account.move"

    # A column, so that other credit notes are told apart without a query.
    supplier_return_transaction_id = fields.Many2one(
        comodel_name="supplier.credit.transaction",
        string="Returns Transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The registered sale that this credit note takes goods back of.",
    )

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Looked up before the host drops what it had read of the sales.
        sales = [self._get_returnable_sale(vals) for vals in vals_list]
        moves = super().create(vals_list)
        for move, sale in zip(moves, sales, strict=True):
            if sale and move.move_type == "out_refund":
                move.sudo().supplier_return_transaction_id = sale.sudo().supplier_transaction_ids
        return moves

    def write(self, vals):
        result = super().write(vals)
        if vals.get("supplier_sefaz_state") == "authorised":
            notes = self.filtered("supplier_return_transaction_id").sudo()
            notes.supplier_post_sale_id._send_if_ready()
        if vals.get("state") == "cancel":
            self._forget_return()
        return result

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

    def unlink(self):
        notes = self.filtered("supplier_return_transaction_id")
        notes._take_back_from_supplier()
        notes._forget_return()
        return super().unlink()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        returns = self.filtered("supplier_return_transaction_id")
        for note in returns:
            note._check_returns_sale()
            note._put_on_temporary_account()
        posted = super()._post(soft)
        for note in returns & posted:
            note.sudo()._request_return()
        return posted

    def _get_returnable_sale(self, vals):
        """Return the invoice that a new document takes back goods of, if Supplier decides on it."""
        sale = self.browse(vals.get("reversed_entry_id") or ())
        return sale._filter_returnable()

    def _filter_returnable(self):
        """Return those of these invoices that the host's credit note may take back goods of."""
        return self.filtered(
            lambda move: move.supplier_nfe_key
            and move.move_type == "out_invoice"
            and move.sudo().supplier_transaction_ids._is_open_for_post_sale()
        )

    def _check_returnable(self, kind="return"):
        """Refuse to begin a return, or a bonus, that could not be brought to an end.

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
        """Refuse a credit note that is no return of its sale any more.

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

    def _put_on_temporary_account(self):
        """Let the credit stand where the host offers it for no payment (5.2, 5.3)."""
        if not self.invoice_date:
            # The host would set it on posting and make the receivable's item anew.
            self.invoice_date = fields.Date.context_today(self)
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
        """Make the request of a posted credit note, or take up its own again, and send it."""
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

    def _forget_return(self):
        """Withdraw the requests of credit notes that are cancelled or go."""
        for request in self.sudo().supplier_post_sale_id:
            if request.state == "draft" and request.kind == "return":
                request._move_to("withdrawn", withdrawn_amount=request.amount)

    def _take_back_from_supplier(self):
        notes = self.filtered("supplier_return_transaction_id").sudo()
        notes.supplier_post_sale_id._withdraw_unsent()
        return super()._take_back_from_supplier()

    def _check_not_told_supplier(self):
        """Refuse to change credit notes, too, that Supplier may have been told of.

        :raise UserError: naming the credit notes and how far each is
        """
        notes = self.filtered("supplier_return_transaction_id").sudo()
        told = notes.supplier_post_sale_id.filtered(
            lambda request: request.state not in ("draft", "withdrawn")
            or request.entry_ids - request.temporary_move_id
        )
        if told:
            raise UserError(
                self.env._(
                    "%(notes)s was sent to Supplier as a return and stays. If Supplier refused it, "
                    "use Decide on the request.",
                    notes=", ".join(
                        f"{request.temporary_move_id.display_name} ({request._state_label()})"
                        for request in told
                    ),
                )
            )
        return super()._check_not_told_supplier()
