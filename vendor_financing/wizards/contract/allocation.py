from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class VendorFinancingAllocation(models.TransientModel):
    """Chosen notes to a bank: into a new contract, or one that is open. Seed 004.

    The day's notes may be divided among banks; titles of open contracts may move to another one.
    """

    _name = "vendor.financing.allocation"
    _description = "Finance Invoices at a Bank"
    _inherit = "vendor.financing.abstract.guard"

    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    move_ids = fields.Many2many(comodel_name="account.move", string="Invoices", readonly=True)
    title_ids = fields.Many2many(
        comodel_name="vendor.financing.contract.title",
        relation="vendor_financing_allocation_title_rel",
        column1="wizard_id",
        column2="title_id",
        string="Titles",
        readonly=True,
    )
    amount = fields.Monetary(
        string="To Finance", compute="_compute_amount", compute_sudo=False, help="In BRL."
    )
    contract_id = fields.Many2one(
        comodel_name="vendor.financing.contract",
        string="Open Contract",
        domain="[('company_id', '=', company_id), ('state', 'in', ('draft', 'simulated'))]",
        help="Left empty, a new contract is drawn up.",
    )
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        string="Bank",
        domain="[('company_id', '=', company_id)]",
        compute="_compute_agreement_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    limit_amount = fields.Monetary(related="agreement_id.limit_amount", related_sudo=False)
    available_amount = fields.Monetary(
        related="agreement_id.available_amount", string="Free Limit", related_sudo=False
    )
    number = fields.Char(string="Contract Number", help="The bank's number, for reference.")
    is_as_approved = fields.Boolean(
        string="As Approved",
        default=True,
        help="Days and rate of each invoice are those approved with its order, where there is an "
        "approval.",
    )
    plan = fields.Char(
        string="Days",
        default="30",
        help="In how many days each instalment is due, counted from the credit date: 30/60/90 "
        "makes three instalments.",
    )
    is_kept = fields.Boolean(
        string="Keep what Was Entered by Hand",
        default=True,
        help="Titles of which something was entered by hand stay as they are; the others are "
        "calculated by the terms of the contract that they come into.",
    )

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids", [])
        company = self.env.company
        if model == "account.move":
            moves = self.env["account.move"].browse(ids)
            moves.check_access("read")
            company = moves[:1].company_id or company
            values["move_ids"] = [Command.set(moves.ids)]
        elif model == "vendor.financing.contract.title":
            titles = self.env["vendor.financing.contract.title"].browse(ids)
            titles.check_access("read")
            company = titles[:1].company_id or company
            values["title_ids"] = [Command.set(titles.ids)]
        values.setdefault("company_id", company.id)
        return values

    @api.depends("move_ids", "title_ids")
    def _compute_amount(self):
        for wizard in self:
            lines = wizard._get_lines()
            wizard.amount = sum(lines.mapped("amount_residual")) + sum(
                wizard.title_ids.mapped("principal")
            )

    @api.depends("contract_id", "company_id")
    def _compute_agreement_id(self):
        for wizard in self:
            contracts = self.env["vendor.financing.contract"].with_company(wizard.company_id)
            wizard.agreement_id = (
                wizard.contract_id.agreement_id
                or wizard.agreement_id
                or contracts._default_agreement()
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_confirm(self):
        """Put the chosen invoices or titles into the contract, and open it.

        :raise UserError: naming the invoices that cannot be financed there, and why
        """
        self.ensure_one()
        self.move_ids.check_access("read")
        lines = self._get_lines()
        if not lines and not self.title_ids:
            raise UserError(
                self.env._(
                    "Nothing of the chosen invoices can be financed: they are paid, or in a "
                    "contract already. Choose pending invoices."
                )
            )
        contract = self.contract_id or self._create_contract()
        contract.check_access("write")
        contract._check_open()
        if lines:
            contract._add_titles(lines, plan=None if self.is_as_approved else self.plan)
        if self.title_ids:
            contract._take_over(self.title_ids, self.is_kept)
        return contract._get_records_action()

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_lines(self):
        """Return the receivables of the chosen invoices that are open and in no contract."""
        if not self.move_ids:
            return self.env["account.move.line"]
        return self.env["account.move.line"].search(
            [
                ("move_id", "in", self.move_ids.ids),
                *self.env["account.move.line"]._get_vendor_pending_domain(),
            ],
            order="date, id",
        )

    def _create_contract(self):
        if not self.agreement_id:
            raise UserError(self.env._("Choose the bank, or an open contract."))
        return self.env["vendor.financing.contract"].create(
            {
                "agreement_id": self.agreement_id.id,
                "company_id": self.company_id.id,
                "number": self.number,
                "plan": self.plan,
            }
        )
