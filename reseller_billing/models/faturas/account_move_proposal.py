from markupsafe import escape
from odoo import api, fields, models

from ..contracts.contract_fatura import get_reference


class AccountMove(models.Model):
    """What the form of a new fatura proposes: what its contract owes for the chosen month."""

    _inherit = "account.move"

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("is_one_off_fatura")
    def _compute_fatura_kind(self):
        for move in self:
            move.fatura_kind = "other" if move.is_one_off_fatura else "fee"

    def _inverse_fatura_kind(self):
        for move in self:
            move.is_one_off_fatura = move.fatura_kind == "other"

    @api.depends(
        "billing_contract_id", "reference_month", "reference_year", "fatura_due_ids.amount"
    )
    def _compute_fatura_proposal(self):
        for move in self:
            move.fatura_proposal = move._render_dues() if move.billing_contract_id else False

    # -------------------------------------------------------------------------
    # ONCHANGE METHODS
    # -------------------------------------------------------------------------

    @api.onchange("partner_id")
    def _onchange_fatura_partner_id(self):
        """Propose the client's contract."""
        contract = self.billing_contract_id
        if not self.env.context.get("is_fatura") or contract.partner_id == self.partner_id:
            return
        self.billing_contract_id = contract.search(
            [("partner_id", "=", self.partner_id.id), ("state", "=", "active")], limit=1
        )

    @api.onchange("billing_contract_id")
    def _onchange_billing_contract_id(self):
        """Propose client, what is owed and due date of the contract."""
        contract = self.billing_contract_id
        if not self.env.context.get("is_fatura") or not contract:
            return
        self.partner_id = self.partner_id or contract.partner_id
        self.is_one_off_fatura = False
        self._propose_fee()

    @api.onchange("reference_month", "reference_year")
    def _onchange_fatura_reference(self):
        """Propose what is owed for another month, unless something else is billed."""
        if not self.env.context.get("is_fatura") or not self.billing_contract_id:
            return
        if not self.is_one_off_fatura or not self.billing_amount:
            self._propose_fee()

    @api.onchange("fatura_kind")
    def _onchange_fatura_kind(self):
        """Propose the monthly fee, or ask for another value."""
        if not self.env.context.get("is_fatura") or not self.billing_contract_id:
            return
        self.is_one_off_fatura = self.fatura_kind == "other"
        if not self.is_one_off_fatura:
            self._propose_fee()
        elif self._is_fee(self.billing_amount):
            self.billing_amount = 0.0

    @api.onchange("billing_amount")
    def _onchange_fatura_amount(self):
        """Call what is not the monthly fee something else."""
        if not self.env.context.get("is_fatura") or not self.billing_contract_id.line_ids:
            return
        if self.billing_amount and not self._is_fee(self.billing_amount):
            self.is_one_off_fatura = True

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _propose_fee(self):
        """Propose value and due date of what is owed for the month; something else, if nothing."""
        contract, month = self.billing_contract_id, get_reference(self)
        today = self.invoice_date or fields.Date.context_today(self)
        if month:
            self.invoice_date_due = contract._get_due_date(month, today)
        if not contract.line_ids:
            # Without plans somebody says how much, and once a month is enough.
            dues = contract._get_known_dues(month)[contract] if month else contract.due_ids.browse()
            self.is_one_off_fatura = any(
                due.month == month and due.state == "billed" for due in dues
            )
            return
        owed = contract._get_owed(month)
        self.is_one_off_fatura = not owed
        self.billing_amount = sum(one.amount for one in owed)

    def _is_fee(self, amount):
        owed = self.billing_contract_id._get_owed(get_reference(self))
        return bool(owed) and self.billing_contract_id._is_sum(owed, amount)

    def _render_dues(self):
        """Return what the fatura bills of what is owed, or would bill, as a table for people."""
        contract, month = self.billing_contract_id, get_reference(self)
        rows = [
            (due.plan_id.name, due.date_start, due.date_end, due.explanation, due.amount)
            for due in self._origin.fatura_due_ids
            if due.plan_id
        ]
        if not self._origin and month and contract.line_ids:
            rows = [one.describe() for one in contract._get_owed(month)]
            if not rows:
                dues = contract._get_known_dues(month)[contract]
                dues = dues.filtered(lambda due: due.month == month)
                return escape(contract._explain_nothing_owed(month, dues))
        return bool(rows) and contract._render_rows(rows)
