from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils

from ...models.common.company_day import get_company_today


class VendorFinancingMonthEnd(models.TransientModel):
    """The end of a month by hand: recognise what contracts earned, provide for expected losses."""

    _name = "vendor.financing.month.end"
    _description = "Close a Month of Vendor Contracts"
    _inherit = "vendor.financing.abstract.guard"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    date = fields.Date(
        string="Month",
        required=True,
        default=lambda self: self._default_date(),
        help="Any day of the month; the entries are of its last day.",
    )
    contract_count = fields.Integer(
        string="Contracts", compute="_compute_preview", compute_sudo=False
    )
    income = fields.Monetary(
        string="Interest Earned",
        compute="_compute_preview",
        compute_sudo=False,
        help="Not recognised yet until the end of that month, in BRL.",
    )
    cost = fields.Monetary(
        string="Cost Spent",
        compute="_compute_preview",
        compute_sudo=False,
        help="Equalization, IOF and interest of extensions until the end of that month, in BRL.",
    )
    loss = fields.Monetary(
        string="Expected Loss",
        compute="_compute_preview",
        compute_sudo=False,
        help="Of all contracts at the end of that month, in BRL; reversed on the next day.",
    )

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _default_date(self):
        today = get_company_today(self.env.company)
        return fields.Date.subtract(today.replace(day=1), days=1)

    @api.depends("company_id", "date")
    def _compute_preview(self):
        for wizard in self:
            day = wizard._get_last_day()
            contracts = wizard._find_contracts()
            amounts = {"income": 0.0, "cost": 0.0, "loss": 0.0}
            for contract in contracts:
                if contract._is_over_term() and contract._get_unrecognised_months(day):
                    for (_part, kind), amount in contract._compute_recognised(day).items():
                        amounts["income" if kind == "interest" else "cost"] += amount
                amounts["loss"] += contract._compute_expected_loss(day)
            wizard.contract_count = len(contracts)
            wizard.update(amounts)

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_close(self):
        """Post the entries of the month; show them.

        :raise AccessError: for users who may not post entries
        :raise UserError: if the month is not over, nothing is to be posted, or it is locked
        """
        self.ensure_one()
        contracts = self._find_contracts()
        contracts.check_access("write")
        contracts._check_may_post()
        self._check_month()
        operations = contracts.sudo()._close_month(self._get_last_day())
        if not operations:
            raise UserError(
                self.env._(
                    "%(company)s: nothing is left to recognise or to provide for until "
                    "%(date)s. The month is closed already, or no contract has anything to defer.",
                    company=self.company_id.display_name,
                    date=self._get_last_day(),
                )
            )
        entries = operations._get_moves()
        return entries.with_env(self.env)._get_records_action(
            name=self.env._("Entries of the Month"),
            views=[(False, "list"), (False, "form")],
            domain=[("id", "in", entries.ids)],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_last_day(self):
        return self.date and date_utils.end_of(self.date, "month")

    def _find_contracts(self):
        """Return the contracts that this month's end may change."""
        self.ensure_one()
        contracts = self.env["vendor.financing.contract"]
        if not self.date or not self.company_id:
            return contracts
        return contracts._find_for_month(self.company_id, self._get_last_day())

    def _check_month(self):
        """Refuse a month that has not begun to end.

        :raise UserError: naming the month
        """
        current = date_utils.end_of(get_company_today(self.company_id), "month")
        if self._get_last_day() > current:
            raise UserError(
                self.env._(
                    "%(date)s is of a month to come. Choose the current month or an earlier one.",
                    date=self.date,
                )
            )
