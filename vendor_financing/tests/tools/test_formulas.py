from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.interest import accumulation, effective_cost, future_value, present_value
from ...tools.iof import complementary_iof, iof_by_installment
from ...tools.rounding import prorate, to_cents

D = Decimal
AMOUNTS = st.decimals("0.01", "10000000", places=2)
RATES = st.decimals("0", "0.15", places=6)
DAYS = st.integers(0, 3650)
repeatable = settings(derandomize=True, max_examples=200, deadline=None)


@tagged("post_install", "-at_install")
class TestFormulas(BaseCase):
    """The worked examples, and properties of the formulas for any numbers."""

    def test_examples_of_an_equalization(self):
        """10,000.00 at the bank's 1.80 % and the customer's 1.20 %."""
        for days, customer, bank, later, now in (
            (30, "10120.00", "10180.00", "60.00", "9941.06"),
            (31, "10124.02", "10186.06", "62.04", "9939.10"),
            (45, "10180.54", "10271.21", "90.67", "9911.72"),
        ):
            with self.subTest(days=days):
                paid = future_value(D(10000), D("0.012"), days)
                at_bank = future_value(D(10000), D("0.018"), days)
                self.assertEqual((paid, at_bank), (D(customer), D(bank)))
                self.assertEqual(at_bank - paid, D(later))
                self.assertEqual(present_value(paid, D("0.018"), days), D(now))

    def test_example_of_a_spread(self):
        self.assertEqual(
            iof_by_installment([(D(10000), 30)], D("0.000082"), D("0.0038")), [D("62.60")]
        )
        self.assertEqual(future_value(D(10000), D("0.023"), 30), D("10230.00"))
        self.assertEqual(present_value(D("10230"), D("0.018"), 30), D("10049.12"))

    def test_example_in_three_instalments(self):
        flows = [(D(10000), days) for days in (30, 60, 90)]
        paid = [future_value(amount, D("0.012"), days) for amount, days in flows]
        self.assertEqual(paid, [D("10120.00"), D("10241.44"), D("10364.34")])
        received = [
            present_value(amount, D("0.018"), days)
            for amount, (_principal, days) in zip(paid, flows, strict=True)
        ]
        self.assertEqual(received, [D("9941.06"), D("9882.47"), D("9824.23")])
        self.assertEqual(sum(received), D("29647.76"))
        self.assertEqual(sum(iof_by_installment(flows, D("0.000082"), D("0.0038"))), D("261.60"))

    def test_conventions(self):
        self.assertEqual(future_value(D(10000), D("0.018"), 45, "simple"), D("10270.00"))
        self.assertEqual(future_value(D(10000), D("0.24"), 252, "business_252"), D("12400.00"))
        self.assertEqual(accumulation(D("0.01"), 365, "actual_365"), D("1.01") ** 12)
        with self.assertRaises(ValueError):
            accumulation(D("0.01"), 30, "other")
        with self.assertRaises(ValueError):
            accumulation(D("-1"), 30)
        with self.assertRaises(ValueError):
            accumulation(D("0.01"), -1)

    def test_half_a_cent(self):
        self.assertEqual(to_cents(D("0.125")), D("0.13"))
        self.assertEqual(to_cents(D("0.125"), "half_even"), D("0.12"))

    def test_effective_cost_of_known_flows(self):
        """The cost of an amount paid back after a year is its growth, by plain fractions."""
        self.assertEqual(effective_cost(D(1000), [(365, D(1250))]), D("0.250000"))
        flows = [(30, D("5100")), (60, D("5200"))]
        cost = effective_cost(D(10000), flows)
        worth = sum(float(amount) / (1 + float(cost)) ** (days / 365) for days, amount in flows)
        self.assertAlmostEqual(worth, 10000, places=1)
        for received, wrong in ((D(0), flows), (D(100), []), (D(100), [(0, D(100))])):
            with self.assertRaises(ValueError):
                effective_cost(received, wrong)

    @repeatable
    @given(AMOUNTS, RATES, st.integers(0, 720))
    def test_present_and_future_value_undo_each_other(self, amount, rate, days):
        grown = amount * accumulation(rate, days)
        self.assertEqual(present_value(grown, rate, days), amount)

    @repeatable
    @given(AMOUNTS, RATES, RATES, DAYS, DAYS)
    def test_more_rate_or_days_is_never_less(self, amount, rate, other, days, more):
        low, high = sorted((rate, other))
        short, long = sorted((days, more))
        for convention in ("compound", "simple", "actual_365"):
            self.assertLessEqual(
                future_value(amount, low, short, convention),
                future_value(amount, high, long, convention),
            )

    @repeatable
    @given(AMOUNTS, RATES, st.integers(0, 12))
    def test_whole_months_are_plain_powers(self, amount, rate, months):
        exact = Fraction(amount) * (1 + Fraction(rate)) ** months
        cents = int(exact * 100 + Fraction(1, 2))
        self.assertEqual(future_value(amount, rate, 30 * months), D(cents) / 100)

    @repeatable
    @given(AMOUNTS, DAYS)
    def test_iof_stops_growing(self, amount, days):
        (taxed,) = iof_by_installment([(amount, days)], D("0.000082"), D("0.0038"))
        exact = Fraction(amount) * (Fraction(82, 1000000) * min(days, 365) + Fraction(38, 10000))
        self.assertEqual(taxed, D(int(exact * 100 + Fraction(1, 2))) / 100)

    @repeatable
    @given(st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=12))
    def test_iof_of_instalments_sums_up(self, installments):
        parts = iof_by_installment(installments, D("0.000082"), D("0.0038"))
        exact = sum(
            Fraction(amount) * (Fraction(82, 1000000) * min(days, 365) + Fraction(38, 10000))
            for amount, days in installments
        )
        self.assertEqual(sum(parts), D(int(exact * 100 + Fraction(1, 2))) / 100)
        self.assertGreaterEqual(min(parts), 0)

    @repeatable
    @given(st.lists(st.tuples(AMOUNTS, DAYS), min_size=1, max_size=12))
    def test_grossed_up_the_tax_is_that_of_all_that_is_lent(self, installments):
        parts = iof_by_installment(installments, D("0.000082"), D("0.0038"), is_grossed_up=True)
        lent = []
        for amount, days in installments:
            rate = Fraction(82, 1000000) * min(days, 365) + Fraction(38, 10000)
            lent.append((Fraction(amount) / (1 - rate), rate))
        exact = sum(principal * rate for principal, rate in lent)
        self.assertLessEqual(abs(Fraction(sum(parts)) - exact), Fraction(5001, 1000000))
        for part, (principal, rate) in zip(parts, lent, strict=True):
            # A cent of the sharing out, and its part of the half cent by which the sum is rounded.
            self.assertLess(abs(Fraction(part) - principal * rate), Fraction(15, 1000))

    def test_tax_of_everything_cannot_be_lent(self):
        with self.assertRaises(ValueError):
            iof_by_installment([(D(100), 1)], D(0), D(1), is_grossed_up=True)

    @repeatable
    @given(AMOUNTS, DAYS, DAYS)
    def test_iof_of_more_days_is_what_the_first_tax_left_out(self, amount, days, more):
        short, long = sorted((days, more))
        taxed = complementary_iof(amount, short, long, D("0.000082"))
        added = min(long, 365) - min(short, 365)
        exact = Fraction(amount) * Fraction(82, 1000000) * added
        self.assertEqual(taxed, D(int(exact * 100 + Fraction(1, 2))) / 100)
        if short != long:
            with self.assertRaises(ValueError):
                complementary_iof(amount, long, short, D("0.000082"))

    @repeatable
    @given(
        st.decimals("-100000", "100000", places=2),
        st.lists(st.decimals("0.01", "100000", places=2), min_size=1, max_size=40),
    )
    def test_parts_sum_up_and_differ_by_a_cent_at_most(self, total, weights):
        parts = prorate(total, weights)
        self.assertEqual(sum(parts), total)
        whole = sum(map(Fraction, weights))
        for part, weight in zip(parts, weights, strict=True):
            share = Fraction(total) * Fraction(weight) / whole
            self.assertLess(abs(Fraction(part) - share), Fraction(1, 100))

    def test_nothing_to_share_by(self):
        self.assertEqual(prorate(D(0), [D(0)]), [D("0.00")])
        with self.assertRaises(ValueError):
            prorate(D(1), [D(0)])
