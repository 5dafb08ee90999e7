from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...tools.rounding import exact, prorate


class VendorFinancingRepricing(models.TransientModel):
    """One change of many instalments of open contracts: due date, rate or total. Seed 004."""

    _name = "vendor.financing.repricing"
    _description = "Change Vendor Instalments"
    _inherit = "vendor.financing.abstract.guard"

    installment_ids = fields.Many2many(
        comodel_name="vendor.financing.contract.installment",
        relation="vendor_financing_repricing_part_rel",
        column1="wizard_id",
        column2="installment_id",
        string="Instalments",
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one(
        related="installment_ids.currency_id", related_sudo=False, readonly=True
    )
    change = fields.Selection(
        selection=[
            ("date", "Due date"),
            ("rate", "Customer's rate"),
            ("total", "What the customers pay together"),
        ],
        required=True,
        default="date",
    )
    date_due = fields.Date(string="New Due Date")
    is_priced = fields.Boolean(
        string="Calculate Interest and IOF Again",
        default=True,
        help="For the new due date, by the rate of each title. Otherwise the amounts stay.",
    )
    customer_rate = fields.Float(
        string="Customer's Rate (%)",
        digits=(9, 6),
        help="% a month (a year, where the agreement counts business days). It is that of whole "
        "titles, so all instalments of theirs are calculated again.",
    )
    customer_total = fields.Monetary(
        help="In BRL, divided among the instalments by their principal; the company's interest "
        "follows."
    )
    other_count = fields.Integer(
        string="Other Instalments of the Same Titles",
        compute="_compute_other_count",
        compute_sudo=False,
    )

    @api.depends("installment_ids")
    def _compute_other_count(self):
        for wizard in self:
            chosen = wizard.installment_ids
            wizard.other_count = len(chosen.title_id.installment_ids - chosen)

    @api.onchange("date_due")
    def _onchange_date_due(self):
        agreement = self.installment_ids.agreement_id[:1]
        return agreement and agreement._get_date_warning(self.date_due)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "vendor.financing.contract.installment":
            parts = self.env["vendor.financing.contract.installment"].browse(
                self.env.context.get("active_ids", [])
            )
            parts.check_access("read")
            values["installment_ids"] = [Command.set(parts.ids)]
            values["customer_total"] = sum(parts.mapped("customer_total"))
        return values

    def action_confirm(self):
        """Change all of these instalments, or none.

        :raise UserError: naming the contract that is not open, or what to enter
        """
        self.ensure_one()
        parts = self.installment_ids
        parts.check_access("write")
        for contract in parts.contract_id:
            contract._check_open()
        match self.change:
            case "date":
                self._change_date(parts)
            case "rate":
                parts.title_id.write(
                    {"rate_source": "entered", "customer_rate": self.customer_rate}
                )
            case "total":
                self._change_total(parts)
        return True

    def _change_date(self, parts):
        if not self.date_due:
            raise UserError(self.env._("Enter the new due date."))
        parts.write({"date_due": self.date_due})
        if self.is_priced:
            parts._propose()
            # The date stays one that was entered.
            parts._store_values({"is_by_hand": True})

    def _change_total(self, parts):
        principals = [exact(principal) for principal in parts.mapped("principal")]
        if self.customer_total <= 0:
            raise UserError(self.env._("Enter what the customers pay together, in BRL."))
        totals = prorate(exact(self.customer_total), principals)
        for part, total in zip(parts, totals, strict=True):
            part.customer_total = float(total)
