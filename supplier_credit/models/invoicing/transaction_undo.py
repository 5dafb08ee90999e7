from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER_GROUP
from ..common.company_day import get_company_today


class SupplierCreditTransaction(models.Model):
    """Undoing the approval entry of a transaction."""

    _inherit = "supplier.credit.transaction"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_undo_processing(self):
        """Reverse the approval entry by a mirror entry of today, so that it can be posted again.

        Supplier's approval itself stays. Balances are those of before.

        :raise AccessError: for all but managers
        :raise UserError: naming the transaction, if nothing is posted or a transfer is settled
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only a manager of Supplier may undo the processing of an approval.")
            )
        self.invoice_id.check_access("write")
        for transaction in self.sudo():
            transaction._undo_processing()
        return True

    def action_view_entries(self):
        """Open all entries of this transaction, including those that were undone."""
        self.ensure_one()
        return self.env["account.move"]._get_records_action(
            name=self.env._("Entries of %(transaction)s", transaction=self.name),
            views=[(False, "list"), (False, "form")],
            domain=[("supplier_entry_transaction_id", "=", self.id)],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _undo_processing(self):
        self.ensure_one()
        self._check_undoable()
        entry = self.move_id
        # Without its owner the entry is no longer locked, and its reconciliations may be removed.
        self.move_id = False
        entry.is_supplier_entry = False
        (mirror,) = entry._reverse_moves(
            [
                {
                    "date": get_company_today(self.company_id),
                    "ref": self.env._("Undone: %(reference)s", reference=entry.ref),
                }
            ],
            cancel=True,
        )
        mirror.supplier_entry_transaction_id = self
        self.installment_ids.receivable_line_id = False
        self._move_processing_to("to_process", error=False)
        self.message_post(
            body=self.env._(
                "Processing undone: %(entry)s was taken back by %(mirror)s. The invoice is open "
                "again until the approval is processed.",
                entry=entry.name,
                mirror=mirror.name,
            )
        )

    def _check_undoable(self):
        if self.processing_state != "done":
            raise UserError(
                self.env._(
                    "The approval of transaction %(transaction)s has posted nothing to undo: "
                    "processing is %(processing)s.",
                    transaction=self.name,
                    processing=self._selection_label("processing_state"),
                )
            )
        settled = self.installment_ids.receivable_line_id.matched_credit_ids.credit_move_id.move_id
        if settled:
            raise UserError(
                self.env._(
                    "Transfers of transaction %(transaction)s are already settled by %(entries)s. "
                    "Undo the settlement first.",
                    transaction=self.name,
                    entries=", ".join(settled.mapped("display_name")),
                )
            )
        self._check_no_post_sales()
