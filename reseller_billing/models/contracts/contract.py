from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import CHARGE_KINDS

OPEN_STATES = ("trial", "active", "suspended")
# In the context where billing itself moves the next month on: plans stay in their cycles then. No
# client can send this object.
BILLED_KEY, BILLED = "reseller_billing_billed", object()
# What says from when on a contract is billed.
START_FIELDS = frozenset({"date_start", "trial_end"})


class ResellerBillingContract(models.Model):
    """Subscription of a client (contratação). Only clients with an active contract are billed.

    Seed 003, "Configurar a contratação dos clientes": a new contract is in trial (Em Teste) and is
    set to active (Ativo) by hand.
    """

    _name = "reseller.billing.contract"
    _inherit = [
        "reseller.billing.abstract.guard",
        "mail.thread",
        "mail.activity.mixin",
        "reseller.billing.abstract.state",
    ]
    _description = "Subscription Contract"
    _order = "name desc, id desc"
    _check_company_auto = True
    _transitions = {
        "trial": set(),
        "active": {"trial", "suspended"},
        "suspended": {"active"},
        "cancelled": set(OPEN_STATES),
    }

    name = fields.Char(string="Code", readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        domain=[("parent_id", "=", False)],
        written_by="user",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        check_company=True,
        help="Notified of open work.",
    )
    # trial → active ⇄ suspended
    #   ↓       ↓         ↓
    #         cancelled
    state = fields.Selection(
        selection=[
            ("trial", "In trial"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="trial",
        copy=False,
        index=True,
        tracking=True,
    )
    date_start = fields.Date(
        string="Start",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="Nothing is billed automatically before this day.",
    )
    trial_end = fields.Date(
        tracking=True,
        help="When the trial is over: the first day that is billed. Nothing is billed before it, "
        "and the responsible is notified.",
    )
    trial_activates = fields.Boolean(
        string="Activate by Itself",
        tracking=True,
        help="Set to active when the trial is over, without anybody doing it.",
    )
    trial_told = fields.Boolean(compute="_compute_trial_told", store=True, copy=False)
    date_active = fields.Date(string="Active Since", readonly=True, copy=False)
    date_suspended = fields.Date(
        string="Suspended Since",
        readonly=True,
        copy=False,
        help="Billing continues with the month in which the contract is active again.",
    )
    date_end = fields.Date(string="Cancelled On", readonly=True, copy=False)
    suspension_reason = fields.Selection(
        selection=[("overdue", "Overdue faturas"), ("manual", "By hand")],
        readonly=True,
        copy=False,
        help="Contracts suspended for overdue faturas are active again once these are paid. The "
        "months of a suspension are not billed.",
    )
    billing_day = fields.Integer(
        required=True,
        default=1,
        help="Day of the month on which the fatura is issued; the last day of a shorter month.",
    )
    due_days = fields.Integer(
        string="Days Until Due", required=True, default=10, help="From the billing day on."
    )
    due_by = fields.Selection(
        selection=[
            ("days", "Some days after the billing day"),
            ("day", "Every month on the same day"),
        ],
        string="Due",
        required=True,
        default="days",
    )
    due_day = fields.Integer(
        required=True,
        default=5,
        help="Day of the month on which faturas are due; the last day of a shorter month.",
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        required=True,
        default=10,
        help="How many days before the due day the client gets the fatura; the billing date "
        "follows. One that is issued late is due so many days later, too.",
    )
    is_pro_rata = fields.Boolean(
        string="Pro Rata by Days",
        tracking=True,
        help="The first period is billed by its days, and days that are not used are credited "
        "when the contract is cancelled or a plan is changed. Otherwise whole periods are billed.",
    )
    billing_date = fields.Date(
        string="Next Billing",
        compute="_compute_billing_date",
        store=True,
        help="The day on which the next fatura is issued.",
    )
    provider_id = fields.Many2one(
        comodel_name="payment.provider",
        compute="_compute_provider_id",
        store=True,
        readonly=False,
        # Users, who may duplicate a contract, read no providers; the company's is the default.
        copy=False,
        check_company=True,
        written_by="administrator",
        help="The provider that charges the client: boleto and Pix.",
    )
    charge_kind = fields.Selection(
        selection=CHARGE_KINDS,
        string="Charged By",
        required=True,
        default="boleto_pix",
        help="What the client can pay by. A boleto has a Pix code, too, if the provider's account "
        "has a Pix key. Where cards are offered, their fee is higher and the money comes about 32 "
        "days later.",
    )
    line_ids = fields.One2many(
        comodel_name="reseller.billing.contract.line",
        inverse_name="contract_id",
        string="Plans",
        copy=True,
    )
    amount_month = fields.Monetary(
        string="Amount a Month",
        compute="_compute_amount_month",
        store=True,
        help="All plans, a month, in BRL.",
    )
    has_plan = fields.Boolean(compute="_compute_has_plan", store=True)
    next_month = fields.Date(
        string="Next Reference Month",
        copy=False,
        help="First day of the next month that is billed automatically. If no plan would be "
        "billed in the month that you enter, those of the shortest period are billed from "
        "it on.",
    )
    fatura_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="billing_contract_id",
        string="Faturas",
        readonly=True,
    )
    due_ids = fields.One2many(
        comodel_name="reseller.billing.due",
        inverse_name="contract_id",
        string="Dues",
        readonly=True,
    )
    next_preview = fields.Html(
        string="Next Fatura",
        compute="_compute_next_preview",
        sanitize=False,
        help="What the next fatura bills, and how it is calculated.",
    )
    billing_obstacle = fields.Char(
        compute="_compute_billing_obstacle", help="Why no fatura can be made, and what to do."
    )
    billing_error = fields.Text(
        readonly=True, copy=False, help="Why the last fatura could not be issued by itself."
    )
    reminder_ids = fields.Many2many(
        comodel_name="reseller.billing.reminder",
        string="Reminders",
        default=lambda self: self._get_default_reminders(),
        check_company=True,
    )
    note = fields.Html(string="Notes")

    _billing_day_range = models.Constraint(
        "CHECK (billing_day BETWEEN 1 AND 31 AND due_days BETWEEN 0 AND 365)",
        "The billing day is from 1 to 31, and a fatura is due within 365 days.",
    )
    _due_day_range = models.Constraint(
        "CHECK (due_day BETWEEN 1 AND 31 AND notice_days BETWEEN 0 AND 60)",
        "The due day is from 1 to 31, and a fatura is issued up to 60 days before it.",
    )
    _one_without_plan = models.UniqueIndex(
        "(company_id, partner_id) WHERE state <> 'cancelled' AND has_plan IS FALSE",
        "The client already has an open contract without a plan. Use that one, or choose a plan.",
    )
    _to_bill_idx = models.Index("(company_id, billing_date) WHERE state = 'active'")

    # -------------------------------------------------------------------------
    # COMPUTE, CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for contract in self:
            parts = filter(None, (contract.name, contract.partner_id.display_name))
            contract.display_name = " · ".join(parts)

    @api.depends("company_id")
    def _compute_provider_id(self):
        for contract in self:
            provider = self.env["payment.provider"]._get_receipts_provider(contract.company_id)
            contract.provider_id = contract.provider_id or provider

    @api.depends("trial_end")
    def _compute_trial_told(self):
        """Notify again of another end of the trial."""
        self.trial_told = False

    @api.depends(
        "next_month",
        "due_by",
        "billing_day",
        "due_day",
        "notice_days",
        "date_start",
        "trial_end",
    )
    def _compute_billing_date(self):
        for contract in self:
            month = contract.next_month
            contract.billing_date = month and contract._get_billing_date(month)

    @api.depends(
        "next_month", "is_pro_rata", "date_start", "trial_end", "due_ids.state", "line_ids.subtotal"
    )
    def _compute_next_preview(self):
        for contract in self:
            contract.next_preview = contract._preview_next_fatura()

    @api.depends("company_id", "line_ids.plan_id.product_id")
    def _compute_billing_obstacle(self):
        for contract in self:
            contract.billing_obstacle = contract._find_billing_obstacle()

    @api.depends("line_ids")
    def _compute_has_plan(self):
        for contract in self:
            contract.has_plan = bool(contract.line_ids)

    @api.depends("line_ids.subtotal", "line_ids.plan_id.period")
    def _compute_amount_month(self):
        for contract in self:
            contract.amount_month = sum(
                line.subtotal / line.plan_id._get_months() for line in contract.line_ids
            )

    @api.constrains("partner_id", "state", "company_id", "line_ids")
    def _check_one_open_per_plan(self):
        """Refuse a second open contract of a client for a plan."""
        lines = self.filtered(lambda contract: contract.state in OPEN_STATES).line_ids
        for line in lines:
            contract = line.contract_id
            others = self.search(
                [
                    ("partner_id", "=", contract.partner_id.id),
                    ("company_id", "=", contract.company_id.id),
                    ("state", "in", OPEN_STATES),
                    ("line_ids.plan_id", "=", line.plan_id.id),
                    ("id", "!=", contract.id),
                ],
                limit=1,
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(client)s already has an open contract for %(plan)s: %(contract)s. Use "
                        "that one, or cancel it first.",
                        client=contract.partner_id.display_name,
                        plan=line.plan_id.display_name,
                        contract=others.name,
                    )
                )

    def _check_clients_merged(self, clients):
        """Refuse to make one of clients who both have what a client has one open contract for.

        :raise UserError: naming the contracts
        """
        contracts = self.search(
            [("partner_id", "in", clients.ids), ("state", "in", OPEN_STATES)], order="id"
        )
        for own in contracts.grouped("company_id").values():
            for plan in [*own.line_ids.plan_id, False]:
                same = own.filtered(
                    lambda contract, plan=plan: (
                        plan in contract.line_ids.plan_id if plan else not contract.line_ids
                    )
                )
                if len(same.partner_id) > 1:
                    raise UserError(
                        self.env._(
                            "%(clients)s cannot be merged: each has an open contract of the same "
                            "kind (%(contracts)s), and the client would be billed twice. Cancel "
                            "one of them first.",
                            clients=", ".join(same.partner_id.mapped("display_name")),
                            contracts=", ".join(same.mapped("name")),
                        )
                    )

    @api.constrains("next_month", "date_start")
    def _check_next_month(self):
        """Refuse a next month before the start of the contract."""
        for contract in self:
            month, start = contract.next_month, contract.date_start
            # Of a trial that ends later the months are passed over, not refused.
            if month and month < start.replace(day=1):
                raise ValidationError(
                    self.env._(
                        "%(contract)s starts on %(day)s and cannot be billed for %(month)s. Choose "
                        "a later Next Reference Month, or an earlier Start.",
                        contract=contract.display_name,
                        day=start,
                        month=f"{month.month:02}/{month.year}",
                    )
                )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._round_next_month(vals) for vals in vals_list]
        defaults = self.default_get(["state"])
        states = [vals.get("state", defaults.get("state")) for vals in vals_list]
        # Each other state is moved to, with what it requires.
        contracts = super().create([{**vals, "state": "trial"} for vals in vals_list])
        contracts._store_codes()
        contracts.partner_id.sudo()._increase_rank("customer_rank")
        contracts.partner_id._set_brazilian_lang()
        for company in contracts.company_id:
            company.sudo()._get_billing_consumer()
        for contract, state in zip(contracts, states, strict=True):
            if state and state != "trial":
                contract._move_to(state)
        contracts._queue_for_panel()
        return contracts

    def write(self, vals):
        """Write values; a state brings with it what `_prepare_transition` says.

        The form saves the state together with the rest: the rest is written first.
        """
        rest = self._round_next_month(vals)
        state = rest.pop("state", None)
        moving = self.filtered(lambda contract: contract.state != state) if state else self.browse()
        self.check_access("write")
        self._check_client_kept(rest)
        moving._check_transition(state)
        if rest:
            super().write(rest)
        if rest.get("next_month") and self.env.context.get(BILLED_KEY) is not BILLED:
            self._begin_cycles_in_next_month()
        if not START_FIELDS.isdisjoint(rest):
            self._begin_after_start()
        if state == "cancelled":
            moving._end_days(fields.Date.context_today(self))
        for contract in moving:
            values = contract._prepare_transition(state)
            super(ResellerBillingContract, contract.sudo()).write({"state": state, **values})
        moving._queue_for_panel()
        return True

    def _check_client_kept(self, vals):
        """Refuse another client for a contract that was active: its faturas stay with the first.

        :raise UserError: naming the contract
        """
        if self.env.su or "partner_id" not in vals:
            return
        for contract in self:
            if contract.state != "trial" and contract.partner_id.id != vals["partner_id"]:
                raise UserError(
                    self.env._(
                        "%(contract)s is no longer in trial and stays with its client. Cancel it "
                        "and create a contract for the other client.",
                        contract=contract.display_name,
                    )
                )

    def _store_codes(self):
        """Store the code of new contracts that have none, by the sequence of their companies."""
        for contract in self.sudo():
            if contract.name in (False, "/"):
                sequence = self.env["ir.sequence"].with_company(contract.company_id)
                contract.name = sequence.next_by_code(self._name) or "/"

    @api.model
    def _round_next_month(self, vals):
        """Return a copy of values whose next month, if there is one, is the first day of it."""
        month = fields.Date.to_date(vals.get("next_month"))
        return {**vals, "next_month": month.replace(day=1)} if month else dict(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for contract in self:
            if contract.fatura_ids:
                raise UserError(
                    self.env._(
                        "%(contract)s has faturas and cannot be deleted. Cancel it instead.",
                        contract=contract.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_activate(self):
        """Activate contracts in trial or suspended; months of a suspension are not billed."""
        self.check_access("write")
        for contract in self:
            contract._move_to("active")
        return True

    def action_suspend(self):
        """Suspend contracts: they are not billed until they are activated again."""
        self.check_access("write")
        for contract in self:
            contract._move_to("suspended")
        return True

    def action_cancel(self):
        """Cancel contracts. Unpaid faturas stay owed."""
        self.check_access("write")
        for contract in self:
            contract._move_to("cancelled")
        return True

    def action_open_faturas(self):
        """Show the faturas of this contract."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("reseller_billing.fatura_action")
        return {
            **action,
            "domain": [("billing_contract_id", "=", self.id)],
            "context": {
                **self.env["account.move"]._get_fatura_context(),
                "default_partner_id": self.partner_id.id,
                "default_billing_contract_id": self.id,
            },
        }

    def action_open_billing_journal(self):
        """Show the journal of the faturas, to whom the host lets read it.

        :raise UserError: if there is none yet
        """
        self.ensure_one()
        self.check_access("read")
        journal = self.sudo().provider_id.billing_journal_id.sudo(False)
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal of faturas yet. Have an accountant enter the "
                    "default income account of its sales journal.",
                    company=self.company_id.display_name,
                )
            )
        journal.check_access("read")
        return journal._get_records_action(name=self.env._("Journal of faturas"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _get_default_reminders(self):
        return self.env["reseller.billing.reminder"].search(
            [("company_id", "in", (False, self.env.company.id))]
        )

    @api.model
    def _get_billable_domain(self):
        return Domain("state", "=", "active")
