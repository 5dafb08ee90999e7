from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.pricing import parse_plan
from ...tools.rounding import exact


class VendorFinancingDay(models.TransientModel):
    """The day's screen: pending notes by banks, and the contracts that come of it. Seed 004.

    "O financeiro liga para os bancos para saber a melhor taxa de juros (que varia diariamente)."
    All notes are priced at all banks once; choosing a bank only looks up.
    """

    _name = "vendor.financing.day"
    _description = "Vendor Financing of a Day"
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
        help="The day of the quotes and of the contracts.",
    )
    plan = fields.Char(
        string="Days",
        required=True,
        default="30",
        help="In how many days instalments of notes without an approval are due: 30/60/90 makes "
        "three. The others have the days approved with their order.",
    )
    goal = fields.Selection(
        selection=[
            ("company", "Highest margin of the company"),
            ("customer", "Lowest CET of the customer"),
        ],
        string="The Best Is",
        required=True,
        default="company",
    )
    note_ids = fields.One2many(
        comodel_name="vendor.financing.day.note", inverse_name="day_id", string="Pending Notes"
    )
    bank_ids = fields.One2many(
        comodel_name="vendor.financing.day.bank",
        inverse_name="day_id",
        string="Banks",
        readonly=True,
    )
    chosen_count = fields.Integer(
        string="Notes with a Bank", compute="_compute_totals", compute_sudo=False
    )
    amount = fields.Monetary(
        string="To Finance", compute="_compute_totals", compute_sudo=False, help="In BRL."
    )
    chosen_amount = fields.Monetary(
        string="Of Which with a Bank",
        compute="_compute_totals",
        compute_sudo=False,
        help="In BRL.",
    )
    margin = fields.Monetary(
        string="Company's Margin",
        compute="_compute_totals",
        compute_sudo=False,
        help="Of the notes with a bank, in BRL.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("date")
    def _compute_display_name(self):
        for day in self:
            day.display_name = self.env._(
                "The Day, %(date)s", date=format_date(self.env, day.date) if day.date else ""
            )

    @api.depends("note_ids.amount", "note_ids.margin", "note_ids.agreement_id")
    def _compute_totals(self):
        for day in self:
            chosen = day.note_ids.filtered("agreement_id")
            day.chosen_count = len(chosen)
            day.amount = sum(day.note_ids.mapped("amount"))
            day.chosen_amount = sum(chosen.mapped("amount"))
            day.margin = sum(chosen.mapped("margin"))

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_choose_best(self):
        """Put each ticked note, or all where none is ticked, to its best bank with a free limit."""
        self.ensure_one()
        notes = self.note_ids.filtered("is_ticked") or self.note_ids
        notes.agreement_id = False
        left = {bank.agreement_id.id: bank.left_amount for bank in self.bank_ids if bank.has_limit}
        best = {}
        for note in notes:
            best[note] = note._find_best(self.goal, left)
            if best[note] in left:
                left[best[note]] -= note.amount
        for agreement_id, chosen in notes.grouped(best.get).items():
            chosen.write({"agreement_id": agreement_id, "is_ticked": False})
        return True

    def action_clear(self):
        """Take ticked notes, or all where none is ticked, from their banks."""
        self.ensure_one()
        notes = self.note_ids.filtered("is_ticked") or self.note_ids
        notes.write({"agreement_id": False, "is_ticked": False})
        return True

    def action_make_contracts(self):
        """Draw up a contract with each bank that has notes, and open them.

        What this screen shows is not believed: contracts price the invoices as they are now.

        :raise UserError: naming notes and banks for which that cannot be done, and why
        """
        self.ensure_one()
        self._check_choice()
        contracts = self.env["vendor.financing.contract"]
        for agreement, notes in self.note_ids.grouped("agreement_id").items():
            if not agreement:
                continue
            agreement.check_access("read")
            lines = notes._get_lines()
            contract = contracts.create(
                {
                    "agreement_id": agreement.id,
                    "company_id": self.company_id.id,
                    "date": self.date,
                    "plan": self.plan,
                }
            )
            contract._add_titles(lines)
            contracts |= contract
        return contracts._get_records_action(name=self.env._("Contracts of the Day"))

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _open_today(self):
        """Return the action of a new screen on all that is pending in the user's company."""
        return self._open(self.env.company)

    @api.model
    def _open(self, company, moves=None):
        """Return the action of a new screen on pending invoices of a company.

        :param moves: account.move; None is all invoices with a Vendor bearer
        :raise UserError: where nothing of these is pending in that company
        """
        items = self.env["account.move.line"]
        chosen = ("move_id.is_vendor", "=", True)
        if moves is not None:
            chosen = ("move_id", "in", moves.ids)
        lines = items.search(
            [("company_id", "=", company.id), chosen, *items._get_vendor_pending_domain()],
            order="date, id",
        )
        if moves is not None and not lines:
            raise UserError(
                self.env._(
                    "Nothing of the chosen invoices can be financed: they are paid, or in a "
                    "contract already. Choose pending invoices."
                )
            )
        notes = self.env["vendor.financing.day.note"]._prepare_notes(lines)
        day = self.create(
            {
                "company_id": company.id,
                "bank_ids": [
                    Command.create({"agreement_id": agreement.id})
                    for agreement in self._get_agreements(company)
                ],
                "note_ids": [Command.create(values) for values in notes],
            }
        )
        return day._get_records_action(name=self.env._("The Day"))

    @api.model
    def _get_agreements(self, company):
        return self.env["vendor.financing.agreement"].search([("company_id", "=", company.id)])

    def _check_choice(self):
        """Refuse a choice that cannot become contracts.

        :raise UserError: naming each note, or bank, and why
        """
        chosen = self.note_ids.filtered("agreement_id")
        if not chosen:
            raise UserError(self.env._("No note has a bank. Choose a bank for at least one note."))
        pending = chosen._get_lines().move_id
        problems = [
            self.env._("%(note)s is paid, or in a contract already", note=note.move_id.display_name)
            for note in chosen
            if note.move_id not in pending
        ]
        problems += [
            f"{note.move_id.display_name}, {note.agreement_id.name}: {note.problem}"
            for note in chosen
            if note.problem
        ]
        problems += [
            self.env._(
                "%(bank)s: %(chosen)s is more than the free limit of %(free)s",
                bank=bank.agreement_id.name,
                chosen=self.currency_id.format(bank.chosen_amount),
                free=self.currency_id.format(bank.free_amount),
            )
            for bank in self.bank_ids
            if bank.is_over
        ]
        if problems:
            raise UserError(
                self.env._(
                    "The contracts cannot be made. Choose other banks, or leave these notes "
                    "without one:\n%(problems)s",
                    problems="\n".join(f"- {problem}" for problem in problems),
                )
            )

    def _prepare_offers(self, notes):
        """Return what each note costs at each bank: {note: {agreement id, a text: figures}}.

        Figures are BRL and % a year as floats, or a problem in words. What is looked up costs
        queries per bank and term, not per note.
        """
        self.ensure_one()
        amounts = defaultdict(list)
        for line in notes._get_lines():
            amounts[line.move_id].append(exact(line.amount_residual))
        credit = defaultdict(Decimal)
        for note in self.note_ids:
            credit[note.partner_id.commercial_partner_id] += exact(note.amount)
        offers = {note: {} for note in notes}
        for agreement in self._get_agreements(self.company_id):
            offer_of = self._prepare_offers_of_bank(agreement, notes, amounts, credit)
            for note, offer in offer_of.items():
                offers[note][str(agreement.id)] = offer
        return offers

    def _prepare_offers_of_bank(self, agreement, notes, amounts, credit):
        obstacle = self._find_obstacle(agreement)
        if obstacle:
            return {note: {"problem": obstacle} for note in notes}
        credit_date = agreement._get_credit_date(self.date)
        known, due_dates, problems = {}, {}, {}
        for plan in set(notes.mapped("plan")):
            due_dates[plan], problems[plan] = self._find_due_dates(agreement, credit_date, plan)
        offers = {}
        for note in notes:
            if problem := problems[note.plan]:
                offers[note] = {"problem": problem}
                continue
            titles = [(amount, note.partner_id) for amount in amounts[note.move_id]]
            figures = agreement._simulate_on(
                titles,
                self.date,
                credit_date,
                due_dates[note.plan],
                known,
                credit,
                note._get_customer_rate(),
            )
            offers[note] = {
                "customer_total": float(figures["customer_total"]),
                "cost": float(figures["cost"] or 0) * 100,
                # As in the simulator: what is paid at maturity reduces the gain.
                "margin": float(figures["net"] - figures["equalization"] - figures["principal"]),
                "net_credit": float(figures["net"]),
            }
        return offers

    def _find_obstacle(self, agreement):
        """Return why no contract can be closed with a bank on this day, or None."""
        if agreement.valid_until and agreement.valid_until < self.date:
            return self.env._(
                "the agreement was valid until %(date)s",
                date=format_date(self.env, agreement.valid_until),
            )
        return None

    def _find_due_dates(self, agreement, credit_date, plan):
        """Return the due dates of a plan at a bank, and what stands against it in words."""
        try:
            days = parse_plan(plan)
        except ValueError:
            return [], self.env._("%(plan)s is no list of days", plan=plan or "")
        due_dates = [
            agreement._get_business_day(fields.Date.add(credit_date, days=number))
            for number in days
        ]
        problems = agreement._find_quote_problems(self.date, credit_date, due_dates)
        return due_dates, "; ".join(problems)
