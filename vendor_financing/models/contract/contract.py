from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pricing import parse_plan

OPEN_STATES = ("draft", "simulated")
# Values that the entry of an effective contract was created from.
AGREED = {"agreement_id", "company_id", "date", "credit_date", "plan", "credited_amount"}


class VendorFinancingContract(models.Model):
    """One effectivation: a bank's credit for a number of titles (Contrato de Vendor). Seed 004.

    A draft is the screen of the effectivation, where titles are chosen, priced and checked;
    `action_effect` posts it.
    """

    _name = "vendor.financing.contract"
    _description = "Vendor Financing Contract"
    _inherit = [
        "vendor.financing.abstract.guard",
        "mail.thread",
        "mail.activity.mixin",
        "vendor.financing.abstract.state",
    ]
    _check_company_auto = True
    _order = "date desc, id desc"
    _rec_names_search = ("number",)
    _transitions = {
        "draft": set(),
        "simulated": {"draft"},
        # Back, where operations are undone.
        "effective": {*OPEN_STATES, "partially_settled", "settled", "reversed"},
        "partially_settled": {"effective", "settled", "reversed"},
        "settled": {"effective", "partially_settled"},
        "cancelled": {*OPEN_STATES},
        # The effectivation was undone, or the last title was withdrawn.
        "reversed": {"effective", "partially_settled", "settled"},
    }

    number = fields.Char(
        string="Contract Number",
        tracking=True,
        copy=False,
        help="The bank's number, for reference.",
    )
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self._default_agreement(),
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        written_by="creator",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Closing Date",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="The day on which the contract is closed with the bank.",
    )
    credit_date = fields.Date(
        compute="_compute_credit_date",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
        help="The day on which the bank credits, and of the entry. Before the agreement's cut-off "
        "time it is the closing date, later the next business day.",
    )
    plan = fields.Char(
        string="Days",
        default="30",
        help="In how many days each instalment is due, counted from the credit date: 30/60/90 "
        "makes three instalments of each title that is added.",
    )
    # draft ⇄ simulated → effective ⇄ partially_settled ⇄ settled
    #   ↘ cancelled ↙          ↘ reversed ↙
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("simulated", "Simulated"),
            ("effective", "Effective"),
            ("partially_settled", "Partially Settled"),
            ("settled", "Settled"),
            ("cancelled", "Cancelled"),
            ("reversed", "Reversed"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    title_ids = fields.One2many(
        comodel_name="vendor.financing.contract.title", inverse_name="contract_id", string="Titles"
    )
    installment_ids = fields.One2many(
        comodel_name="vendor.financing.contract.installment",
        inverse_name="contract_id",
        string="Instalments",
    )
    operation_ids = fields.One2many(
        comodel_name="vendor.financing.operation",
        inverse_name="contract_id",
        string="Operations",
        readonly=True,
    )
    credited_amount = fields.Monetary(
        string="Value Credited",
        tracking=True,
        copy=False,
        help="The bank's credit for the whole contract, in BRL.",
    )

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _default_agreement(self):
        found = self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return found if len(found) == 1 else found.browse()

    @api.depends("number", "agreement_id", "date")
    def _compute_display_name(self):
        for contract in self:
            parts = (contract.agreement_id.name, contract.number or str(contract.date or ""))
            contract.display_name = " / ".join(part for part in parts if part)

    @api.depends("date", "agreement_id")
    def _compute_credit_date(self):
        for contract in self:
            contract.credit_date = (
                contract.agreement_id._get_credit_date(contract.date)
                if contract.agreement_id and contract.date
                else contract.date
            )

    # -------------------------------------------------------------------------
    # CRUD METHODS
    # -------------------------------------------------------------------------

    def write(self, vals):
        if AGREED & vals.keys():
            for contract in self:
                contract._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_effective(self):
        for contract in self:
            if contract.state not in ("draft", "simulated", "cancelled"):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is %(state)s and cannot be deleted: its entries "
                        "are posted. Use Undo on the contract.",
                        contract=contract.display_name,
                        state=contract._state_label(),
                    )
                )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_add_pending(self):
        """Add all pending invoices, the oldest first.

        :raise UserError: naming the contract, if it is not a draft or no invoice is pending
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        lines = self._find_pending()
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing waits for contract %(contract)s: no posted invoice with a Vendor "
                    "bearer is open and not financed yet.",
                    contract=self.display_name,
                )
            )
        self._add_titles(lines)
        return True

    def action_apply_expected(self):
        """Use the expected value as the value credited."""
        self.check_access("write")
        for contract in self:
            contract._check_open()
            contract.credited_amount = contract.expected_amount
        return True

    def action_cancel(self):
        """Cancel contracts that are not effective; their invoices are pending again."""
        self.check_access("write")
        for contract in self:
            contract._check_open()
            contract.title_ids.unlink()
            contract._move_to("cancelled")
        return True

    def action_view_installments(self):
        """Open the instalments in a list of their own, for contracts with many titles."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_contract_installment_action_edit"
        )
        return {**action, "domain": [("contract_id", "=", self.id)]}

    def action_view_titles(self):
        """Open the titles in a list of their own, where several are changed, moved or removed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "vendor_financing.vendor_financing_contract_title_action"
        )
        return {**action, "domain": [("contract_id", "=", self.id)]}

    def action_view_entries(self):
        self.ensure_one()
        entries = self.operation_ids._get_moves()
        return entries._get_records_action(
            name=self.env._("Entries of %(contract)s", contract=self.display_name),
            views=[(False, "list"), (False, "form")],
            domain=[("id", "in", entries.ids)],
            context={"create": False},
        )

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _check_open(self):
        """Raise UserError unless the titles of this contract may still be changed."""
        self.ensure_one()
        if self.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "Contract %(contract)s is %(state)s, so its titles cannot be changed. Use "
                    "its maintenance, or make another contract.",
                    contract=self.display_name,
                    state=self._state_label(),
                )
            )

    def _find_pending(self):
        """Return the receivable items that could be financed."""
        return self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_id.is_vendor", "=", True),
                *self.env["account.move.line"]._get_vendor_pending_domain(),
            ],
            order="date, id",
        )

    def _parse_plan(self, plan):
        """Return the days of a plan.

        :raise UserError: if it is no list of days
        """
        self.ensure_one()
        try:
            return parse_plan(plan)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(plan)s is no list of days. Enter for example 30 or 30/60/90 on contract "
                    "%(contract)s.",
                    plan=plan or "",
                    contract=self.display_name,
                )
            ) from error

    def _get_due_dates(self, plan):
        """Return the due dates of a plan under this contract, on business days.

        :raise UserError: if the plan is no list of days
        """
        return [
            self.agreement_id._get_business_day(fields.Date.add(self.credit_date, days=number))
            for number in self._parse_plan(plan)
        ]

    def _add_titles(self, lines, plan=None):
        """Add receivable items, with instalments by their plan that are priced by their rates.

        :param lines: account.move.line
        :param plan: days of all of them; without one those approved with the order, else the
            contract's
        """
        self.ensure_one()
        lines._check_vendor_financeable(self)
        before = self._get_customer_credits()
        titles = self.env["vendor.financing.contract.title"].create(
            [{"contract_id": self.id, "line_id": line.id, "plan": plan} for line in lines]
        )
        titles._divide()
        titles.installment_ids._propose()
        self._propose_changed_iof(before)
        if self.title_ids == titles:
            self._store_pricing_terms()
        return titles

    def _sync_state(self):
        """Set the state of contracts by the states of their instalments."""
        for contract in self:
            states = set(contract.installment_ids.mapped("state"))
            if states <= {"withdrawn"}:
                contract._move_to("reversed")
                continue
            states.discard("withdrawn")
            if "financed" not in states:
                contract._move_to("settled")
            elif states != {"financed"} or any(
                part.settled_amount or part.debited_amount for part in contract.installment_ids
            ):
                contract._move_to("partially_settled")
            else:
                contract._move_to("effective")
