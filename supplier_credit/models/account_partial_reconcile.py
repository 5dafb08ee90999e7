from odoo import api, models


class AccountPartialReconcile(models.Model):
    """The receivable of a sale on Supplier's credit is settled by Supplier's approval alone.

    Payments, credit notes and statement lines all end here, whatever door they came through.
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
            pair = lines.browse([vals["debit_move_id"], vals["credit_move_id"]]).move_id
            if not any(move.is_supplier_entry for move in pair):
                moves |= pair
        moves._check_settled_by_supplier_only()
        return super().create(vals_list)

    def unlink(self):
        entries = (self.debit_move_id | self.credit_move_id).move_id.filtered("is_supplier_entry")
        if entries:
            # What Supplier owes by the entry may be settled and unsettled; the customer's part not.
            customers = self._filter_kept_by_supplier().credit_move_id.filtered(
                lambda line: line.move_id in entries
            )
            customers.move_id._check_not_registered_at_supplier()
        return super().unlink()

    def _filter_kept_by_supplier(self):
        """Return what only the undoing of our own entries may open again.

        A settlement that is being undone opens its items; its bank item is the bank's to match.
        """
        return self.filtered(
            lambda partial: partial.credit_move_id.account_type == "asset_receivable"
            and not any(
                move.supplier_settlement_id and not move.is_supplier_entry
                for move in (partial.debit_move_id | partial.credit_move_id).move_id
            )
        )
