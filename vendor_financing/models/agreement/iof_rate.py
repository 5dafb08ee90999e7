from odoo import api, fields, models


class VendorFinancingIofRate(models.Model):
    """Dated rates of the tax on credit, by the borrower's regime (tabela de IOF).

    Source: Dec. 6.306/2007, art. 7 and 8, and its later changes; each row names its own source.
    The rows are data and can be corrected.
    """

    _name = "vendor.financing.iof.rate"
    _description = "IOF Rate"
    _inherit = "vendor.financing.abstract.guard"
    _order = "date_from desc, regime, id"
    _is_shared_without_company = True

    date_from = fields.Date(required=True, string="Valid From", index=True)
    regime = fields.Selection(
        selection=[
            ("ordinary", "Ordinary company"),
            ("simples", "Simples Nacional"),
            ("mei", "MEI"),
            ("natural", "Natural person"),
        ],
        required=True,
        default="ordinary",
    )
    daily = fields.Float(
        string="Daily (%)", digits=(9, 6), required=True, help="% of the principal a day."
    )
    additional = fields.Float(
        string="Additional (%)", digits=(9, 6), required=True, help="% of the principal, once."
    )
    day_cap = fields.Integer(
        string="Days at Most", default=365, required=True, help="Days that count at most."
    )
    amount_limit = fields.Float(
        string="Up To (BRL)",
        digits=(16, 2),
        help="The ordinary rate applies to contracts above this amount. 0 is without limit.",
    )
    source = fields.Char(required=True, help="The law that sets the rate.")
    checked_on = fields.Date(help="When somebody last compared this row with the law.")

    _unique = models.Constraint(
        "UNIQUE (date_from, regime)", "There is one IOF rate for a regime from a day on."
    )
    _range = models.Constraint(
        "CHECK (daily >= 0 AND additional >= 0 AND day_cap >= 0 AND amount_limit >= 0)",
        "IOF rates, days and amount cannot be negative.",
    )

    @api.depends("date_from", "regime")
    def _compute_display_name(self):
        labels = dict(self._fields["regime"]._description_selection(self.env))
        for rate in self:
            rate.display_name = f"{labels.get(rate.regime, '')} {rate.date_from}"

    @api.model
    def _find(self, regime, day, amount, known=None):
        """Return the rate that applies on a day to a borrower and an amount in BRL, or none.

        A MEI is of Simples Nacional, but where it has a row of its own; whom no row is for is an
        ordinary borrower: nobody is untaxed because a row is missing.

        :param known: dict in which found rows are cached
        """
        known = {} if known is None else known
        found = self._find_known(regime, day, known)
        if not found or (found.amount_limit and amount > found.amount_limit):
            return self._find_known("ordinary", day, known)
        return found

    def _find_known(self, regime, day, known):
        key = (self._name, regime, day)
        if key not in known:
            known[key] = self._find_of(regime, day)
        return known[key]

    def _find_of(self, regime, day):
        """Return the newest row of a regime on a day, or none."""
        regimes = (regime, "simples") if regime == "mei" else (regime,)
        rows = self.search([("date_from", "<=", day), ("regime", "in", regimes)], limit=2)
        newest = rows.filtered(lambda row: row.date_from == rows[0].date_from)
        return newest.filtered(lambda row: row.regime == regime) or newest
