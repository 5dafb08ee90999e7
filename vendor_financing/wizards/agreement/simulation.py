from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.pricing import parse_plan


class VendorFinancingSimulation(models.TransientModel):
    """Cost of chosen invoices, or of an amount, at each bank by the quotes of the day.

    Seed 004: "O financeiro liga para os bancos para saber a melhor taxa de juros (que varia
    diariamente)." CET by Res. CMN 4.881/2020.
    """

    _name = "vendor.financing.simulation"
    _description = "Vendor Financing Simulator"
    _inherit = "vendor.financing.abstract.guard"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    date = fields.Date(
        string="Closing Date",
        required=True,
        default=fields.Date.context_today,
        help="The day of the quotes.",
    )
    plan = fields.Char(
        string="Days",
        required=True,
        default="30",
        help="In how many days each instalment is due: 30/60/90 makes three instalments.",
    )
    is_exact = fields.Boolean(
        string="Exact Days",
        help="Do not move due dates from weekends and holidays; contracts move them to the next "
        "business day.",
    )
    move_ids = fields.Many2many(
        comodel_name="account.move",
        string="Invoices",
        domain="[('vendor_state', '=', 'pending'), ('company_id', '=', company_id)]",
        help="Pending invoices. Left empty, the amount counts.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="In BRL; the open amount of the chosen invoices.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        help="The customer whose IOF regime applies to an amount without invoices.",
    )
    row_ids = fields.One2many(
        comodel_name="vendor.financing.simulation.row",
        inverse_name="simulation_id",
        string="Banks",
        compute="_compute_row_ids",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    # -------------------------------------------------------------------------
    # DEFAULTS, COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "account.move":
            moves = self.env["account.move"].browse(self.env.context.get("active_ids", []))
            moves.check_access("read")
            values["move_ids"] = [Command.set(moves.ids)]
            values["company_id"] = moves[:1].company_id.id or self.env.company.id
        return values

    @api.depends("move_ids")
    def _compute_amount(self):
        for simulation in self:
            if simulation.move_ids:
                simulation.amount = sum(simulation._get_lines().mapped("amount_residual"))

    @api.depends("move_ids", "amount", "partner_id", "plan", "date", "is_exact", "company_id")
    def _compute_row_ids(self):
        for simulation in self:
            simulation.row_ids = [
                Command.clear(),
                *(Command.create(values) for values in simulation._prepare_rows()),
            ]

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_simulate(self):
        """Calculate again, and stay in the simulator.

        :raise UserError: if there is nothing to simulate, or no bank has a quote
        """
        self.ensure_one()
        self._check_plan()
        self._compute_row_ids()
        if not self.row_ids.filtered(lambda row: not row.problem):
            raise UserError(
                self.env._(
                    "No bank can be compared: enter an amount or choose pending invoices, and "
                    "enter the quotes of %(date)s for %(days)s days under Rates.",
                    date=self.date,
                    days=self.plan,
                )
            )
        return self._get_records_action(name=self.env._("Simulator"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_lines(self):
        """Return the open receivables of the chosen invoices."""
        return self.move_ids._origin.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and line.amount_residual > 0
            )
        )

    def _check_plan(self):
        try:
            return parse_plan(self.plan)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(plan)s is no list of days. Enter for example 30 or 30/60/90.",
                    plan=self.plan or "",
                )
            ) from error

    def _prepare_rows(self):
        """Return the values of a row for each bank that quotes these days, the best marked."""
        self.ensure_one()
        try:
            days = parse_plan(self.plan)
        except ValueError:
            return []
        titles = [(line.amount_residual, line.partner_id) for line in self._get_lines()]
        agreements = self.env["vendor.financing.agreement"].search(
            [("company_id", "=", self.company_id.id)]
        )
        found = agreements._compare(
            titles or [(self.amount, self.partner_id)], days, self.date, self.is_exact
        )
        problems = self._prepare_problem_rows(agreements - agreements.browse().union(*found), days)
        if not found:
            return problems
        # Equalization at maturity reduces the gain of the company.
        gains = {one: figures["net"] - figures["equalization"] for one, figures in found.items()}
        most = max(gains.values())
        least = min(figures["customer_total"] for figures in found.values())
        rows = [
            {
                "agreement_id": agreement.id,
                "principal": float(figures["principal"]),
                "iof": float(figures["iof"]),
                "customer_total": float(figures["customer_total"]),
                "cost": float(figures["cost"] or 0) * 100,
                "interest": float(max(figures["interest"], 0)),
                "equalization": float(figures["equalization"] - min(figures["interest"], 0)),
                "net_credit": float(figures["net"]),
                "is_best_for_company": gains[agreement] == most,
                "is_best_for_customer": figures["customer_total"] == least,
                "quote_date": agreement._get_oldest_quote_date(
                    self.date, *agreement._get_simulated_dates(days, self.date, self.is_exact)
                ),
            }
            for agreement, figures in found.items()
        ]
        return sorted(rows, key=lambda row: row["customer_total"]) + problems

    def _prepare_problem_rows(self, agreements, days):
        """Return the values of a row for each bank that cannot be compared, with the reason."""
        rows = []
        for agreement in agreements:
            dates = agreement._get_simulated_dates(days, self.date, self.is_exact)
            problems = agreement._find_quote_problems(self.date, *dates)
            if agreement.valid_until and agreement.valid_until < self.date:
                problems = [
                    self.env._(
                        "the agreement was valid until %(date)s",
                        date=format_date(self.env, agreement.valid_until),
                    )
                ]
            if problems:
                rows.append({"agreement_id": agreement.id, "problem": "; ".join(problems)})
        return rows


class VendorFinancingSimulationRow(models.TransientModel):
    """One bank in a simulation."""

    _name = "vendor.financing.simulation.row"
    _description = "Bank in a Vendor Financing Simulation"
    _inherit = "vendor.financing.abstract.guard"

    simulation_id = fields.Many2one(
        comodel_name="vendor.financing.simulation", required=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id", related_sudo=False)
    principal = fields.Monetary()
    iof = fields.Monetary(string="IOF")
    customer_total = fields.Monetary(help="Paid by the customers to the bank.")
    cost = fields.Float(
        string="CET (% a Year)",
        digits=(16, 2),
        help="Effective cost to the customer: the yearly rate at which what is paid later equals "
        "the principal (Res. CMN 4.881/2020).",
    )
    interest = fields.Monetary(string="Company's Interest")
    equalization = fields.Monetary(
        help="The company's part of the bank's interest, at closing or at maturity."
    )
    net_credit = fields.Monetary(help="The bank's credit.")
    quote_date = fields.Date(
        string="Quotes Of", help="The day of the oldest quote that this row was calculated by."
    )
    problem = fields.Char(string="Not Compared", help="Why this bank cannot be compared.")
    is_best_for_company = fields.Boolean(string="Best for the Company")
    is_best_for_customer = fields.Boolean(string="Best for the Customer")

    def action_make_contract(self):
        """Draw up a contract with this bank on the chosen invoices, and open it.

        :raise UserError: naming invoices that cannot be financed
        """
        self.ensure_one()
        simulation = self.simulation_id
        contract = self.env["vendor.financing.contract"].create(
            {
                "agreement_id": self.agreement_id.id,
                "company_id": self.agreement_id.company_id.id,
                "date": simulation.date,
                "credit_date": self.agreement_id._get_credit_date(simulation.date),
                "plan": simulation.plan,
            }
        )
        if lines := simulation._get_lines():
            contract._add_titles(lines)
        return contract._get_records_action()
