from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Making a fatura: on the form, by the wizard and by the cron, always posted at once."""

    _inherit = "account.move"

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
        """Propose what the contract says: client, value and due date."""
        contract = self.billing_contract_id
        if not self.env.context.get("is_fatura") or not contract:
            return
        self.partner_id = self.partner_id or contract.partner_id
        today = self.invoice_date or fields.Date.context_today(self)
        self.invoice_date_due = fields.Date.add(today, days=contract.due_days)
        self.billing_amount = self.billing_amount or sum(contract.line_ids.mapped("subtotal"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _is_new_fatura(self, vals):
        """Return whether these values ask for a fatura whose lines its contract brings."""
        kind = vals.get("move_type") or self.env.context.get("default_move_type")
        return (
            vals.get("billing_contract_id")
            and kind == "out_invoice"
            and not vals.get("invoice_line_ids")
            and not vals.get("line_ids")
        )

    @api.model
    def _find_contracts_to_bill(self, vals_list):
        """Return the contract of each new fatura, None for all other documents.

        :raise UserError: if a contract is not active, or its client cannot be charged
        """
        new = [bool(self._is_new_fatura(vals)) for vals in vals_list]
        # Read together, however many faturas are made at once.
        ids = [
            vals["billing_contract_id"]
            for vals, is_new in zip(vals_list, new, strict=True)
            if is_new
        ]
        contracts = self.env["reseller.billing.contract"]
        found = [
            contracts.browse(vals["billing_contract_id"]).with_prefetch(ids) if is_new else None
            for vals, is_new in zip(vals_list, new, strict=True)
        ]
        for contract in filter(None, found):
            contract._check_may_be_billed()
        return found

    @api.model
    def _complete_faturas(self, vals_list, contracts):
        """Return the values with the lines of new faturas, which their contracts bring."""
        return [
            contract._complete_fatura(vals) if contract else vals
            for vals, contract in zip(vals_list, contracts, strict=True)
        ]

    def _issue_created_faturas(self, contracts):
        """Issue those of these documents whose contracts brought their lines."""
        self.browse(
            move.id for move, contract in zip(self, contracts, strict=True) if contract
        )._issue()

    def _check_contracts_written(self, vals):
        """Check the contracts of documents that became faturas of them, or of others."""
        if "billing_contract_id" in vals or "move_type" in vals:
            self._check_contracts_chosen()

    def _check_contracts_chosen(self):
        """Refuse contracts that are not active; the system takes over what the panel has made.

        :raise UserError: naming the contract
        """
        # Who is the system is checked when it posts.
        if not self.env.su:
            self._check_contracts_active()

    def _check_contracts_active(self):
        """Refuse faturas of contracts that are not active.

        :raise UserError: naming the contract
        """
        for contract in self._is_fatura().billing_contract_id.sudo():
            contract._check_active()

    def _check_contracts_to_issue(self):
        """Refuse to post a fatura whose contract is not active.

        What was posted before was issued, and may be corrected; what the panel has made may be owed
        whatever the contract is by now.

        :raise UserError: naming the contract
        """
        new = self._is_fatura().filtered(lambda move: not move.posted_before)
        new = new.filtered(lambda move: move.billing_contract_id.sudo().state != "active")
        (new - new._get_made_in_panel())._check_contracts_active()

    def _issue(self):
        """Post new faturas, which queues their charges in the same transaction.

        :raise UserError: naming the fatura whose taxes do not fit its value
        """
        for move in self:
            if move.currency_id.compare_amounts(move.amount_total, move.billing_amount):
                raise UserError(
                    self.env._(
                        "The taxes of %(client)s's fatura do not fit its value: %(total)s instead "
                        "of %(amount)s. Use taxes that are included in the price.",
                        client=move.partner_id.display_name,
                        total=move.currency_id.format(move.amount_total),
                        amount=move.currency_id.format(move.billing_amount),
                    )
                )
        if self:
            self._post(soft=False)
