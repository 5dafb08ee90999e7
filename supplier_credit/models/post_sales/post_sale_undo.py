from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER_GROUP
from ..common.company_day import get_company_today


class SupplierCreditPostSale(models.Model):
    """Undoing the entries of a decision, the last request of a credit first."""

    _inherit = "supplier.credit.post.sale"

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_undo_processing(self):
        """Reverse the entries of the processing by mirror entries of today, to post them again.

        Supplier's decision itself stays; the company's choice about the rest is open again.
        Balances are those of before.

        :raise AccessError: for all but managers
        :raise UserError: naming the request, if nothing is posted or the credit was used
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only a manager of Supplier may undo the processing of a request.")
            )
        self.check_access("read")
        self.invoice_id.check_access("write")
        for request in self.sudo():
            request._undo_processing()
        return True

    def action_view_entries(self):
        """Open all entries of this request, including those that were undone."""
        self.ensure_one()
        return self.env["account.move"]._get_records_action(
            name=self.env._("Entries of %(request)s", request=self.display_name),
            views=[(False, "list"), (False, "form")],
            domain=[("supplier_post_sale_id", "=", self.id)],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_result_entries(self):
        """Return the entries of A, B and C that were not undone."""
        entries = self.entry_ids.filtered(lambda entry: entry.is_supplier_entry)
        return entries - self.temporary_move_id

    def _undo_processing(self):
        self.ensure_one()
        entries = self._get_result_entries()
        self._check_undoable(entries)
        if self.withdrawn_amount:
            # The withdrawn part is requested again; another request may have used it meanwhile.
            root = self._get_root()
            self.transaction_id._check_post_sale(root.amount, apart=root)
        # Without the mark the entries are no longer locked, and can be unreconciled.
        entries.is_supplier_entry = False
        mirrors = entries._reverse_moves(
            [
                {
                    "date": get_company_today(self.company_id),
                    "ref": self.env._("Undone: %(reference)s", reference=entry.ref),
                }
                for entry in entries
            ],
            cancel=True,
        )
        mirrors.supplier_post_sale_id = self
        self.installment_ids.receivable_line_id = False
        approved = self.state in ("approved", "partially_approved")
        self._move_processing_to(
            "to_process" if approved else "none",
            own_direct_amount=0,
            withdrawn_amount=0,
            error=False,
        )
        self.message_post(
            body=self.env._(
                "Processing undone: %(entries)s taken back by %(mirrors)s. The credit is temporary "
                "again.",
                entries=", ".join(entries.mapped("name")),
                mirrors=", ".join(mirrors.mapped("name")),
            )
        )

    def _check_undoable(self, entries):
        if self.processing_state != "done" or not entries:
            raise UserError(
                self.env._(
                    "%(request)s has posted nothing to undo: processing is %(processing)s.",
                    request=self.display_name,
                    processing=self._selection_label("processing_state"),
                )
            )
        if later := self.child_ids.filtered(lambda child: child.state != "withdrawn"):
            raise UserError(
                self.env._(
                    "The rest of %(request)s was asked for again by %(later)s. That one comes "
                    "first.",
                    request=self.display_name,
                    later=", ".join(later.mapped("display_name")),
                )
            )
        if used := self._get_settling_documents(entries):
            raise UserError(
                self.env._(
                    "What %(request)s credited is already settled by %(entries)s. Undo that first.",
                    request=self.display_name,
                    entries=", ".join(used.mapped("display_name")),
                )
            )

    def _get_settling_documents(self, entries):
        """Return the documents that settle the debits or the customer's credit."""
        credit_lines = entries.line_ids.filtered(lambda line: line.balance < 0)
        return credit_lines.matched_debit_ids.debit_move_id.move_id - entries
