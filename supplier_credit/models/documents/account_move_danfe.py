import base64

from odoo import models
from odoo.exceptions import UserError

from ...tools.fiscal.danfe import draw_danfe, draw_supplier_danfe
from ...tools.fiscal.danfe_note import fill_note


class AccountMove(models.Model):
    """The DANFE of an invoice. Seed 001, "Faturamento", 2."""

    _inherit = "account.move"

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
        # Cancelled invoices are checked, too: their DANFE does not show the cancellation here.
        self._filter_charged_by_supplier()._filter_not_approved()._refuse_withheld()

    def _draw_danfe(self):
        """Return this invoice's DANFE as PDF bytes.

        :raise UserError: as `_check_danfe_allowed`
        """
        self.ensure_one()
        self._check_danfe_allowed()
        content = base64.b64decode(self.sudo().supplier_nfe_file)
        cancelled = self.supplier_sefaz_state == "cancelled"
        if not self._is_charged_by_supplier():
            return draw_danfe(content, cancelled=cancelled)
        agreement = self.sudo().supplier_transaction_ids.agreement_id
        instalments = self.sudo()._get_supplier_instalments()
        note = fill_note(
            agreement.danfe_note,
            card_name=agreement.card_name,
            instalments=len(instalments),
            number=self._get_nfe_number(),
            issue_date=self.supplier_nfe_issue_date,
        )
        # A single instalment is the invoice's total, which the DANFE has to show.
        with_amounts = len(instalments) > 1
        return draw_supplier_danfe(
            content,
            note,
            instalments=[
                (instalment.due_date, instalment.amount if with_amounts else None)
                for instalment in instalments
            ],
            cancelled=cancelled,
        )
