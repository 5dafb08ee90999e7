from odoo import models
from odoo.exceptions import RedirectWarning, UserError

from ...const import BEARER_FIELD
from .account_move import FREE_STATES


class AccountMove(models.Model):
    """What Supplier was told stays as it is. Seed 002, first paragraph.

    Supplier neither cancels nor changes a registered sale. Every door of the host that would change
    such an invoice, or an entry made of it, leads to the checks of this file.
    """

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    def write(self, vals):
        if BEARER_FIELD in vals:
            self.filtered(
                lambda move: move[BEARER_FIELD].id != vals[BEARER_FIELD]
            )._take_back_from_supplier()
        if vals.get("state") in ("draft", "cancel"):
            self._take_back_from_supplier()
        if "supplier_order_id" in vals and not self.env.su:
            self._refuse_other_supplier_order()
        result = super().write(vals)
        if vals.get(BEARER_FIELD):
            ours = self._filter_supplier_credit()
            ours.filtered(lambda move: move.state == "posted")._check_supplier_document()
            ours._register_supplier_transactions()
        return result

    def unlink(self):
        ours = self.filtered("supplier_order_id")
        self._check_not_registered_at_supplier()
        self._check_never_prepared_for_supplier()
        if ours:
            # The lines of an invoice that goes as a whole are no longer held by the order.
            ours.check_access("unlink")
            ours.sudo().supplier_order_id = False
        return super().unlink()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def button_cancel(self):
        self._take_back_from_supplier()
        return super().button_cancel()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_draftable(self):
        self._take_back_from_supplier()
        return super()._check_draftable()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        returned = self.browse() if cancel else self._filter_returnable()
        returned._check_returnable()
        (self - returned)._check_not_registered_at_supplier()
        (self - returned)._check_settled_by_supplier_only()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _take_back_from_supplier(self):
        """Withdraw what has not left for Supplier yet; refuse if it has.

        :raise UserError: as `_check_not_registered_at_supplier`
        """
        for transaction in self.filtered("supplier_nfe_key").sudo().supplier_transaction_ids:
            transaction._withdraw_unsent()
        self._check_not_registered_at_supplier()

    def _check_not_registered_at_supplier(self):
        """Refuse to change what Supplier may already have, and the entries made of it.

        :raise UserError: naming the invoices and how far each is, or the entries
        :raise RedirectWarning: the same of one that Supplier approved, with the way on
        """
        try:
            self._check_not_told_supplier()
        except UserError as error:
            approved = self._filter_returnable()
            if not approved:
                raise
            raise RedirectWarning(
                str(error), approved[0]._prepare_post_sale_guide(), self.env._("Post-Sales")
            ) from error

    def _check_not_told_supplier(self):
        """As `_check_not_registered_at_supplier`, always by a UserError."""
        entries = self.filtered("is_supplier_entry")
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

    def _check_never_prepared_for_supplier(self):
        """Refuse to delete what has a transaction, even one that was never sent or was rejected."""
        known = self.filtered("supplier_nfe_key").sudo().supplier_transaction_ids.invoice_id
        if known:
            raise UserError(
                self.env._(
                    "%(invoices)s cannot be deleted: SEFAZ authorised the NF-e and its "
                    "transaction is on record. Cancel the invoice instead.",
                    invoices=", ".join(known.mapped("display_name")),
                )
            )

    def _refuse_other_supplier_order(self):
        raise UserError(
            self.env._(
                "The order of invoice %(invoice)s cannot be changed. Create the invoice from the "
                "order it bills.",
                invoice=self[:1].display_name,
            )
        )

    def _check_settled_by_supplier_only(self):
        """Refuse payments and credit notes of posted invoices that are Supplier's to charge.

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
