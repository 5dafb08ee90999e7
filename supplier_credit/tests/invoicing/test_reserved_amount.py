from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import RpcCommon, SupplierCreditCommon

EXAMPLES = 10
OTHER_CNPJ = "11.222.333/0001-81"
EDITS = (
    "deliver",
    "reprice",
    "add",
    "move",
    "zero",
    "currency",
    "customer",
    "quantity",
    "invoice",
    "invoice",
    "draft",
    "post",
    "approve",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(EDITS), st.integers(0, 3), st.integers(-3, 40)),
    min_size=3,
    max_size=9,
)


class ReservedOrderCommon(SupplierCreditCommon):
    """Orders of 500.00 with 525.00 reserved for them, their salesman, and who posts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_user("seller", "sales_team.group_sale_salesman")
        cls.delivered = cls.env["product.product"].create(
            {"name": "Granola solta", "invoice_policy": "delivery", "taxes_id": []}
        )
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.other_customer = cls.customer.copy({"name": "Outra Ltda", "vat": OTHER_CNPJ})

    def line_of(self, quantity, price, product):
        return Command.create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "price_unit": price,
                "tax_ids": [Command.clear()],
            }
        )

    def reserved_order(self, *lines, product=None, amount="525.00"):
        """Return a confirmed order of the salesman, 5 x 100.00 unless told otherwise."""
        product = product or self.delivered
        order = self.create_order(
            user=self.seller,
            order_line=[self.line_of(*line, product) for line in lines or [(5, 100.0)]],
        )
        self.reserve(order, amount=amount)
        order.with_user(self.seller).action_confirm()
        return order.sudo()

    def taken(self, order):
        """Return what is posted on Supplier's credit for an order."""
        items = self.env["account.move.line"].search(
            [("sale_line_ids.order_id", "=", order.id), ("parent_state", "=", "posted")]
        )
        moves = items.move_id | order.supplier_invoice_ids
        return sum(
            moves.filtered(lambda move: move.state == "posted" and move.is_supplier_credit).mapped(
                "amount_total"
            )
        )

    def approve_all(self, order):
        """Have Supplier approve what is posted, as its answers do: the reservation is used."""
        for invoice in order.supplier_invoice_ids.filtered(lambda move: move.state == "posted"):
            if invoice.supplier_transaction_ids:
                continue
            reservation = order._get_live_preauthorization()
            self.env["supplier.credit.transaction"].sudo().create(
                {
                    "agreement_id": self.agreement.id,
                    "company_id": self.company.id,
                    "invoice_id": invoice.id,
                    "partner_id": invoice.commercial_partner_id.id,
                    "nfe_key": f"{invoice.id:044}",
                    "total": invoice.amount_total,
                    "state": "approved",
                }
            )
            used = min(invoice.amount_total, reservation.remaining_amount)
            if reservation:
                reservation._consume(used, release_rest=order._is_billed_by(invoice))


@tagged("post_install", "-at_install")
class TestReservedAmountOverHttp(RpcCommon, ReservedOrderCommon):
    """A salesman invoices more than is reserved, as the ordinary screens and RPC let him."""

    def wizard(self, order, **values):
        model = "sale.advance.payment.inv"
        values = {"sale_order_ids": [(6, 0, order.ids)], **values}
        wizard = self.call(
            self.seller, model, "create", [{"advance_payment_method": "delivered", **values}]
        )
        return (self.seller, model, "create_invoices", wizard)

    def invoice(self, order):
        before = order.invoice_ids
        self.call(*self.wizard(order))
        invoice = order.invoice_ids - before
        self.call(self.accountant, "account.move", "action_post", invoice.ids)
        self.assertEqual(invoice.state, "posted")
        return invoice

    def test_delivery_of_more_than_is_reserved_is_refused(self):
        order = self.reserved_order()
        line = order.order_line
        self.call(self.seller, "sale.order.line", "write", line.ids, {"qty_delivered": 500})
        message = self.assert_refused(*self.wizard(order))
        self.assertIn("525.00", message)
        self.call(self.seller, "sale.order.line", "write", line.ids, {"qty_delivered": 5})
        self.invoice(order)
        self.assertEqual(self.taken(order), 500.0)

    def test_deduction_that_is_never_delivered_is_not_believed(self):
        order = self.reserved_order((1, 40000.0), product=self.product, amount="42000.00")
        order = self.create_order(
            user=self.seller,
            order_line=[
                self.line_of(1, 40000.0, self.product),
                self.line_of(1, -39500.0, self.delivered),
            ],
        )
        self.reserve(order, amount="525.00")
        self.call(self.seller, "sale.order", "action_confirm", order.ids)
        self.assert_refused(*self.wizard(order))

    def test_invoiced_item_leaves_its_order_by_no_way(self):
        order = self.reserved_order(product=self.product)
        other = self.create_order(user=self.seller)
        self.invoice(order)
        line = order.order_line
        for values in (
            {"order_id": other.id},
            {"price_unit": 0},
            {"discount": 100},
            {"product_id": self.delivered.id},
        ):
            with self.subTest(values):
                self.assert_refused(self.seller, "sale.order.line", "write", line.ids, values)
        moved = {"order_line": [(4, line.id)]}
        self.assert_refused(self.seller, "sale.order", "write", other.ids, moved)
        self.assertEqual((line.order_id, line.price_unit), (order, 100.0))

    def test_what_is_invoiced_is_not_invoiced_again(self):
        order = self.reserved_order(product=self.product)
        self.invoice(order)
        lines = [
            (1, order.order_line.id, {"product_uom_qty": 0}),
            (0, 0, {"product_id": self.product.id, "product_uom_qty": 5, "price_unit": 100}),
        ]
        self.call(self.seller, "sale.order", "write", order.ids, {"order_line": lines})
        self.assert_refused(*self.wizard(order, deduct_down_payments=False))
        self.assertEqual(self.taken(order), 500.0)

    def test_used_reservation_covers_no_second_sale(self):
        order = self.reserved_order(product=self.product)
        self.invoice(order)
        self.approve_all(order)
        self.assertEqual(order.supplier_preauthorization_id.state, "used")
        lines = [
            (1, order.order_line.id, {"product_uom_qty": 0}),
            (0, 0, {"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 499}),
        ]
        self.call(self.seller, "sale.order", "write", order.ids, {"order_line": lines})
        self.assert_refused(*self.wizard(order, deduct_down_payments=False))

    def test_partial_invoices_take_their_parts(self):
        order = self.reserved_order()
        line = order.order_line
        for delivered in (2, 4, 5):
            line.qty_delivered = delivered
            self.invoice(order)
            if delivered == 2:
                self.approve_all(order)
        self.assertEqual(self.taken(order), 500.0)

    def test_order_in_another_currency_is_blocked(self):
        order = self.create_order(user=self.seller, order_line=[self.line_of(5, 100, self.product)])
        self.reserve(order, amount="525.00")
        self.call(self.seller, "sale.order", "write", order.ids, {"currency_id": self.dollar.id})
        self.assertEqual(order.supplier_release_state, "blocked")
        message = self.assert_refused(self.seller, "sale.order", "action_confirm", order.ids)
        self.assertIn("USD", message)

    def test_reservation_counts_for_one_cnpj(self):
        order = self.create_order(user=self.seller, order_line=[self.line_of(5, 100, self.product)])
        self.reserve(order, amount="525.00")
        # Users may not; the host's own code and other addons may.
        self.customer.sudo().vat = OTHER_CNPJ
        message = self.assert_refused(self.seller, "sale.order", "action_confirm", order.ids)
        self.assertIn("57647232000153", message)
        self.assertEqual(order.state, "draft")


@tagged("post_install", "-at_install")
class TestReservedAmountOfRandomLife(ReservedOrderCommon):
    """Whatever a salesman does between, no more is posted than is reserved."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(steps=STEPS, is_delivered=st.booleans())
    def test_posted_never_exceeds_reserved(self, steps, is_delivered):
        product = self.delivered if is_delivered else self.product
        with self.env.cr.savepoint() as savepoint:
            order = self.reserved_order((3, 100.0), (2, 100.0), product=product)
            other = self.reserved_order((1, 50.0), product=product, amount="52.50")
            for name, which, number in steps:
                self.edit(order, other, name, which, number)
                for checked, reserved in ((order, 525.0), (other, 52.5)):
                    self.assertLessEqual(self.taken(checked), reserved + 0.05, name)
            savepoint.rollback()
        self.env.invalidate_all()

    def edit(self, order, other, name, which, number):
        """Do one thing as its user; what is refused is left undone."""
        try:
            with self.env.cr.savepoint():
                edit = getattr(self, f"edit_{name}")
                edit(order.sudo(False).with_user(self.seller), other, which, number)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()

    def line(self, order, which):
        lines = order.order_line.filtered(lambda line: not line.display_type)
        return lines[which % len(lines)] if lines else lines

    def edit_deliver(self, order, other, which, number):
        self.line(order, which).qty_delivered = number

    def edit_quantity(self, order, other, which, number):
        self.line(order, which).product_uom_qty = number

    def edit_reprice(self, order, other, which, number):
        self.line(order, which).price_unit = number * 10

    def edit_zero(self, order, other, which, number):
        self.line(order, which).discount = 100

    def edit_add(self, order, other, which, number):
        order.order_line = [self.line_of(1, number * 10, self.product)]

    def edit_move(self, order, other, which, number):
        self.line(order, which).order_id = other

    def edit_currency(self, order, other, which, number):
        order.currency_id = self.dollar if which else self.company.currency_id

    def edit_customer(self, order, other, which, number):
        partner = self.other_customer if which else self.customer
        order.write({"partner_id": partner.id, "partner_invoice_id": partner.id})

    def edit_draft(self, order, other, which, number):
        order._create_invoices(final=bool(which))

    def edit_invoice(self, order, other, which, number):
        invoices = order._create_invoices(final=bool(which))
        invoices.sudo(False).with_user(self.accountant).action_post()

    def edit_post(self, order, other, which, number):
        drafts = order.sudo().invoice_ids.filtered(lambda move: move.state == "draft")
        drafts.sudo(False).with_user(self.accountant).action_post()

    def edit_approve(self, order, other, which, number):
        self.approve_all(order.sudo())
