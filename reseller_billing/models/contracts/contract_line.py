from odoo import api, fields, models


class ResellerBillingContractLine(models.Model):
    """A plan of a contract: how many, and at which price."""

    _name = "reseller.billing.contract.line"
    _description = "Plan of a Subscription Contract"
    _inherit = "reseller.billing.abstract.guard"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="reseller.billing.contract",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    plan_id = fields.Many2one(
        comodel_name="reseller.billing.plan",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    first_month = fields.Date(
        copy=False,
        help="First month for which this plan is billed; its period counts from it. Set "
        "automatically when the contract becomes active, or the plan is added to an active "
        "one.",
    )
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0)
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        help="Price of one for a period, taxes included, in BRL.",
    )
    subtotal = fields.Monetary(compute="_compute_subtotal", store=True)

    _one_of_a_plan = models.Constraint(
        "UNIQUE (contract_id, plan_id)",
        "The contract already has this plan. Change the quantity instead.",
    )
    _not_negative = models.Constraint(
        "CHECK (quantity > 0 AND price >= 0)",
        "Quantity of a plan is more than zero, and its price cannot be negative.",
    )

    @api.depends("plan_id")
    def _compute_price(self):
        for line in self:
            line.price = line.plan_id.price

    @api.depends("quantity", "price")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.currency_id.round(line.quantity * line.price)

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: not line.first_month)._begin_cycle()
        return lines

    def write(self, vals):
        changed = self.browse()
        if "plan_id" in vals and "first_month" not in vals:
            changed = self.filtered(lambda line: line.plan_id.id != vals["plan_id"])
        result = super().write(vals)
        changed._begin_cycle()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _begin_cycle(self):
        """Begin the cycle of plans with the next month of contracts that were activated before."""
        today = fields.Date.context_today(self)
        for line in self:
            contract = line.contract_id
            if contract.date_active:
                line.first_month = max(contract._get_first_month(today), today.replace(day=1))

    def _is_due(self, month):
        """Return whether this plan is billed in a month, by its period.

        :param month: first day of the reference month
        """
        self.ensure_one()
        if self.first_month and month < self.first_month.replace(day=1):
            return False
        return self._is_in_cycle(month)

    def _is_in_cycle(self, month):
        """Return whether a whole number of periods is between a month and the first one.

        :param month: first day of the reference month
        """
        # Plans from before the field existed have no first month.
        since = self.first_month or self.contract_id.date_active or self.contract_id.date_start
        distance = (month.year - since.year) * 12 + month.month - since.month
        return distance % self.plan_id._get_months() == 0
