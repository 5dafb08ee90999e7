from odoo import models
from odoo.exceptions import RedirectWarning, UserError

from ...const import BEARER_FIELD
from ...tools.origin import is_of_till
from ...tools.worth import OPEN_ENTRY_FIELDS, OPEN_MOVE_FIELDS, filter_kept_changed, securing
from .account_move import FREE_STATES


class AccountMove(models.Model):
    """Locks invoices that were sent to Supplier. Seed 002, first paragraph.

    Supplier neither cancels nor changes a registered sale. Every method of the host that would
    change such an invoice, or an entry made of it, calls the checks of this file.
    """

    _inherit = "account.move"

    def _compute_preferred_payment_method_line_id(self):
        """Keep bearers that would put posted documents into Supplier's credit or out of it.

        The host computes it whenever somebody writes partner or company, by the same value, too.
        Of a till's sale, which was paid there, the customer's default bearer is not taken over.
        """
        ours = self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        posted = self._origin.filtered(lambda move: ours and move.state == "posted")
        kept = {move: move.preferred_payment_method_line_id for move in posted}
        result = super()._compute_preferred_payment_method_line_id()
        for move in self:
            bearer = kept.get(move._origin)
            if bearer is not None and ours & {bearer.id, move.preferred_payment_method_line_id.id}:
                move.preferred_payment_method_line_id = bearer
            elif move.preferred_payment_method_line_id.id in ours and is_of_till(move):
                move.preferred_payment_method_line_id = False
        return result

    def _withdraw_from_supplier_before(self, vals):
        """Withdraw these documents where the values change their bearer, draft or cancel them.

        Everything else stays once Supplier may have it, but what is listed as open.

        :raise UserError: as `_check_not_registered_at_supplier`
        """
        if BEARER_FIELD in vals:
            self.filtered(
                lambda move: move[BEARER_FIELD].id != vals[BEARER_FIELD]
            )._withdraw_from_supplier()
        if vals.get("state") in ("draft", "cancel"):
            self._withdraw_from_supplier()
        # Supplier knows sales and returns by their NF-e; entries are only the company's.
        documents = filter_kept_changed(
            self, vals, OPEN_MOVE_FIELDS, lambda move: bool(move.supplier_nfe_key)
        )
        entries = filter_kept_changed(
            self, vals, OPEN_ENTRY_FIELDS, lambda move: move._has_supplier_lock()
        )
        (documents | entries)._check_not_registered_at_supplier()

    def _withdraw_from_supplier(self):
        """Withdraw what was not sent to Supplier yet; refuse if it was.

        :raise UserError: as `_check_not_registered_at_supplier`
        """
        self._withdraw_unsent_returns()
        for transaction in self.filtered("supplier_nfe_key").sudo().supplier_transaction_ids:
            transaction._withdraw_unsent()
        self._check_not_registered_at_supplier()

    def _check_not_registered_at_supplier(self):
        """Refuse to change documents that Supplier may already have, and the entries made of them.

        :raise UserError: naming the invoices with their states, or the entries
        :raise RedirectWarning: the same for an approved sale, with a button to the post-sales
        """
        try:
            self._check_not_sent_to_supplier()
        except UserError as error:
            approved = self._filter_returnable()
            if not approved:
                raise
            raise RedirectWarning(
                str(error), approved[0]._prepare_post_sale_guide(), self.env._("Post-Sales")
            ) from error

    def _check_not_sent_to_supplier(self):
        """As `_check_not_registered_at_supplier`, always by a UserError."""
        self._check_return_not_sent()
        entries = self._filter_supplier_entries()
        if settlements := entries.filtered("supplier_settlement_id"):
            raise UserError(
                self.env._(
                    "%(entries)s was made by a settlement of Supplier and stays as long as its "
                    "statement is posted. A manager can use Undo on the statement.",
                    entries=", ".join(settlements.mapped("display_name")),
                )
            )
        if entries:
            raise UserError(
                self.env._(
                    "%(entries)s was made by Supplier's approval of a sale, or by its decision on "
                    "a post-sales request, and stays as long as that counts. A manager can use "
                    "Undo Processing on the transaction or the request.",
                    entries=", ".join(entries.mapped("display_name")),
                )
            )
        # Only an invoice that took over an NF-e can be registered; others cost no query.
        transactions = self.filtered("supplier_nfe_key").sudo().supplier_transaction_ids
        registered = transactions.filtered(lambda transaction: transaction.state not in FREE_STATES)
        if registered:
            raise UserError(
                self.env._(
                    "%(invoices)s was sent to Supplier, which neither cancels nor changes a "
                    "registered sale. It can be neither reset, cancelled, credited nor charged "
                    "otherwise. If it still waits for an answer, query its transaction; once it is "
                    "approved and processed, see Post-Sales for return and cancellation.",
                    invoices=", ".join(
                        f"{transaction.invoice_id.display_name} ({transaction._state_label()})"
                        for transaction in registered
                    ),
                )
            )

    def _has_supplier_lock(self):
        """Return whether Supplier may have this document, or it was made for it; no query."""
        self.ensure_one()
        return bool(
            self.supplier_nfe_key
            or self.is_supplier_entry
            or self.supplier_entry_transaction_id
            or self.supplier_settlement_id
            or self.supplier_return_transaction_id
        )

    def _hash_moves(self, **options):
        with securing():
            return super()._hash_moves(**options)

    def _filter_supplier_entries(self):
        """Return the entries that a transaction, a request or a statement stands on.

        The owning records say so. The columns of an entry tell only which of them to ask, so that
        other documents cost no query.
        """
        marked = self.filtered(
            lambda move: move.is_supplier_entry
            or move.supplier_entry_transaction_id
            or move.supplier_settlement_id
        )
        return marked.filtered(lambda move: move.sudo()._is_owned_by_supplier_record())

    def _is_owned_by_supplier_record(self):
        self.ensure_one()
        if self.supplier_post_sale_id:
            # All entries of a request have its column; those that were undone, no mark.
            return self.is_supplier_entry
        owners = (self.supplier_entry_transaction_id, self.supplier_settlement_id)
        return any(self == owner.move_id for owner in owners)

    def _check_never_prepared_for_supplier(self):
        """Refuse to delete invoices with a transaction, also one never sent or rejected."""
        known = self.filtered("supplier_nfe_key").sudo().supplier_transaction_ids.invoice_id
        if known:
            raise UserError(
                self.env._(
                    "%(invoices)s cannot be deleted: SEFAZ authorised the NF-e and its "
                    "transaction is on record. Cancel the invoice instead.",
                    invoices=", ".join(known.mapped("display_name")),
                )
            )

    def _check_supplier_reversal(self, cancel):
        """Let only approved and processed sales be credited, by a return.

        :param cancel: whether the reversal cancels the document, which no return does
        """
        returned = self.browse() if cancel else self._filter_returnable()
        returned._check_returnable()
        (self - returned)._check_not_registered_at_supplier()
        (self - returned)._check_settled_by_supplier_only()

    def _detach_from_supplier_orders(self):
        """Detach these invoices from their orders, so that their lines can be deleted."""
        if ours := self.filtered("supplier_order_id"):
            ours.check_access("unlink")
            ours.sudo().supplier_order_id = False

    def _check_settled_by_supplier_only(self):
        """Refuse payments and credit notes of posted invoices that Supplier charges.

        :raise UserError: naming the invoices and what to do instead
        """
        charged = self._filter_charged_by_supplier().filtered(lambda move: move.state == "posted")
        if charged:
            raise UserError(
                self.env._(
                    "Supplier charges the customer for %(invoices)s; only its approval settles "
                    "the receivable, no payment and no credit note. If the customer is to pay the "
                    "company directly, choose another bearer first.",
                    invoices=", ".join(charged.mapped("display_name")),
                )
            )
