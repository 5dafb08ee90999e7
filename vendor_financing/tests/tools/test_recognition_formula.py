from datetime import date, timedelta
from decimal import Decimal, localcontext

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.recognition import recognise
from ...tools.rounding import to_cents

START = date(2026, 3, 3)
AMOUNTS = st.decimals("-1000", "100000", places=2)
BASES = st.decimals("0.01", "1000000", places=2)
repeatable = settings(derandomize=True, max_examples=200, deadline=None)


@tagged("post_install", "-at_install")
class TestRecognitionFormula(BaseCase):
    """The parts of an amount sum up to it, whatever the days between."""

    @repeatable
    @given(AMOUNTS, BASES, st.lists(st.integers(1, 40), min_size=1, max_size=12), st.booleans())
    def test_parts_sum_up(self, amount, base, steps, is_effective):
        method = "effective" if is_effective else "straight_line"
        due = START + timedelta(days=sum(steps))
        left, day = amount, START
        for step in steps:
            until = day + timedelta(days=step)
            part = recognise(left, base + amount - left, (day, until, due), method)
            self.assertEqual(part, to_cents(part))
            left -= part
            day = until
        self.assertEqual(left, 0)

    @repeatable
    @given(st.decimals("0.01", "1000", places=2), BASES, st.integers(1, 60), st.integers(1, 60))
    def test_effective_is_the_growth_of_each_day(self, amount, base, elapsed, rest):
        with localcontext() as context:
            context.prec = 50
            factor = ((base + amount) / base) ** (Decimal(1) / (elapsed + rest))
            grown = base
            for _day in range(elapsed):
                grown *= factor
        days = (START, START + timedelta(days=elapsed), START + timedelta(days=elapsed + rest))
        expected = grown - base
        self.assertLessEqual(abs(recognise(amount, base, days, "effective") - expected), 0.005001)

    def test_nothing_before_it_begins_and_all_at_the_end(self):
        due = START + timedelta(days=30)
        amount = Decimal("60.00")
        self.assertEqual(recognise(amount, Decimal(1000), (START, START, due)), 0)
        self.assertEqual(recognise(amount, Decimal(1000), (START, due, due)), amount)
        late = due + timedelta(days=10)
        self.assertEqual(recognise(amount, Decimal(1000), (late, due, due)), amount)

    def test_method_is_known(self):
        with self.assertRaises(ValueError):
            recognise(Decimal(1), Decimal(1), (START, START, START), "linear")
