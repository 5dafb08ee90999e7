from decimal import Decimal

from odoo import Command, api, fields, models

from ...tools.rounding import exact, prorate


class VendorFinancingContractTitle(models.Model):
    """One receivable item in a contract (título), with its instalments. Seed 004."""

    _name = "vendor.financing.contract.title"
    _description = "Title of a Vendor Financing Contract"
    _inherit = "vendor.financing.abstract.guard"
    _order = "contract_id, id"

    contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Receivable",
        required=True,
        index=True,
        ondelete="restrict",
        written_by="creator",
    )
    # Plain columns: related fields would search titles whenever any journal item is written.
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True, copy=False, index=True
    )
    principal = fields.Monetary(
        readonly=True,
        copy=False,
        help="The open amount of the receivable when it was added, in BRL.",
    )
    item_number = fields.Integer(
        readonly=True,
        copy=False,
        help="Which receivable of an invoice that has several, the first due first; 0 is the only "
        "one.",
    )
    # The receivable of a live title cannot be in another contract.
    is_live = fields.Boolean(default=True, readonly=True, copy=False)
    installment_ids = fields.One2many(
        comodel_name="vendor.financing.contract.installment",
        inverse_name="title_id",
        string="Instalments",
    )
    customer_total = fields.Monetary(
        compute="_compute_customer_total", help="Paid by the customer to the bank, in BRL."
    )
    # What the bank was told, whatever becomes of the invoice; its report names one of both.
    document_number = fields.Char(
        string="Invoice Number",
        readonly=True,
        copy=False,
        help="The invoice's number when the bank began to finance it.",
    )
    document_reference = fields.Char(
        string="Invoice Reference",
        readonly=True,
        copy=False,
        help="The invoice's reference when the bank began to finance it.",
    )
    original_date_maturity = fields.Date(readonly=True, copy=False)
    original_invoice_date_due = fields.Date(readonly=True, copy=False)
    original_no_followup = fields.Boolean(readonly=True, copy=False)

    _live_line = models.UniqueIndex(
        "(line_id) WHERE is_live",
        "One of these invoices was just added to another contract. Reload the page and choose "
        "among the pending ones.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("move_id", "line_id", "item_number")
    def _compute_display_name(self):
        for title in self:
            invoice = title.sudo().move_id.display_name or ""
            number = title.item_number
            title.display_name = f"{invoice}/{number}" if number else invoice

    @api.depends("installment_ids.customer_total", "installment_ids.state")
    def _compute_customer_total(self):
        for title in self:
            title.customer_total = sum(title._get_kept_parts().mapped("customer_total"))

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        titles = super().create(vals_list)
        for title in titles.sudo():
            title.write(title._prepare_of_receivable())
        if not self.env.su:
            # Substitution puts a title into an effective contract, with the entry for it.
            for contract in titles.contract_id:
                contract._check_open()
        return titles

    def unlink(self):
        before = {contract: contract._get_customer_credits() for contract in self.contract_id}
        result = super().unlink()
        for contract, credit in before.items():
            contract._propose_changed_iof(credit)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_effective(self):
        for contract in self.contract_id:
            contract._check_open()

    def _prepare_of_receivable(self):
        """Return what this title takes over from its receivable when it is added."""
        self.ensure_one()
        line = self.line_id
        items = line.move_id.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))
        return {
            **self._prepare_approved_terms(line.amount_residual),
            "principal": line.amount_residual,
            "move_id": line.move_id.id,
            "partner_id": line.partner_id.id,
            "item_number": items.ids.index(line.id) + 1 if len(items) > 1 else 0,
        }

    def _create_installments(self, due_dates):
        """Divide the principal of each title equally over these days, in new instalments."""
        for title in self:
            parts = prorate(exact(title.principal), [Decimal(1)] * len(due_dates))
            title.sudo().installment_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "contract_id": title.contract_id.id,
                            "number": number,
                            "date_due": day,
                            "principal": float(part),
                        }
                    )
                    for number, (day, part) in enumerate(
                        zip(due_dates, parts, strict=True), start=1
                    )
                ),
            ]

    def _get_credit_amount(self):
        """Return what the customer of this title takes under its contract in all, in BRL."""
        self.ensure_one()
        credit = self.contract_id._get_customer_credits()
        return credit[self.partner_id.commercial_partner_id]

    def _get_kept_parts(self):
        """Return the instalments of these titles that were not withdrawn."""
        return self.installment_ids.filtered(lambda part: part.state != "withdrawn")

    def _get_next_due_date(self):
        """Return when the first open instalment is due, or the last one where none is open."""
        self.ensure_one()
        open_ones = self.installment_ids.filtered(lambda part: part.state == "financed")
        dates = (open_ones or self.installment_ids).mapped("date_due")
        return min(dates) if open_ones else max(dates)
