from odoo import api, fields, models


class VendorFinancingDayBank(models.TransientModel):
    """One bank on the day's screen: its quotes, and what is chosen for it against its limit."""

    _name = "vendor.financing.day.bank"
    _description = "Bank of a Vendor Financing Day"
    _inherit = "vendor.financing.abstract.guard"
    _order = "id"

    day_id = fields.Many2one(
        comodel_name="vendor.financing.day", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="day_id.currency_id", related_sudo=False)
    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        string="Bank",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    quotes = fields.Char(
        compute="_compute_quotes",
        compute_sudo=False,
        help="For each band of days the bank's rate / the customer's rate in %, as they apply.",
    )
    quote_date = fields.Date(
        string="Quotes Of",
        compute="_compute_quotes",
        compute_sudo=False,
        help="The day of the oldest of these quotes.",
    )
    cost = fields.Float(
        string="CET (% a Year)",
        digits=(16, 2),
        compute="_compute_offered",
        compute_sudo=False,
        help="What all notes of this screen would cost their customers here, on average by amount.",
    )
    offered_margin = fields.Monetary(
        string="Margin of All",
        compute="_compute_offered",
        compute_sudo=False,
        help="What the company would earn if all notes that can be were financed here, in BRL.",
    )
    problem = fields.Char(
        string="Not Possible",
        compute="_compute_offered",
        compute_sudo=False,
        help="Why notes of this screen cannot be financed here.",
    )
    free_amount = fields.Monetary(
        string="Free Limit",
        compute="_compute_limit",
        compute_sudo=False,
        help="In BRL; empty where the bank has no limit.",
    )
    has_limit = fields.Boolean(compute="_compute_limit", compute_sudo=False)
    chosen_count = fields.Integer(string="Notes", compute="_compute_chosen", compute_sudo=False)
    chosen_amount = fields.Monetary(
        string="Chosen", compute="_compute_chosen", compute_sudo=False, help="In BRL."
    )
    left_amount = fields.Monetary(
        string="Left",
        compute="_compute_chosen",
        compute_sudo=False,
        help="Free limit less what is chosen, in BRL.",
    )
    is_over = fields.Boolean(compute="_compute_chosen", compute_sudo=False)
    net_credit = fields.Monetary(
        string="Bank's Credit",
        compute="_compute_chosen",
        compute_sudo=False,
        help="What the bank would credit for the chosen notes, in BRL.",
    )
    margin = fields.Monetary(
        string="Company's Margin",
        compute="_compute_chosen",
        compute_sudo=False,
        help="Of the chosen notes, in BRL.",
    )

    # -------------------------------------------------------------------------
    # COMPUTE METHODS
    # -------------------------------------------------------------------------

    @api.depends("agreement_id", "day_id.date")
    def _compute_quotes(self):
        for bank in self:
            found = self.env["vendor.financing.rate"]._find_applying(
                bank.agreement_id, bank.day_id.date
            )
            bank.quote_date = min(found.mapped("date"), default=False)
            bank.quotes = "; ".join(
                f"{quote.days_from}-{quote.days_to}: {quote._format_rate(quote.bank_rate)} / "
                f"{quote._format_rate(quote.customer_rate)}"
                for quote in found
            )

    @api.depends("agreement_id", "day_id.note_ids.offers")
    def _compute_offered(self):
        for bank in self:
            weighted = amount = margin = 0.0
            problems = {}
            for note in bank.day_id.note_ids:
                offer = note._get_offer(bank.agreement_id)
                if offer.get("problem"):
                    problems[offer["problem"]] = True
                elif offer:
                    amount += note.amount
                    weighted += note.amount * offer["cost"]
                    margin += offer["margin"]
            bank.cost = weighted / amount if amount else 0.0
            bank.offered_margin = margin
            bank.problem = "; ".join(problems)

    @api.depends("agreement_id")
    def _compute_limit(self):
        for bank in self:
            bank.has_limit = bool(bank.agreement_id.limit_amount)
            bank.free_amount = bank.agreement_id.available_amount

    @api.depends("day_id.note_ids.agreement_id", "day_id.note_ids.amount", "day_id.note_ids.margin")
    def _compute_chosen(self):
        for bank in self:
            notes = bank.day_id.note_ids.filtered(
                lambda note, bank=bank: note.agreement_id._origin == bank.agreement_id._origin
            )
            total = sum(notes.mapped("amount"))
            bank.chosen_count = len(notes)
            bank.chosen_amount = total
            bank.net_credit = sum(notes.mapped("net_credit"))
            bank.margin = sum(notes.mapped("margin"))
            bank.left_amount = bank.free_amount - total if bank.has_limit else 0.0
            bank.is_over = (
                bank.has_limit and bank.currency_id.compare_amounts(bank.left_amount, 0) < 0
            )

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_take_ticked(self):
        """Put the ticked notes to this bank."""
        self.ensure_one()
        notes = self.day_id.note_ids.filtered("is_ticked")
        notes.write({"agreement_id": self.agreement_id.id, "is_ticked": False})
        return True
