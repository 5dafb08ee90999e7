from odoo import api, fields, models
from odoo.tools import formatLang


class VendorFinancingRate(models.Model):
    """A bank's quote of a day for a band of terms (cotação). Seed 004: "varia diariamente"."""

    _name = "vendor.financing.rate"
    _description = "Quote of a Vendor Financing Rate"
    _inherit = "vendor.financing.abstract.guard"
    _order = "date desc, agreement_id, days_from, id desc"
    _rec_names_search = ("agreement_id",)

    agreement_id = fields.Many2one(
        comodel_name="vendor.financing.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        written_by="creator",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day of the quote; it applies until the next one of the same band.",
    )
    days_from = fields.Integer(required=True, default=1, help="Shortest term in days.")
    days_to = fields.Integer(required=True, default=365, help="Longest term in days.")
    bank_rate = fields.Float(
        string="Bank's Rate (%)",
        digits=(9, 6),
        aggregator="avg",
        required=True,
        help="% a month; % a year where the agreement counts business days.",
    )
    customer_rate = fields.Float(
        string="Customer's Rate (%)",
        digits=(9, 6),
        aggregator="avg",
        required=True,
        help="The rate that the customer pays, % as the bank's. Above the bank's rate the "
        "company earns the spread, below it the company bears the difference.",
    )
    spread = fields.Float(
        string="Spread (%)", digits=(9, 6), compute="_compute_spread", inverse="_inverse_spread"
    )

    _band = models.Constraint(
        "CHECK (days_from >= 0 AND days_to >= days_from)",
        "The band of a quote goes from its shortest to its longest term in days.",
    )
    _rates_range = models.Constraint(
        "CHECK (bank_rate > -100 AND customer_rate > -100)", "A rate is above -100 %."
    )

    @api.depends("bank_rate", "customer_rate")
    def _compute_spread(self):
        for rate in self:
            rate.spread = rate.customer_rate - rate.bank_rate

    def _inverse_spread(self):
        for rate in self:
            rate.customer_rate = rate.bank_rate + rate.spread

    @api.depends("agreement_id", "date", "days_from", "days_to")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = self.env._(
                "%(agreement)s, %(date)s, %(first)s to %(last)s days",
                agreement=rate.agreement_id.name,
                date=rate.date,
                first=rate.days_from,
                last=rate.days_to,
            )

    @api.model
    def _find(self, agreement, day, days):
        """Return the quote of an agreement that applies on a day to a term, or none.

        The newest day counts, and of its quotes the one of the narrowest band. A quote older than
        the agreement allows applies no more.

        :param days: actual days until the instalment is due
        """
        quote = self._find_newest(agreement, day, days)
        return quote.browse() if quote._is_too_old(day) else quote

    @api.model
    def _find_newest(self, agreement, day, days):
        """Return the quote as `_find`, however old it is."""
        domain = [
            ("agreement_id", "=", agreement.id),
            ("days_from", "<=", days),
            ("days_to", ">=", days),
        ]
        newest = self.search([*domain, ("date", "<=", day)], order="date desc", limit=1)
        if not newest:
            return newest
        of_day = self.search([*domain, ("date", "=", newest.date)], order="id desc")
        return min(of_day, key=lambda quote: quote.days_to - quote.days_from)

    @api.model
    def _find_applying(self, agreement, day):
        """Return the quotes of an agreement that apply on a day to any term, by band."""
        first = fields.Date.subtract(day, days=agreement.quote_days or 3650)
        found = self.search(
            [
                ("agreement_id", "=", agreement.id),
                ("date", "<=", day),
                ("date", ">=", first),
            ],
            order="date desc, id desc",
        )
        kept = self.browse()
        for quote in found:
            same = kept.filtered(lambda one, quote=quote: one._has_band_of(quote))
            if not same and quote._is_first_anywhere(kept):
                kept |= quote
        return kept.sorted(lambda quote: (quote.days_from, quote.days_to))

    def _has_band_of(self, other):
        return (self.days_from, self.days_to) == (other.days_from, other.days_to)

    def _is_first_anywhere(self, others):
        """Return whether a term is in this quote's band and in none of newer quotes."""
        newer = others.filtered(lambda one: one.date > self.date)
        terms = {self.days_from} | {one.days_to + 1 for one in newer}
        return any(
            self.days_from <= term <= self.days_to
            and not any(one.days_from <= term <= one.days_to for one in newer)
            for term in terms
        )

    def _format_rate(self, rate):
        """Return a rate in the user's language, with as many decimals as it has, two at least."""
        decimals = max(len(f"{rate:.6f}".rstrip("0").partition(".")[2]), 2)
        return formatLang(self.env, rate, digits=decimals)

    def _is_too_old(self, day):
        """Return whether this quote applies no more on a day; none never is."""
        limit = self.agreement_id.quote_days
        return bool(self and limit) and (day - self.date).days > limit
