from itertools import product

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..nfe.common import NfeUploadCommon, make_nfe

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
class TestRoundings(NfeUploadCommon):
    """However a company rounds, what is complete is asked of quantities; no cent is in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.company_data["default_tax_sale"].copy(
            {"name": "3.25 %", "amount": 3.25, "price_include_override": "tax_excluded"}
        )
        account = cls.company_data["default_account_expense"]
        cls.coins = {
            (strategy, way): cls.env["account.cash.rounding"].create(
                {
                    "name": f"{strategy} {way}",
                    "rounding": 0.05,
                    "strategy": strategy,
                    "rounding_method": way,
                    "profit_account_id": account.id,
                    "loss_account_id": account.id,
                }
            )
            for strategy, way in COINS[1:]
        }
        cls.numbers = iter(range(50000, 90000))

    def make_order(self, lines):
        """Return a confirmed order with exactly what it needs reserved for it."""
        order = self.create_order(
            payment_term_id=False,
            order_line=[
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "tax_ids": [Command.set(self.tax.ids if is_taxed else [])],
                    }
                )
                for quantity, price, is_taxed in lines
            ],
        )
        needed = order._get_supplier_reservable_amount()
        number = next(self.numbers)
        self.reserve(order, code=f"PA-{number}", amount=f"{needed:.2f}")
        order.action_confirm()
        return order

    def bill(self, order, coin=False, quantity=None):
        """Invoice what is to be invoiced, or this quantity of each line; have it approved."""
        invoice = order.with_user(self.accountant)._create_invoices()
        if quantity:
            for line in invoice.invoice_line_ids:
                line.quantity = min(quantity, line.quantity)
        if coin:
            invoice.invoice_cash_rounding_id = coin
        number = next(self.numbers)
        total = f"{invoice.amount_total:.2f}"
        answer = self.transaction_answer(codigoTransacao=f"TR-{number}")
        amounts = {"valorParcela": total, "valorRepasse": total, "valorTaxa": "0.00"}
        answer["calendario"] = [{**answer["calendario"][0], **amounts}]
        self.supplier.on("POST", "/transacoes$", answer, 201)
        self.upload(make_nfe(number=number, total=total), invoice)
        invoice.action_post()
        self.deliver()
        sale = invoice.sudo().supplier_transaction_ids
        self.assertEqual((sale.state, sale.processing_state), ("approved", "done"))
        return sale

    def assert_complete(self, order, sales):
        """Assert that all is invoiced, no sale but the last said so, and nothing stays reserved."""
        self.env.invalidate_all()
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertFalse(order.is_supplier_blocked)
        self.assertEqual(order._get_supplier_reservable_amount(), 0)
        self.assertEqual([sale.release_rest for sale in sales][:-1], [False] * (len(sales) - 1))
        self.assertEqual(order.sudo().supplier_preauthorization_id.state, "used")

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(lines=LINES)
    def test_every_rounding_completes_every_order(self, lines):
        most = max(quantity for quantity, _price, _taxed in lines)
        for method, coin in product(METHODS, COINS):
            note(f"{method}, cash rounding {coin}")
            with self.env.cr.savepoint() as savepoint:
                self.company.tax_calculation_rounding_method = method
                order = self.make_order(lines)
                rounding = self.coins.get(coin)
                sales = [self.bill(order, rounding, quantity=1) for _part in range(most)]
                self.assert_complete(order, sales)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_order_delivered_in_many_parts_of_a_rounded_up_cent(self):
        order = self.make_order([(10, 0.335, False)])
        sales = [self.bill(order, quantity=1) for _part in range(10)]
        self.assert_complete(order, sales)
        self.assertAlmostEqual(sum(sale.total for sale in sales), 3.4)

    def test_nfe_without_the_cash_rounding_of_its_invoice_is_told(self):
        order = self.make_order([(1, 10.02, False)])
        invoice = order.with_user(self.accountant)._create_invoices()
        invoice.invoice_cash_rounding_id = self.coins["add_invoice_line", "UP"]
        self.assertEqual(invoice.amount_total, 10.05)
        self.assert_refused(make_nfe(total="10.02"), "remove the cash rounding", invoice=invoice)
        self.assert_refused(make_nfe(total="10.04"), "remove the cash rounding", invoice=invoice)
        invoice.invoice_cash_rounding_id = False
        self.upload(make_nfe(total="10.02"), invoice)
        self.assertEqual(invoice.supplier_nfe_total, 10.02)

    def test_cash_rounding_beyond_a_coin_is_another_total(self):
        self.coins["add_invoice_line", "UP"].rounding = 50
        order = self.make_order([(1, 10.02, False)])
        invoice = order.with_user(self.accountant)._create_invoices()
        invoice.invoice_cash_rounding_id = self.coins["add_invoice_line", "UP"]
        self.assertEqual(invoice.amount_total, 50)
        self.upload(make_nfe(total="50.00"), invoice)
        with self.assertRaisesRegex(UserError, "these quantities of the order cost"):
            invoice.action_post()
