from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import ACCOUNTANT
from ...tools.rounding import exact, prorate


class VendorFinancingSettlement(models.TransientModel):
    """Payments of customers to the bank (baixa), and debits by the bank. Seed 004."""

    _name = "vendor.financing.settlement"
    _description = "Settle or Debit Vendor Instalments"
    _inherit = "vendor.financing.abstract.guard"

    kind = fields.Selection(
        selection=[
            ("settlement", "Paid by the customer"),
            ("early_settlement", "Paid early by the customer"),
            ("default", "Debited by the bank"),
        ],
        string="What Happened",
        required=True,
        default="settlement",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    charges = fields.Monetary(
        help="Interest, fine and expenses that the bank debited besides the principal, in BRL; "
        "divided among the contracts by principal."
    )
    rebate = fields.Monetary(
        help="The bank's credit because the customer paid early, in BRL; divided among the "
        "contracts by principal."
    )
    bill_charges = fields.Boolean(
        string="Bill the Charges",
        help="Creates a draft invoice of the charges for each customer.",
    )
    accelerate = fields.Boolean(
        string="Accelerate these Customers",
        help="All other open instalments of the same customers under the same contracts fall due "
        "on this date (acceleration).",
    )
    accelerate_others = fields.Boolean(
        string="Accelerate the Other Customers, Too",
        help="Also the open instalments of all other customers under the same contracts, who have "
        "not failed to pay.",
    )
    note = fields.Char(help="Stored with the operation.")
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_company")
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    line_ids = fields.One2many(
        comodel_name="vendor.financing.settlement.line",
        inverse_name="wizard_id",
        string="Instalments",
    )
    total = fields.Monetary(compute="_compute_total")

    @api.depends("line_ids.installment_id")
    def _compute_company(self):
        for wizard in self:
            wizard.company_id = wizard.line_ids.installment_id.company_id[:1] or self.env.company

    @api.depends("line_ids.amount")
    def _compute_total(self):
        for wizard in self:
            wizard.total = sum(wizard.line_ids.mapped("amount"))

    @api.model
    def _open(self, installments, kind, is_due=False):
        """Return the action that opens this wizard on the open part of instalments.

        :param is_due: propose amounts only for those that are due, or else the next one
        :raise UserError: if none of them is open
        """
        installments.check_access("read")
        financed = installments.filtered(lambda part: part.state == "financed")
        if not financed:
            raise UserError(
                self.env._(
                    "Nothing of %(installments)s is financed at the moment.",
                    installments=", ".join(installments[:5].mapped("display_name")),
                )
            )
        today = fields.Date.context_today(self)
        proposed = financed
        if is_due:
            first = min(financed.mapped("date_due"))
            proposed = financed.filtered(lambda part: part.date_due <= max(today, first))
        wizard = self.create(
            {
                "kind": kind,
                # Nothing can be settled before the bank has credited.
                "date": max(today, *financed.contract_id.mapped("credit_date")),
                "line_ids": [
                    Command.create(
                        {
                            "installment_id": part.id,
                            "amount": part.open_amount if part in proposed else 0.0,
                        }
                    )
                    for part in financed.sorted("date_due")
                ],
            }
        )
        return wizard._get_records_action(
            name=self.env._("Settled or Debited at the Bank"), target="new"
        )

    def action_confirm(self):
        """Book payments or debits, contract by contract; all or none.

        :raise AccessError: for users who may not post entries
        :raise UserError: naming the instalment that is not open or less open
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT):
            raise AccessError(
                self.env._("Only accountants may settle or debit instalments of vendor contracts.")
            )
        lines = self.line_ids.filtered(lambda line: line.amount)
        lines.installment_id.check_access("read")
        if not lines:
            raise UserError(self.env._("Enter an amount on at least one instalment."))
        amounts = defaultdict(dict)
        for line in lines:
            part = line.installment_id.sudo()
            amounts[part.contract_id][part] = line.amount
        shares = self._share(self._get_shared_amount(), amounts)
        for contract, of_contract in amounts.items():
            if self.kind == "default":
                operation = contract._default(
                    of_contract, self.date, shares[contract], note=self.note
                )
                if self.bill_charges:
                    operation.charge_move_ids = contract._create_charge_invoices(
                        _share_by_principal(shares[contract], of_contract)
                    )
                if self.accelerate:
                    customers = operation.line_ids.installment_id.partner_id
                    contract._accelerate(self.date, None if self.accelerate_others else customers)
            else:
                contract._settle(
                    of_contract, self.date, self.kind, note=self.note, rebate=shares[contract]
                )
        return True

    def _get_shared_amount(self):
        """Return the bank's charges or rebate in BRL, by the kind of this wizard."""
        name = {"default": "charges", "early_settlement": "rebate"}.get(self.kind)
        if not name:
            return 0.0
        if self[name] < 0:
            raise UserError(self.env._("Charges and rebates cannot be negative."))
        return self[name]

    def _share(self, amount, amounts):
        """Return {contract: its part in BRL}; the parts sum up to the amount."""
        return _share_by_principal(
            amount,
            {contract: sum(of_contract.values()) for contract, of_contract in amounts.items()},
        )


def _share_by_principal(amount, principals):
    """Return {key: its part of an amount in BRL}; they sum up to it.

    :param principals: {key: principal in BRL}
    """
    parts = prorate(exact(amount), [exact(principal) for principal in principals.values()])
    return {key: float(part) for key, part in zip(principals, parts, strict=True)}


class VendorFinancingSettlementLine(models.TransientModel):
    """The paid or debited part of one instalment."""

    _name = "vendor.financing.settlement.line"
    _description = "Instalment to Settle or Debit"
    _inherit = "vendor.financing.abstract.guard"

    wizard_id = fields.Many2one(
        comodel_name="vendor.financing.settlement", required=True, ondelete="cascade"
    )
    installment_id = fields.Many2one(
        comodel_name="vendor.financing.contract.installment",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="installment_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(related="installment_id.partner_id", related_sudo=False)
    contract_id = fields.Many2one(related="installment_id.contract_id", related_sudo=False)
    date_due = fields.Date(related="installment_id.date_due", related_sudo=False)
    open_amount = fields.Monetary(related="installment_id.open_amount", related_sudo=False)
    amount = fields.Monetary(help="Principal in BRL; less than the open amount settles a part.")
