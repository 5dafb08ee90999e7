from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.rounding import exact

HUNDRED = Decimal(100)


class VendorFinancingAgreement(models.Model):
    """What a company expects to lose by its guarantee, from the arrears of customers (perda
    esperada, CPC 48 item 5.5)."""

    _inherit = "vendor.financing.agreement"

    loss_rate_ids = fields.One2many(
        comodel_name="vendor.financing.loss.rate",
        inverse_name="agreement_id",
        string="Expected Loss",
        help="Without a rate no loss is provided for.",
    )
    loss_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Expected Loss Account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        tracking=True,
        help="Expense of each month's expected loss (Perdas esperadas).",
    )
    loss_allowance_account_id = fields.Many2one(
        comodel_name="account.account",
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
        tracking=True,
        help="What is provided for the guarantee at a month's end (Provisão para perdas).",
    )

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("loss_rate_ids", "loss_account_id", "loss_allowance_account_id")
    def _check_loss_accounts(self):
        for agreement in self:
            if agreement.loss_rate_ids and not (
                agreement.loss_account_id and agreement.loss_allowance_account_id
            ):
                raise ValidationError(
                    self.env._(
                        "Agreement %(agreement)s has rates of expected loss. Enter the accounts of "
                        "expected loss and loss allowance, on which it is provided for.",
                        agreement=agreement.name,
                    )
                )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_loss_rate(self, days):
        """Return the expected loss of what is some days in arrears, as a fraction (Decimal)."""
        self.ensure_one()
        rates = self.loss_rate_ids.filtered(lambda one: one.days_from <= max(days, 0))
        return exact(rates.sorted("days_from")[-1:].rate) / HUNDRED
