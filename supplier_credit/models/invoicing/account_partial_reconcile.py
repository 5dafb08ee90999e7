from odoo import api, models
from odoo.exceptions import UserError

from ...tools.worth import PAIR_FIELDS, find_oversettled


class AccountPartialReconcile(models.Model):
    """Only Supplier's approval settles the receivable of a sale on Supplier's credit.

    Only Supplier's decision settles a temporary credit. All payments, credit notes and statement
    lines are reconciled here, from whichever screen.
    """

    _inherit = "account.partial.reconcile"

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = self.env["account.move.line"]
        moves = self.env["account.move"]
        for vals in vals_list:
            pair = lines.browse([vals["debit_move_id"], vals["credit_move_id"]])
            self._check_temporary_credit(pair)
            if not self._is_approval(pair.move_id):
                moves |= pair.move_id
        moves._check_settled_by_supplier_only()
        partials = super().create(vals_list)
        partials._check_supplier_open()
        return partials

    def write(self, vals):
        is_user = not self.env.su and not PAIR_FIELDS.isdisjoint(vals)
        if is_user:
            self._check_decisions_kept()
            items = self.env["account.move.line"].browse(
                vals[name] for name in ("debit_move_id", "credit_move_id") if vals.get(name)
            )
            items.move_id._check_settled_by_supplier_only()
        result = super().write(vals)
        if is_user:
            self._check_supplier_open()
        return result

    def unlink(self):
        self._check_decisions_kept()
        return super().unlink()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_supplier_open(self):
        """Refuse users who settle more of a sale, or by more of an entry of Supplier, than is open.

        :raise UserError: naming the documents
        """
        if self.env.su:
            return
        ours = self.filtered(
            lambda partial: any(
                move.is_supplier_entry
                or move.supplier_entry_transaction_id
                or move.supplier_settlement_id
                or move.supplier_nfe_key
                for move in (partial.debit_move_id | partial.credit_move_id).move_id
            )
        )
        if oversettled := find_oversettled(ours):
            raise UserError(
                self.env._(
                    "%(documents)s cannot be reconciled like this: not so much is open, or not on "
                    "the same account. Reconcile open items of posted documents.",
                    documents=", ".join(oversettled.move_id.mapped("display_name")),
                )
            )

    def _check_decisions_kept(self):
        """Refuse to take back what Supplier's approval, decision or statement has settled.

        :raise UserError: naming the invoices or entries
        """
        entries = (self.debit_move_id | self.credit_move_id).move_id._filter_supplier_entries()
        if entries:
            # Supplier's debt may be reconciled and unreconciled; the customer's receivable may not.
            locked = self._filter_locked_by_supplier()
            customers = locked.credit_move_id.filtered(lambda line: line.move_id in entries)
            customers.move_id.filtered(
                lambda move: not move.supplier_post_sale_id
            )._check_not_registered_at_supplier()
            settlements = (locked.debit_move_id.move_id & entries).filtered(
                "supplier_settlement_id"
            )
            settlements._check_not_registered_at_supplier()
            self._get_decisions(entries)._check_not_registered_at_supplier()

    def _is_approval(self, moves):
        """Return whether one of two documents is the approval entry of the other."""
        entries = moves.filtered("is_supplier_entry")
        return bool(entries and entries.sudo().supplier_entry_transaction_id.invoice_id & moves)

    def _check_temporary_credit(self, pair):
        """Refuse to settle a temporary credit by other items than those of its request."""
        temporary = pair.filtered("is_supplier_temporary")
        if not temporary:
            return
        requests = pair.move_id.sudo().supplier_post_sale_id
        made = all(line.move_id.is_supplier_entry for line in pair - temporary)
        if not made or len({request._get_root() for request in requests}) != 1:
            temporary._check_not_temporary()

    def _get_decisions(self, entries):
        """Return the entries that settle a temporary credit or the clearing.

        Their other items, Supplier's debits and the customer's credit, may be reconciled and
        unreconciled like any other.
        """
        decided = self.env["account.move"]
        for partial in self:
            entry = partial.debit_move_id.move_id & entries
            own = entry.sudo().supplier_post_sale_id
            other = partial.credit_move_id.move_id.sudo().supplier_post_sale_id
            if own and own._get_root() == other._get_root():
                decided |= entry
        return decided

    def _filter_locked_by_supplier(self):
        """Return the reconciliations that only undoing the addon's own entries may remove.

        A settlement that is being undone opens its items; its bank item belongs to the bank.
        """
        return self.filtered(
            lambda partial: partial.credit_move_id.account_type == "asset_receivable"
            and not any(
                move.supplier_settlement_id and not move.is_supplier_entry
                for move in (partial.debit_move_id | partial.credit_move_id).move_id
            )
        )
