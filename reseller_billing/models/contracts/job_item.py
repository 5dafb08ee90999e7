from odoo import fields, models


class ResellerBillingJobItem(models.Model):
    """Contracts that somebody has chosen to be billed."""

    _inherit = "reseller.billing.job.item"

    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract", readonly=True, ondelete="cascade"
    )
    fatura_id = fields.Many2one(comodel_name="account.move", readonly=True, ondelete="set null")

    def _issue_faturas(self):
        """Issue the faturas of these contracts: what their plans owe, and is not billed yet.

        :raise UserError: naming the contract and what is missing
        """
        self = self.with_context(lang=self.job_id.user_id[:1].lang)
        today = fields.Date.context_today(self)
        # One that somebody else is billing now is found billed, or tried again.
        self.contract_id.lock_for_update()
        whole = self.filtered(lambda item: not item.month)
        faturas = whole.contract_id._bill_due(today)
        bills = []
        for month, items in (self - whole).grouped("month").items():
            known = items.contract_id._get_known_dues(month)
            for item in items:
                bill = item._prepare_bill(known, today)
                bills += [bill] if bill else []
        faturas |= faturas._create_faturas(bills)
        made = faturas.grouped("billing_contract_id")
        for item in self:
            item.fatura_id = made.get(item.contract_id, faturas.browse())[-1:]
        self.contract_id.filtered("billing_error")._clear_billing_error()
        self.write({"state": "done"})

    def _prepare_bill(self, known, today):
        """Return what `_create_faturas` makes; None, with the reason, if nothing is owed."""
        contract, month = self.contract_id, self.month
        dues = known[contract]
        if not contract._get_owed(month, dues):
            dues = dues.filtered(lambda due: due.month == month)
            self.message = contract._explain_nothing_owed(month, dues)
            return None
        contract._check_may_be_billed()
        values = contract._prepare_month(month, today)
        if self.date_due:
            values["invoice_date_due"] = self.date_due
        return contract._prepare_bill(values, dues)

    def _store_contract_error(self, error):
        """Show on the contract, too, why it could not be billed."""
        self.contract_id._with_reader_language()._store_billing_error(error)
