from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER_GROUP
from ..common.company_day import get_company_today


class SupplierCreditSettlement(models.Model):
    """Undoing the entry of a statement, so that it can be decided and posted again."""

    _inherit = "supplier.credit.settlement"

    move_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="supplier_settlement_id",
        string="All Entries",
        readonly=True,
        help="All entries of the statement, including those that were undone.",
    )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_undo(self):
        """Reverse the entries of these statements by mirror entries of today, the latest first.

        :raise AccessError: for all but managers
        :raise UserError: naming the statement that is not posted, or whose payment the bank's
            statement is reconciled with
        """
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a manager of Supplier may undo a settlement."))
        self.check_access("read")
        for settlement in self.sudo().sorted("move_id", reverse=True):
            settlement._undo()
        return True

    def action_view_moves(self):
        """Open all entries of this statement, including those that were undone."""
        self.ensure_one()
        return self.env["account.move"]._get_records_action(
            name=self.env._("Entries of %(statement)s", statement=self.name),
            views=[(False, "list"), (False, "form")],
            domain=[("supplier_settlement_id", "=", self.id)],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _undo(self):
        self.ensure_one()
        self.lock_for_update()
        self._check_undoable()
        move = self.move_id
        # Without its owner the entry is no longer locked, and its reconciliations may be removed.
        self.move_id = False
        move.is_supplier_entry = False
        (mirror,) = move._reverse_moves(
            [
                {
                    "date": get_company_today(self.company_id),
                    "ref": self.env._("Undone: %(reference)s", reference=move.ref),
                }
            ],
            cancel=True,
        )
        mirror.supplier_settlement_id = self
        posted = self.entry_ids.filtered(lambda entry: entry.state == "posted")
        posted._move_to("matched", settled_amount=0.0)
        self._move_to("undone", error=False)
        self.message_post(
            body=self.env._(
                "Settlement undone: %(entry)s was taken back by %(mirror)s. What it settled is "
                "open again until the statement is posted.",
                entry=move.name,
                mirror=mirror.name,
            )
        )

    def _check_undoable(self):
        if self.state != "posted":
            raise UserError(
                self.env._(
                    "Statement %(statement)s has posted nothing to undo: it is %(state)s.",
                    statement=self.name,
                    state=self._state_label(),
                )
            )
        ours = self.agreement_id._get_receivable_accounts()
        paid = self.move_id.line_ids.filtered(
            lambda line: line.account_id not in ours
            and (line.matched_debit_ids or line.matched_credit_ids)
        )
        if paid:
            matched = (
                paid.matched_debit_ids.debit_move_id | paid.matched_credit_ids.credit_move_id
            ).move_id
            raise UserError(
                self.env._(
                    "The payment of statement %(statement)s is reconciled with %(entries)s. Undo "
                    "that reconciliation first.",
                    statement=self.name,
                    entries=", ".join(matched.mapped("display_name")),
                )
            )
