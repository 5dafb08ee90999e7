from odoo import api, fields, models
from odoo.exceptions import UserError


class ResellerBillingContractChange(models.TransientModel):
    """Cancellation of a contract, or change of a plan, with what it costs shown before."""

    _name = "reseller.billing.contract.change"
    _description = "Change or Cancel a Contract"
    _inherit = "reseller.billing.abstract.guard"

    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    company_id = fields.Many2one(related="contract_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="contract_id.currency_id", related_sudo=False)
    kind = fields.Selection(
        selection=[("plan", "Change a plan"), ("cancel", "Cancel the contract")],
        required=True,
        default="plan",
    )
    is_pro_rata = fields.Boolean(related="contract_id.is_pro_rata", related_sudo=False)
    day = fields.Date(compute="_compute_day")
    line_id = fields.Many2one(
        comodel_name="reseller.billing.contract.line",
        string="Plan Now",
        domain="[('contract_id', '=', contract_id)]",
        compute="_compute_line_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    plan_id = fields.Many2one(
        comodel_name="reseller.billing.plan",
        string="New Plan",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
    )
    quantity = fields.Float(
        digits="Product Unit", compute="_compute_quantity", store=True, readonly=False
    )
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        help="Price of one for a period of the new plan, taxes included, in BRL.",
    )
    preview = fields.Html(
        string="Calculation", compute="_compute_preview", sanitize=False, compute_sudo=False
    )

    def _compute_day(self):
        self.day = fields.Date.context_today(self)

    @api.depends("contract_id")
    def _compute_line_id(self):
        for wizard in self:
            wizard.line_id = wizard.contract_id.line_ids[:1]

    @api.depends("line_id")
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.line_id.quantity or 1.0

    @api.depends("plan_id")
    def _compute_price(self):
        for wizard in self:
            wizard.price = wizard.plan_id.price

    @api.depends("contract_id", "kind", "line_id", "plan_id", "quantity", "price")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._render_preview()

    def action_confirm(self):
        """Cancel the contract, or change its plan; credits and last days are made with it.

        :raise UserError: if no plan is chosen, or the contract cannot be billed
        """
        self.ensure_one()
        self.check_access("write")
        self.contract_id.check_access("write")
        if self.kind == "cancel":
            return self.contract_id.action_cancel()
        if not self.line_id or not self.plan_id or self.line_id.contract_id != self.contract_id:
            raise UserError(
                self.env._(
                    "Choose the plan of %(contract)s that is changed, and the new one.",
                    contract=self.contract_id.display_name,
                )
            )
        self.line_id._change_plan(self.plan_id, self.quantity, self.price, self.day)
        return True

    def _render_preview(self):
        """Return what is billed and given back, or what happens without a calculation by days."""
        contract, day = self.contract_id, fields.Date.context_today(self)
        if not contract:
            return False
        if not contract.is_pro_rata or not contract.date_active:
            return self.env._(
                "The contract bills whole periods: nothing is given back. A new plan begins with "
                "the next month to be billed."
            )
        if self.kind == "cancel":
            return contract._preview_end(day)
        if not self.line_id or not self.plan_id:
            return False
        return contract._preview_plan(self.line_id, self.plan_id, self.quantity, self.price, day)
