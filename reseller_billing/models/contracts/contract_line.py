from odoo import api, fields, models

from .due import SETTLED_STATES


class ResellerBillingContractLine(models.Model):
    """A plan of a contract: how many, and at which price."""

    _name = "reseller.billing.contract.line"
    _description = "Plan of a Subscription Contract"
    _inherit = "reseller.billing.abstract.guard"
    _order = "contract_id, sequence, id"
    _check_company_auto = True
    _rec_name = "plan_id"

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
    date_start = fields.Date(
        string="From",
        readonly=True,
        copy=False,
        help="First day that is billed by days: when the plan was added or changed. Empty, it is "
        "the contract's start.",
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
        lines.filtered("first_month")._store_skipped_dues()
        return lines

    def write(self, vals):
        changed = self.browse()
        if "plan_id" in vals and "first_month" not in vals:
            changed = self.filtered(lambda line: line.plan_id.id != vals["plan_id"])
        result = super().write(vals)
        changed._begin_cycle()
        if vals.get("first_month"):
            self._store_skipped_dues()
        return result

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _begin_cycle(self):
        """Begin the cycle of plans in contracts that were activated before.

        It begins with the next month to be billed; by days, with today. A plan that was billed
        before, and is added again, begins when that time is over.
        """
        today = fields.Date.context_today(self)
        for line in self:
            contract = line.contract_id
            if not contract.date_active:
                continue
            paid_until = line._get_paid_until(today)
            if contract.is_pro_rata and not paid_until:
                line._begin_on(max(today, contract._get_billing_start()))
                continue
            month = max(contract._get_first_month(today), today.replace(day=1))
            if paid_until:
                after = fields.Date.add(paid_until, days=1)
                month = max(month, fields.Date.start_of(after, "month"))
            line.first_month = month

    def _store_skipped_dues(self):
        """Show what plans owe for months that were billed before these plans were to begin in them.

        Billing goes on with the next month; what lies before it is for a person to decide.
        """
        for line in self:
            contract = line.contract_id
            if not contract.date_active or not contract.next_month:
                continue
            known = contract._get_known_dues(line.first_month)[contract]
            months = contract._get_months_between(
                line.first_month.replace(day=1), contract.next_month
            )
            for month in filter(line._is_due, months):
                owed = line._get_owed(month, known)
                if owed and not owed.known:
                    self.env["reseller.billing.due"].sudo().create(owed.values)

    def _begin_on(self, day, **values):
        """Bill this plan by days from a day on; billed months with the next fatura.

        :param values: that are written with it
        """
        self.ensure_one()
        before = self.contract_id.sudo().due_ids
        self.sudo().write({**values, "first_month": day.replace(day=1), "date_start": day})
        # Months that were billed before this plan was in them.
        (self.contract_id.sudo().due_ids - before).write({"state": "queued"})

    def _get_paid_until(self, today):
        """Return the last day that the same plan of this contract is billed for, if it is not over.

        A line that was deleted and added again is a new one, but its months are billed.
        """
        dues = self.env["reseller.billing.due"].sudo()
        due = dues.search(
            [
                ("contract_id", "=", self.contract_id.id),
                ("plan_id", "=", self.plan_id.id),
                ("state", "in", SETTLED_STATES),
                ("date_end", ">=", today),
            ],
            order="date_end desc",
            limit=1,
        )
        return due.date_end

    def _is_due(self, month):
        """Return whether this plan is billed in a month, by its period.

        :param month: first day of the reference month
        """
        self.ensure_one()
        start = self.contract_id._get_billing_start()
        if month < max(start, self.first_month or start).replace(day=1):
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
