from odoo.addons.supplier_credit.tests.nfe.common import make_nfe
from odoo.addons.supplier_credit.tests.post_sales.common import PostSaleCommon
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

PRICE = 100.0


class StockCommon(PostSaleCommon):
    """Goods in stock, sold on Supplier's credit, delivered and taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls.env["product.product"].create(
            {
                "name": "Granola 12 kg",
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "delivery",
                "taxes_id": [],
            }
        )
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)])[:1]
        cls.env["stock.quant"]._update_available_quantity(cls.goods, warehouse.lot_stock_id, 100)
        cls.usual = cls.company_data[
            "default_journal_bank"
        ].inbound_payment_method_line_ids.filtered(lambda line: line.code == "manual")[:1]
        cls.numbers = iter(range(48000, 49000))

    def sell(self, quantity=5, product=None, *, confirm=True):
        """Return a confirmed order of goods, with credit reserved for it."""
        order = self.create_order(
            payment_term_id=False,
            order_line=[
                Command.create(
                    {
                        "product_id": (product or self.goods).id,
                        "product_uom_qty": quantity,
                        "price_unit": PRICE,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        )
        self.reserve(order, code=f"PA-{order.id}", amount=f"{quantity * PRICE:.2f}")
        if confirm:
            order.action_confirm()
        return order

    def deliver_goods(self, order, quantity):
        picking = order.sudo().picking_ids.filtered(lambda one: one.state == "assigned")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def take_back(self, picking, quantity):
        """Take goods back as the wizard of the delivery does."""
        context = {"active_id": picking.id, "active_model": "stock.picking"}
        with Form(self.env["stock.return.picking"].with_context(**context)) as form:
            with form.product_return_moves.edit(0) as line:
                line.quantity = quantity
        returned = self.env["stock.picking"].browse(form.record.action_create_returns()["res_id"])
        returned.move_ids.picked = True
        returned.button_validate()

    def create_invoice_by_wizard(self, order):
        """Return what the button Create Invoice makes of an order."""
        before = order.invoice_ids
        context = {"active_model": "sale.order", "active_ids": order.ids}
        wizards = self.env["sale.advance.payment.inv"].with_user(self.accountant)
        with Form(wizards.with_context(**context)) as form:
            pass
        form.record.create_invoices()
        self.env.invalidate_all()
        return (order.invoice_ids - before).with_user(self.accountant)

    def refuse_invoice(self, order):
        """Assert that Create Invoice is refused and leaves nothing; return the message."""
        before = order.invoice_ids
        with self.assertRaises(UserError) as caught:
            self.create_invoice_by_wizard(order)
        self.env.invalidate_all()
        self.assertEqual(order.invoice_ids, before)
        return str(caught.exception)

    def register_invoice(self, invoice, state="APROVADA"):
        number, total = next(self.numbers), f"{invoice.amount_total:.2f}"
        answer = self.transaction_answer(state, codigoTransacao=f"TR-{number}")
        amounts = {"valorParcela": total, "valorRepasse": total, "valorTaxa": "0.00"}
        answer["calendario"] = [{**entry, **amounts} for entry in answer["calendario"][:1]]
        self.supplier.on("POST", "/transacoes$", answer, 201)
        self.upload(make_nfe(number=number, total=total), invoice)
        invoice.with_user(self.accountant).action_post()
        self.deliver()
        return invoice.sudo().supplier_transaction_ids


@tagged("post_install", "-at_install")
class TestStockReturn(StockCommon):
    """Goods of a sale on Supplier's credit come back into the stock, and Create Invoice follows."""

    def test_create_invoice_makes_the_credit_note_of_its_sale(self):
        order = self.sell()
        picking = self.deliver_goods(order, 5)
        sale = self.register_invoice(self.create_invoice_by_wizard(order))
        self.take_back(picking, 2)
        note = self.create_invoice_by_wizard(order)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 200.0))
        self.assertEqual(note.reversed_entry_id, sale.invoice_id)
        self.assertEqual(note.supplier_return_transaction_id, sale)
        self.assertFalse(note.supplier_order_id)
        note.action_post()
        self.assertEqual(note.line_ids.account_id & self.temporary, self.temporary)
        self.assertEqual(sale.post_sale_ids.amount, 200.0)

    def test_credit_note_of_the_order_goes_to_supplier_as_one_of_the_invoice(self):
        order = self.sell()
        picking = self.deliver_goods(order, 5)
        sale = self.register_invoice(self.create_invoice_by_wizard(order))
        self.take_back(picking, 5)
        note = self.create_invoice_by_wizard(order)
        self.on_request("0.00", "500.00", codigoTransacao=sale.code)
        note.action_post()
        self.upload(self.return_nfe(note, sale_key=sale.nfe_key), note)
        self.deliver()
        request = note.supplier_post_sale_id
        self.assertEqual((request.transaction_id, request.state), (sale, "approved"))
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_return_of_what_two_sales_bill_names_them(self):
        order = self.sell()
        picking = self.deliver_goods(order, 2)
        first = self.register_invoice(self.create_invoice_by_wizard(order))
        self.deliver_goods(order, 3)
        second = self.register_invoice(self.create_invoice_by_wizard(order))
        self.take_back(picking, 1)
        message = self.refuse_invoice(order)
        for sale in (first, second):
            self.assertIn(sale.invoice_id.name, message)
        # The way that is named.
        note = self.begin_return(invoice=first.invoice_id)
        note.invoice_line_ids.quantity = 1
        note.action_post()
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_return_that_only_one_sale_can_be_of_is_tied_to_it(self):
        order = self.sell()
        self.deliver_goods(order, 2)
        self.register_invoice(self.create_invoice_by_wizard(order))
        picking = self.deliver_goods(order, 3)
        second = self.register_invoice(self.create_invoice_by_wizard(order))
        self.take_back(picking, 3)
        note = self.create_invoice_by_wizard(order)
        self.assertEqual(note.supplier_return_transaction_id, second)

    def test_return_of_a_sale_that_supplier_analyses_is_refused_by_name(self):
        order = self.sell()
        picking = self.deliver_goods(order, 5)
        sale = self.register_invoice(self.create_invoice_by_wizard(order), "EM_ANALISE")
        self.assertEqual(sale.state, "in_analysis")
        self.take_back(picking, 1)
        message = self.refuse_invoice(order)
        self.assertIn(sale.invoice_id.name, message)
        self.assertIn("(In Analysis)", message)
        self.assertIn("wait for Supplier's answer", message)

    def test_what_came_back_is_not_deducted_from_what_is_sold(self):
        other = self.product.create({"name": "Frete", "type": "service", "taxes_id": []})
        order = self.sell()
        picking = self.deliver_goods(order, 5)
        sale = self.register_invoice(self.create_invoice_by_wizard(order))
        order.order_line = [
            Command.create(
                {
                    "product_id": other.id,
                    "product_uom_qty": 3,
                    "price_unit": 50.0,
                    "tax_ids": [],
                }
            )
        ]
        self.reserve_anew(order, "150.00")
        self.take_back(picking, 1)
        invoice = self.create_invoice_by_wizard(order)
        self.assertEqual((invoice.move_type, invoice.amount_total), ("out_invoice", 150.0))
        note = self.create_invoice_by_wizard(order)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 100.0))
        self.assertEqual(note.supplier_return_transaction_id, sale)

    def reserve_anew(self, order, amount):
        self.env.invalidate_all()
        return self.reserve(order, code=f"PA-{order.id}-2", amount=amount)

    def test_return_of_goods_paid_otherwise_is_an_ordinary_credit_note(self):
        order = self.create_order(
            bearer=self.usual,
            order_line=[
                Command.create(
                    {
                        "product_id": self.goods.id,
                        "product_uom_qty": 5,
                        "price_unit": PRICE,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        )
        order.action_confirm()
        picking = self.deliver_goods(order, 5)
        self.create_invoice_by_wizard(order).action_post()
        self.take_back(picking, 2)
        note = self.create_invoice_by_wizard(order)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 200.0))
        self.assertFalse(note.supplier_return_transaction_id)
        note.action_post()
