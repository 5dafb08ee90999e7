from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import RpcCommon
from ..contract.common import VendorFinancingContractCommon

EXAMPLES = 12
CNPJ = "45.723.174/0001-10"
OTHER_CNPJ = "11.444.777/0001-61"
EDITS = (
    "deliver",
    "reprice",
    "add",
    "move",
    "zero",
    "down_payment",
    "currency",
    "customer",
    "quantity",
    "invoice",
    "invoice",
    "draft",
    "post",
    "credit",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(EDITS), st.integers(0, 3), st.integers(-3, 40)),
    min_size=3,
    max_size=9,
)


class ApprovedOrderCommon(VendorFinancingContractCommon):
    """An order of 1,000.00 that a manager has approved, its salesman, and who posts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vendor_approval_required = True
        cls.partner_a.vat = CNPJ
        cls.seller = cls._create_user("vendor_seller", "sales_team.group_sale_salesman")
        cls.delivered = cls._create_product(
            name="Cimento", list_price=100.0, invoice_policy="delivery", taxes_id=[]
        )
        cls.ordered = cls._create_product(
            name="Frete", list_price=100.0, invoice_policy="order", taxes_id=[]
        )
        cls.foreign = cls.setup_other_currency("EUR")

    def order_of(self, *lines, product=None):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.seller.id,
                "preferred_payment_method_line_id": self.bearer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.delivered).id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [],
                        }
                    )
                    for quantity, price in lines
                ],
            }
        )

    def approved_order(self, *lines, product=None):
        order = self.order_of(*(lines or [(10, 100.0)]), product=product)
        self._approve(order)
        order.with_user(self.seller).action_confirm()
        return order

    def posted_total(self, order):
        """Return what is posted in vendor financing under the approvals of an order."""
        items = self.env["account.move.line"].search(
            [("sale_line_ids.order_id", "=", order.id), ("parent_state", "=", "posted")]
        )
        moves = items.move_id | order.vendor_invoice_ids.filtered(lambda m: m.state == "posted")
        ours = moves.filtered("is_vendor")
        credited = sum(
            ours.reversal_move_ids.filtered(lambda move: move.state == "posted").mapped(
                "amount_total"
            )
        )
        return sum(ours.mapped("amount_total_signed")) - credited


@tagged("post_install", "-at_install")
class TestApprovedAmountOverHttp(RpcCommon, ApprovedOrderCommon):
    """A salesman invoices more than was approved, as the ordinary screens and RPC let him."""

    def wizard(self, order, **values):
        model = "sale.advance.payment.inv"
        values = {"sale_order_ids": [(6, 0, order.ids)], **values}
        wizard = self.call(self.seller, model, "create", [values])
        return (self.seller, model, "create_invoices", wizard)

    def invoice(self, order, **values):
        before = order.invoice_ids
        self.call(*self.wizard(order, advance_payment_method="delivered", **values))
        invoice = order.invoice_ids - before
        self.call(self.invoicing_user, "account.move", "action_post", invoice.ids)
        self.assertEqual(invoice.state, "posted")
        return invoice

    def test_down_payment_of_more_than_was_approved_is_refused(self):
        order = self.approved_order()
        for values in (
            {"advance_payment_method": "fixed", "fixed_amount": 70000},
            {"advance_payment_method": "percentage", "amount": 5000},
        ):
            with self.subTest(values):
                message = self.assert_refused(*self.wizard(order, **values))
                self.assertIn(order.name, message)
        self.call(*self.wizard(order, advance_payment_method="fixed", fixed_amount=400))
        order.invoice_ids.invoice_date = self.day("2026-03-03")
        self.call(self.invoicing_user, "account.move", "action_post", order.invoice_ids.ids)
        self.assertEqual(self.posted_total(order), 400.0)

    def test_delivery_of_more_than_was_approved_is_refused(self):
        order = self.approved_order()
        self.call(
            self.seller, "sale.order.line", "write", order.order_line.ids, {"qty_delivered": 1000}
        )
        self.assert_refused(*self.wizard(order, advance_payment_method="delivered"))
        self.call(
            self.seller, "sale.order.line", "write", order.order_line.ids, {"qty_delivered": 10}
        )
        self.invoice(order)
        self.assertEqual(self.posted_total(order), 1000.0)

    def test_deduction_that_is_never_delivered_is_not_believed(self):
        order = self.order_of((1, 100000.0), product=self.ordered)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.delivered.id,
                    "product_uom_qty": 1,
                    "price_unit": -99000.0,
                    "tax_ids": [],
                }
            )
        ]
        self._approve(order)
        self.call(self.seller, "sale.order", "action_confirm", order.ids)
        self.assert_refused(*self.wizard(order, advance_payment_method="delivered"))

    def test_raised_draft_is_refused_at_posting(self):
        order = self.approved_order(product=self.ordered)
        self.call(*self.wizard(order, advance_payment_method="delivered"))
        invoice = order.invoice_ids
        line = invoice.invoice_line_ids
        self.call(
            self.invoicing_user,
            "account.move",
            "write",
            invoice.ids,
            {"invoice_line_ids": [(1, line.id, {"price_unit": 30000})]},
        )
        message = self.assert_refused(
            self.invoicing_user, "account.move", "action_post", invoice.ids
        )
        self.assertIn("1,000.00", message)

    def test_invoiced_item_leaves_its_order_by_no_way(self):
        order = self.approved_order(product=self.ordered)
        other = self.order_of((1, 1.0))
        self.invoice(order)
        line = order.order_line
        product = self.delivered.id
        for values in (
            {"order_id": other.id},
            {"price_unit": 0},
            {"discount": 100},
            {"product_id": product},
        ):
            with self.subTest(values):
                self.assert_refused(self.seller, "sale.order.line", "write", line.ids, values)
        moved = {"order_line": [(4, line.id)]}
        self.assert_refused(self.seller, "sale.order", "write", other.ids, moved)
        self.assertEqual((line.order_id, line.price_unit), (order, 100.0))

    def test_approval_is_used_up_by_what_is_invoiced(self):
        order = self.approved_order(product=self.ordered)
        self.invoice(order)
        added = {"product_id": self.ordered.id, "product_uom_qty": 10, "price_unit": 100}
        self.call(
            self.seller,
            "sale.order",
            "write",
            order.ids,
            {"order_line": [(1, order.order_line.id, {"product_uom_qty": 0}), (0, 0, added)]},
        )
        self.assert_refused(
            *self.wizard(order, advance_payment_method="delivered", deduct_down_payments=False)
        )
        self.assertEqual(self.posted_total(order), 1000.0)

    def test_credit_note_gives_the_approval_back(self):
        order = self.approved_order(product=self.ordered)
        invoice = self.invoice(order)
        invoice._reverse_moves(cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        self.invoice(order)
        self.assertEqual(self.posted_total(order), 1000.0)

    def test_another_currency_is_approved_neither_before_nor_after(self):
        order = self.approved_order(product=self.ordered)
        draft = self.order_of((10, 100.0))
        self._approve(draft)
        for changed in (order, draft):
            self.call(
                self.seller, "sale.order", "write", changed.ids, {"currency_id": self.foreign.id}
            )
            self.assertNotEqual(changed.vendor_approval_state, "approved")
        message = self.assert_refused(self.seller, "sale.order", "action_confirm", draft.ids)
        self.assertIn("EUR", message)
        self.assert_refused(*self.wizard(order, advance_payment_method="delivered"))
        invoice = self._create_vendor_invoice(100.0, post=False, currency_id=self.foreign)
        self.assert_refused(self.invoicing_user, "account.move", "action_post", invoice.ids)

    def test_approval_counts_for_one_cnpj(self):
        order = self.order_of((10, 100.0))
        request = self._approve(order)
        self.assertEqual(request.debtor_vat, CNPJ)
        self.partner_a.vat = "45723174000110"
        self.assertEqual(order.vendor_approval_state, "approved")
        self.partner_a.vat = OTHER_CNPJ
        self.assertEqual(order.vendor_approval_state, "outgrown")
        self.assert_refused(self.seller, "sale.order", "action_confirm", order.ids)

    def test_bank_finances_no_more_than_was_approved(self):
        order = self.approved_order(product=self.ordered)
        first = self.invoice(order)
        first._reverse_moves(cancel=True)
        second = self.invoice(order)
        self.quote(1.8, 2.3)
        contract = self.make_contract(second)
        contract.credited_amount = contract.expected_amount
        first.line_ids.remove_move_reconcile()
        self.assert_refused(
            self.invoicing_user, "vendor.financing.contract", "action_effect", contract.ids
        )

    def test_what_left_comes_back_by_no_way_past_the_approval(self):
        """Change Charge Type and a substitution ask for the sum as posting and effectivation do."""
        order = self.approved_order(product=self.ordered)
        first = self.invoice(order)
        first.preferred_payment_method_line_id = self.manual_line
        order.order_line.product_uom_qty = 0
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.ordered.id,
                            "product_uom_qty": 10,
                            "price_unit": 100.0,
                            "tax_ids": [],
                        }
                    )
                ]
            }
        )
        second = self.invoice(order, deduct_down_payments=False)
        self.assertEqual((first.amount_total, second.amount_total), (1000.0, 1000.0))
        back = {"preferred_payment_method_line_id": self.bearer.id}
        message = self.assert_refused(self.invoicing_user, "account.move", "write", first.ids, back)
        self.assertIn("only", message)
        self.assertFalse(first.is_vendor)
        # As if it had come in before the gate was there.
        self.env.cr.execute(
            "UPDATE account_move SET preferred_payment_method_line_id = %s WHERE id = %s",
            (self.bearer.id, first.id),
        )
        self.env.invalidate_all()
        self.quote(1.8, 2.3)
        plain = self._create_vendor_invoice(1000.0)
        contract = self.make_effective(plain)
        (wizard,) = self.call(
            self.invoicing_user,
            "vendor.financing.maintenance",
            "create",
            [
                {
                    "installment_id": contract.installment_ids.id,
                    "kind": "substitution",
                    "line_id": self.receivable(second).id,
                }
            ],
        )
        message = self.assert_refused(
            self.invoicing_user, "vendor.financing.maintenance", "action_confirm", [wizard]
        )
        self.assertIn(order.name, message)
        self.assertEqual(second.vendor_state, "pending")

    def test_notes_round_nothing(self):
        order = self.approved_order(product=self.ordered)
        self.call(*self.wizard(order, advance_payment_method="delivered"))
        draft = order.invoice_ids
        draft.write(
            {
                "invoice_line_ids": [
                    *(
                        Command.create({"display_type": "line_note", "name": "x"})
                        for _ in range(900)
                    ),
                    Command.update(draft.invoice_line_ids.id, {"price_unit": 100.5}),
                ]
            }
        )
        self.assert_refused(self.invoicing_user, "account.move", "action_post", draft.ids)

    def test_invoice_in_another_currency_takes_no_bearer(self):
        invoice = self._create_vendor_invoice(
            100.0, bearer=self.manual_line, currency_id=self.foreign.id
        )
        self.assert_refused(
            self.invoicing_user,
            "account.move",
            "write",
            invoice.ids,
            {"preferred_payment_method_line_id": self.bearer.id},
        )


@tagged("post_install", "-at_install")
class TestApprovedAmountOfRandomLife(ApprovedOrderCommon):
    """Whatever a salesman does between, no more is posted than was approved."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(steps=STEPS, is_delivered=st.booleans())
    def test_posted_never_exceeds_approved(self, steps, is_delivered):
        with self.env.cr.savepoint() as savepoint:
            product = self.delivered if is_delivered else self.ordered
            order = self.approved_order((6, 100.0), (4, 100.0), product=product)
            other = self.approved_order((1, 50.0), product=product)
            for name, which, number in steps:
                self.edit(order, other, name, which, number)
                for checked in (order, other):
                    approved = max(checked.vendor_request_ids.mapped("amount"))
                    self.assertLessEqual(self.posted_total(checked), approved + 0.05, name)
            savepoint.rollback()
        self.env.invalidate_all()

    def edit(self, order, other, name, which, number):
        """Do one thing as its user; what is refused is left undone."""
        try:
            with self.env.cr.savepoint():
                getattr(self, f"edit_{name}")(order.with_user(self.seller), other, which, number)
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
        values = {"product_id": self.ordered.id, "product_uom_qty": 1, "price_unit": number * 10}
        order.order_line = [Command.create({**values, "tax_ids": []})]

    def edit_move(self, order, other, which, number):
        self.line(order, which).order_id = other

    def edit_currency(self, order, other, which, number):
        order.currency_id = self.foreign if which else self.company.currency_id

    def edit_customer(self, order, other, which, number):
        partner = self.partner_b if which else self.partner_a
        order.write({"partner_id": partner.id, "partner_invoice_id": partner.id})

    def edit_down_payment(self, order, other, which, number):
        values = {"sale_order_ids": order.ids, "advance_payment_method": "fixed"}
        wizard = self.env["sale.advance.payment.inv"].with_user(self.seller)
        wizard.create({**values, "fixed_amount": number * 30}).create_invoices()

    def edit_draft(self, order, other, which, number):
        order._create_invoices(final=bool(which))

    def edit_invoice(self, order, other, which, number):
        invoices = order._create_invoices(final=bool(which))
        invoices.sudo(False).with_user(self.invoicing_user).action_post()

    def edit_post(self, order, other, which, number):
        drafts = order.sudo().invoice_ids.filtered(lambda move: move.state == "draft")
        drafts.sudo(False).with_user(self.invoicing_user).action_post()

    def edit_credit(self, order, other, which, number):
        posted = order.sudo().invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        posted[:1].sudo(False).with_user(self.invoicing_user)._reverse_moves(cancel=True)
