from odoo import models


class AccountMove(models.Model):
    """A client's credit: what was paid too much, or credited, and settles the next fatura.

    Credit of subscription control only: money of other dealings with the client stays where it is.
    """

    _inherit = "account.move"

    def _use_client_credit(self):
        """Settle these new faturas with their clients' credit, where the provider's setting is on.

        Called before they are charged, so that the charge is over what is left.
        """
        for fatura in self.filtered(lambda move: not move.charge_id):
            if not fatura.billing_contract_id.sudo()._get_provider().billing_use_credit:
                continue
            credit = fatura.partner_id._get_billing_credit_lines(fatura.company_id)
            own = fatura.sudo().line_ids.filtered_domain(
                [("account_id", "in", credit.account_id.ids), ("reconciled", "=", False)]
            )
            if own:
                (
                    credit.filtered_domain([("account_id", "in", own.account_id.ids)]) | own
                ).reconcile()

    def _settle_with_receipts(self):
        """Settle these faturas with what their own charges brought while they were drafts."""
        for fatura in self.filtered("charge_id").sudo():
            charges = fatura.env["payment.transaction"].search([("fatura_id", "=", fatura.id)])
            own = fatura.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and not line.reconciled
            )
            paid = charges.charge_payment_ids.move_id.line_ids.filtered(
                lambda line, own=own: line.account_id in own.account_id and not line.reconciled
            )
            if own and paid:
                (own | paid).reconcile()

    def _release_client_credit(self):
        """Undo that credit settled these faturas, before they are cancelled; clients keep it."""
        for fatura in self.filtered("billing_contract_id"):
            partials = fatura.sudo().line_ids.matched_credit_ids
            partials.filtered(
                lambda partial, fatura=fatura: fatura._is_foreign_credit(partial.credit_move_id)
            ).unlink()

    def _is_foreign_credit(self, line):
        """Return whether an item that settles this fatura is money of another one."""
        charge = line.payment_id.charge_id
        note = line.move_id.reversed_entry_id
        return (charge and charge.fatura_id != self) or (
            note and note != self and bool(note.billing_contract_id)
        )
