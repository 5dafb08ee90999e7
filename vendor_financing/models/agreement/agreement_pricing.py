from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ...tools.interest import accumulation, effective_cost
from ...tools.iof import complementary_iof, iof_by_installment
from ...tools.pricing import Conditions, price
from ...tools.rounding import exact, prorate, to_cents

HUNDRED = Decimal(100)


class VendorFinancingAgreement(models.Model):
    """Cost of a credit under an agreement by its quotes, without a contract."""

    _inherit = "vendor.financing.agreement"

    def _get_conditions(self):
        self.ensure_one()
        return Conditions(self.convention, self.rounding, self.iof_borne_by, self.equalization)

    def _price_title(self, parts, closing, credit_date, partner, quotes, **known):
        """Return the terms of the instalments of one title.

        :param parts: pairs of principal (Decimal, BRL) and due date
        :param closing: the day of the quotes
        :param credit_date: the day from which days count, and of the IOF rate
        :param partner: the customer, or none for an ordinary company
        :param quotes: dict in which quotes, IOF rates and days are cached as they are found
        :param known: `customer_rate` in %, a Decimal, in place of the quote's, and `credit` in BRL
            that the customer takes in all, if more than these parts
        :return: a dict of `tools.pricing.price` for each part; without a quote the rates are zero
        """
        self.ensure_one()
        conditions = self._get_conditions()
        return [
            price(
                principal,
                tax,
                self._get_rates(quotes, closing, credit_date, due, known.get("customer_rate")),
                max(self._count_known_days(quotes, credit_date, due), 0),
                conditions,
            )
            for (principal, due), tax in zip(
                parts,
                self._get_iof(parts, credit_date, partner, known.get("credit"), quotes),
                strict=True,
            )
        ]

    def _get_rates(self, quotes, closing, credit_date, due, customer_rate=None):
        quote = self._get_quote(quotes, closing, credit_date, due)
        if customer_rate is None:
            customer_rate = exact(quote.customer_rate)
        return exact(quote.bank_rate) / HUNDRED, customer_rate / HUNDRED

    def _get_quote(self, quotes, closing, credit_date, due):
        """Return the quote for an instalment, or none; each is looked up once."""
        key = (self, closing, (due - credit_date).days)
        if key not in quotes:
            quotes[key] = self.env["vendor.financing.rate"]._find(*key)
        return quotes[key]

    def _count_known_days(self, known, credit_date, due):
        key = (self, credit_date, due)
        if key not in known:
            known[key] = self._count_days(credit_date, due)
        return known[key]

    def _get_iof(self, parts, credit_date, partner, credit=None, known=None):
        """Return the IOF of each part of a title, as Decimals in BRL.

        :param credit: all that the customer takes at once, by which the rate is chosen; None is
            the title alone
        """
        if credit is None:
            credit = sum(amount for amount, _due in parts)
        rate = self._find_iof_rate(partner, credit_date, credit, known)
        if not rate:
            return [Decimal(0)] * len(parts)
        return iof_by_installment(
            [(amount, max((due - credit_date).days, 0)) for amount, due in parts],
            exact(rate.daily) / HUNDRED,
            exact(rate.additional) / HUNDRED,
            rate.day_cap,
            self.rounding,
            is_grossed_up=self.iof_borne_by == "grossed_up",
        )

    def _find_iof_rate(self, partner, credit_date, principal, known=None):
        """Return the IOF rate of a customer's credit of a day, or none if it is exempt."""
        regime = partner.commercial_partner_id.vendor_iof_regime
        rates = self.env["vendor.financing.iof.rate"]
        if regime == "exempt":
            return rates
        return rates._find(regime or "ordinary", credit_date, float(principal), known)

    def _price_extension(self, part, date_due, closing):
        """Return the cost of a later due date as (IOF, bank's interest), Decimals in BRL.

        The bank's interest is its quote of the day for the days of the extension, on the open part
        of the customer total; zero without a quote.

        :param part: the open instalment
        :param date_due: the later due date
        :param closing: the day of the quotes
        """
        self.ensure_one()
        credit_date = part.contract_id.credit_date
        tax = bank_interest = Decimal(0)
        credit = part.title_id._get_credit_amount()
        rate = self._find_iof_rate(part.partner_id, credit_date, credit)
        if rate:
            tax = complementary_iof(
                exact(part.open_amount),
                max((part.date_due - credit_date).days, 0),
                max((date_due - credit_date).days, 0),
                exact(rate.daily) / HUNDRED,
                rate.day_cap,
                part.contract_id.rounding,
            )
        quote = self._get_quote({}, closing, part.date_due, date_due)
        if quote:
            due = exact(part.customer_total) * exact(part.open_amount) / exact(part.principal)
            days = self._count_days(part.date_due, date_due)
            terms = part.contract_id
            grown = accumulation(exact(quote.bank_rate) / HUNDRED, days, terms.convention)
            bank_interest = to_cents(due * (grown - 1), terms.rounding)
        return tax, bank_interest

    # -------------------------------------------------------------------------
    # SIMULATION
    # -------------------------------------------------------------------------

    def _compare(self, titles, days, closing, exact_days=False):
        """Return the figures of `_simulate` of each agreement that may be used and has quotes.

        :param titles: pairs of amount (BRL) and customer; zero amounts are left out
        """
        titles = [(exact(amount), partner) for amount, partner in titles if amount > 0]
        if not titles:
            return {}
        usable = self.filtered(lambda one: not one.valid_until or one.valid_until >= closing)
        found = {one: one._simulate(titles, days, closing, exact_days) for one in usable}
        return {one: figures for one, figures in found.items() if figures}

    def _get_simulated_dates(self, days, closing, exact_days=False):
        """Return credit date and due dates of a contract that would be closed on a day."""
        self.ensure_one()
        credit_date = self._get_credit_date(closing)
        due_dates = [fields.Date.add(credit_date, days=number) for number in days]
        if not exact_days:
            due_dates = [self._get_business_day(due) for due in due_dates]
        return credit_date, due_dates

    def _simulate(self, titles, days, closing, exact_days=False, customer_rate=None):
        """Return the cost of titles at this bank, or None where a quote is missing.

        :param titles: pairs of principal (Decimal, BRL) and customer
        :param days: list of days after which the instalments are due
        :param closing: the day on which the contract would be closed
        :param exact_days: do not move due dates from weekends and holidays
        :param customer_rate: in %, a Decimal, in place of the quotes'
        :return: {principal, iof, customer_total, interest, equalization (at maturity), net
            (credited by the bank), cost (the customer's CET a year, a fraction, or None),
            customer_rate (in % of the first instalment's quote)}
        """
        credit_date, due_dates = self._get_simulated_dates(days, closing, exact_days)
        customer_credits = defaultdict(Decimal)
        for principal, partner in titles:
            customer_credits[partner.commercial_partner_id] += principal
        return self._simulate_on(
            titles, closing, credit_date, due_dates, {}, customer_credits, customer_rate
        )

    def _simulate_on(
        self, titles, closing, credit_date, due_dates, known, customer_credits, customer_rate=None
    ):
        """Return the figures of `_simulate` for titles that are due on given days.

        :param known: dict in which what is looked up is cached, as in `_price_title`
        :param customer_credits: {customer: what it takes in all, a Decimal in BRL}
        """
        self.ensure_one()
        if not all(self._get_quote(known, closing, credit_date, due) for due in due_dates):
            return None
        totals, flows = defaultdict(Decimal), defaultdict(Decimal)
        for principal, partner in titles:
            shares = prorate(principal, [Decimal(1)] * len(due_dates))
            parts = list(zip(shares, due_dates, strict=True))
            terms = self._price_title(
                parts,
                closing,
                credit_date,
                partner,
                known,
                credit=customer_credits[partner.commercial_partner_id],
                customer_rate=customer_rate,
            )
            for (share, due), of_part in zip(parts, terms, strict=True):
                totals["principal"] += share
                for name, amount in of_part.items():
                    totals[name] += amount
                flows[(due - credit_date).days] += of_part["customer_total"]
        own_iof = totals["iof"] if self.iof_borne_by == "company" else 0
        try:
            cost = effective_cost(totals["principal"], flows.items())
        except ValueError:
            cost = None
        return {
            **totals,
            "net": totals["principal"] + totals["interest"] - own_iof,
            "cost": cost,
            "customer_rate": self._get_quote(
                known, closing, credit_date, due_dates[0]
            ).customer_rate,
        }
