import base64

from odoo import models
from odoo.exceptions import UserError

from ..tools.danfe import draw_danfe, draw_supplier_danfe
from ..tools.danfe_note import fill_note


class AccountMove(models.Model):
    """The DANFE of an invoice, and the gate before it. Seed 001, "Faturamento", 2."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_print_supplier_danfe(self):
        """Print the DANFE; refused with the reason until Supplier approved the transaction."""
        self._check_danfe_allowed()
        return self.env.ref("supplier_credit.account_move_report_danfe").report_action(self)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_danfe_allowed(self):
        """Raise UserError unless the DANFE of all these invoices may be printed."""
        for move in self:
            if not move.supplier_nfe_key:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s has no authorised NF-e yet. Use Upload NF-e first.",
                        invoice=move.display_name,
                    )
                )
            if move._is_charged_by_supplier() and move.sudo().supplier_state != "approved":
                raise UserError(
                    self.env._(
                        "The DANFE of %(invoice)s cannot be printed before Supplier approved its "
                        "transaction, so that no goods leave without it. Present state: %(state)s.",
                        invoice=move.display_name,
                        state=move.sudo().supplier_transaction_id._state_label()
                        or self.env._("not sent"),
                    )
                )

    def _is_charged_by_supplier(self):
        """Return whether the goods of this invoice are Supplier's to charge.

        By the bearer, by a transaction under way or approved, and by the order: taking the bearer
        off the invoice of a Supplier order does not open the way out of the gate.
        """
        self.ensure_one()
        transactions = self.sudo().supplier_transaction_ids
        return bool(
            self._filter_supplier_credit()
            or transactions.filtered(lambda transaction: transaction.state != "rejected")
            or (not transactions and self.sudo().supplier_order_id._filter_supplier_credit())
        )

    def _draw_danfe(self):
        """Return this invoice's DANFE as PDF bytes.

        :raise UserError: as `_check_danfe_allowed`
        """
        self.ensure_one()
        self._check_danfe_allowed()
        content = base64.b64decode(self.sudo().supplier_nfe_file)
        if not self._is_charged_by_supplier():
            return draw_danfe(content)
        agreement = self.sudo().supplier_transaction_ids.agreement_id
        note = fill_note(
            agreement.danfe_note,
            card_name=agreement.card_name,
            instalments=len(self._get_supplier_instalments()),
            number=self._get_nfe_number(),
            issue_date=self.supplier_nfe_issue_date,
        )
        return draw_supplier_danfe(content, note)
