from odoo import api, fields, models

from ...tools.rounding import exact


class VendorFinancingDayNote(models.TransientModel):
    """One pending note on the day's screen, with its approved terms and the bank chosen for it."""

    _name = "vendor.financing.day.note"
    _description = "Pending Note of a Vendor Financing Day"
    _inherit = "vendor.financing.abstract.guard"
    _order = "id"

    day_id = fields.Many2one(
        comodel_name="vendor.financing.day", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="day_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="day_id.currency_id", related_sudo=False)
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    amount = fields.Monetary(readonly=True, help="What is open and in no contract, in BRL.")
    approved_plan = fields.Char(string="Approved Days", readonly=True)
    approved_rate = fields.Float(
        string="Approved Rate (%)", digits=(9, 6), readonly=True, help="% a month."
    )
    approved_total = fields.Monetary(
        readonly=True, help="What the customer pays the bank as it was approved, in BRL."
    )
    plan = fields.Char(
        string="Days",
        compute="_compute_plan",
        compute_sudo=False,
        help="As approved with the order, else those of this screen.",
    )
    # {agreement id: figures}, as `_prepare_offers` of the day gives them.
    offers = fields.Json(compute="_compute_offers", compute_sudo=False, store=True)
    is_ticked = fields.Boolean(string="Tick")
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        string="Bank",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
    )
    customer_total = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=False,
        help="Paid by the customer to the chosen bank, in BRL.",
    )
    cost = fields.Float(
        string="CET (% a Year)",
        digits=(16, 2),
        compute="_compute_figures",
        compute_sudo=False,
        help="Effective cost to the customer at the chosen bank (Res. CMN 4.881/2020).",
    )
    margin = fields.Monetary(
        string="Company's Margin",
        compute="_compute_figures",
        compute_sudo=False,
        help="What the company earns at the chosen bank, in BRL; negative where it bears a part.",
    )
    net_credit = fields.Monetary(
        compute="_compute_figures", compute_sudo=False, help="The bank's credit, in BRL."
    )
    problem = fields.Char(
        string="Not Possible",
        compute="_compute_figures",
        compute_sudo=False,
        help="Why the chosen bank cannot finance this note today.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("approved_plan", "day_id.plan")
    def _compute_plan(self):
        for note in self:
            note.plan = note.approved_plan or note.day_id.plan

    @api.depends("day_id.date", "day_id.plan")
    def _compute_offers(self):
        for day, notes in self.grouped("day_id").items():
            offers = day._prepare_offers(notes)
            for note in notes:
                note.offers = offers[note]

    @api.depends("agreement_id", "offers")
    def _compute_figures(self):
        for note in self:
            offer = note._get_offer(note.agreement_id)
            for name in ("customer_total", "cost", "margin", "net_credit"):
                note[name] = offer.get(name, 0.0)
            note.problem = offer.get("problem", False)

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    @api.model
    def _prepare_notes(self, lines):
        """Return the values of a note for each invoice of pending items.

        :param lines: account.move.line
        """
        return [
            {
                "move_id": move.id,
                "partner_id": move.partner_id.id,
                "amount": sum(of_move.mapped("amount_residual")),
                "approved_plan": move.vendor_approved_plan,
                "approved_rate": move.vendor_approved_rate,
                "approved_total": move.vendor_approved_total,
            }
            for move, of_move in lines.grouped("move_id").items()
        ]

    def _get_lines(self):
        """Return the items of these notes that are open and in no contract."""
        items = self.env["account.move.line"]
        return items.search(
            [("move_id", "in", self.move_id.ids), *items._get_vendor_pending_domain()],
            order="date, id",
        )

    def _get_customer_rate(self):
        """Return the approved rate in %, a Decimal, or None for that of the quote."""
        self.ensure_one()
        return exact(self.approved_rate) if self.approved_plan else None

    def _get_offer(self, agreement):
        self.ensure_one()
        return (self.offers or {}).get(str(agreement._origin.id), {})

    def _find_best(self, goal, left):
        """Return the id of the bank that is best for this note, or False.

        :param goal: company (highest margin) or customer (lowest CET); the other decides between
            equals
        :param left: {agreement id: free limit in BRL}, of those with a limit
        """
        self.ensure_one()
        ranks = {}
        for key, offer in (self.offers or {}).items():
            agreement_id = int(key)
            if offer.get("problem") or left.get(agreement_id, self.amount) < self.amount:
                continue
            rank = (offer["margin"], -offer["cost"])
            ranks[agreement_id] = rank if goal == "company" else rank[::-1]
        return max(ranks, key=ranks.get, default=False)
