from itertools import product

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from odoo.fields import Command
from odoo.tests import tagged

from .test_approved_amount import ApprovedOrderCommon

EXAMPLES = 6
METHODS = ("round_globally", "round_per_line")
# How a company rounds what is paid, if it does: the host's strategy and way.
COINS = ("none", *product(("add_invoice_line", "biggest_tax"), ("UP", "DOWN", "HALF-UP")))
LINES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(50, 9999).map(lambda cents: cents / 100),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@tagged("post_install", "-at_install")
class TestRoundings(ApprovedOrderCommon):
    """However a company rounds, an approved order can be invoiced as a whole, in parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.company_data["default_tax_sale"].copy(
            {"name": "3.25 %", "amount": 3.25, "price_include_override": "tax_excluded"}
        )
        cls.coins = {
            (strategy, way): cls.env["account.cash.rounding"].create(
                {
                    "name": f"{strategy} {way}",
                    "rounding": 0.05,
                    "strategy": strategy,
                    "rounding_method": way,
                    "profit_account_id": cls.income_account.id,
                    "loss_account_id": cls.expense_account.id,
                }
            )
            for strategy, way in COINS[1:]
        }

    def bill(self, order, coin=False, quantity=1):
        """Invoice and post a quantity of each line that is to be invoiced."""
        invoice = order._create_invoices()
        for line in invoice.invoice_line_ids:
            line.quantity = min(quantity, line.quantity)
        if coin:
            invoice.invoice_cash_rounding_id = coin
        invoice.with_user(self.invoicing_user).action_post()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(lines=LINES)
    def test_every_rounding_invoices_every_approved_order(self, lines):
        most = max(quantity for quantity, _price, _taxed in lines)
        for method, coin in product(METHODS, COINS):
            note(f"{method}, cash rounding {coin}")
            with self.env.cr.savepoint() as savepoint:
                self.company.tax_calculation_rounding_method = method
                order = self.order_of(
                    *((quantity, price) for quantity, price, _taxed in lines),
                    product=self.ordered,
                )
                for line, (_quantity, _price, is_taxed) in zip(
                    order.order_line, lines, strict=True
                ):
                    line.tax_ids = [Command.set(self.tax.ids if is_taxed else [])]
                self._approve(order)
                order.with_user(self.seller).action_confirm()
                for _part in range(most):
                    self.bill(order, self.coins.get(coin))
                self.assertEqual(order.invoice_status, "invoiced")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_order_delivered_in_many_parts_of_a_rounded_up_cent(self):
        order = self.approved_order((10, 0.335), product=self.ordered)
        for _part in range(10):
            self.bill(order)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertAlmostEqual(sum(order.invoice_ids.mapped("amount_total")), 3.4)
