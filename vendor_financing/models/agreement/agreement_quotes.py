from odoo import fields, models
from odoo.tools import format_date


class VendorFinancingAgreement(models.Model):
    """How long a bank's quote applies, and which are missing: it "varia diariamente". Seed 004."""

    _inherit = "vendor.financing.agreement"

    quote_days = fields.Integer(
        string="Quotes Apply For (Days)",
        default=7,
        tracking=True,
        help="An older quote applies no more, and nothing is calculated by it. 0 is without limit.",
    )

    _quote_days_range = models.Constraint(
        "CHECK (quote_days >= 0)", "The days that quotes apply for cannot be negative."
    )

    def _find_quote_problems(self, closing, credit_date, due_dates):
        """Return in words for which terms no quote applies, as a list.

        :param closing: the day of the quotes
        :param due_dates: when instalments are due
        """
        self.ensure_one()
        problems = []
        for days in sorted({(due - credit_date).days for due in due_dates}):
            quote = self.env["vendor.financing.rate"]._find_newest(self, closing, days)
            if not quote:
                problems.append(self.env._("no quote for %(days)s days", days=days))
            elif quote._is_too_old(closing):
                problems.append(
                    self.env._(
                        "the quote for %(days)s days is of %(date)s, older than %(limit)s days",
                        days=days,
                        date=format_date(self.env, quote.date),
                        limit=self.quote_days,
                    )
                )
        return problems

    def _get_oldest_quote_date(self, closing, credit_date, due_dates):
        """Return the day of the oldest quote that applies to these due dates, or False."""
        self.ensure_one()
        quotes = {}
        found = [self._get_quote(quotes, closing, credit_date, due) for due in due_dates]
        return min((quote.date for quote in found if quote), default=False)
