from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import InvoiceLockCommon


@tagged("post_install", "-at_install")
class TestInvoiceLines(InvoiceLockCommon):
    """Items are added and removed on the order only. Seed 001, "Faturamento", 1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.invoice.invoice_line_ids

    def assert_refused(self, values, reason, invoice=None):
        before = self.invoice.read(["amount_total", "invoice_line_ids"])
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            (invoice or self.invoice).write(values)
        self.env.invalidate_all()
        self.assertEqual(self.invoice.read(["amount_total", "invoice_line_ids"]), before)

    def test_item_cannot_be_added(self):
        added = Command.create({"product_id": self.product.id, "quantity": 1, "price_unit": 5})
        self.assert_refused({"invoice_line_ids": [added]}, "does not stand on the order")

    def test_item_cannot_be_added_with_the_orders_line_behind_it(self):
        link = Command.set(self.order.order_line.ids)
        added = Command.create(
            {"product_id": self.product.id, "quantity": 1, "price_unit": 610.37, "tax_ids": []}
            | {"sale_line_ids": [link]}
        )
        self.assert_refused({"invoice_line_ids": [added]}, "more than the order has")

    def test_item_cannot_be_removed_though_a_section_can(self):
        note = Command.create({"display_type": "line_note", "name": "Obrigado"})
        self.invoice.write({"invoice_line_ids": [note]})
        self.assert_refused(
            {"invoice_line_ids": [Command.delete(self.line.id)]}, "would be missing"
        )
        (self.invoice.invoice_line_ids - self.line).unlink()
        self.assertEqual(self.invoice.invoice_line_ids, self.line)

    def test_price_discount_taxes_and_product_stay(self):
        tax = self.company_data["default_tax_sale"]
        other = self.product.copy()
        for values, reason in (
            ({"price_unit": 600}, "another price"),
            ({"discount": 1}, "another price, discount"),
            ({"tax_ids": [Command.set(tax.ids)]}, "discount or taxes"),
            ({"product_id": other.id, "price_unit": 610.37, "tax_ids": []}, "another product"),
        ):
            with self.subTest(values=values):
                command = Command.update(self.line.id, values)
                self.assert_refused({"invoice_line_ids": [command]}, reason)

    def test_quantity_is_lowered_but_neither_raised_nor_zero(self):
        order = self.create_order(
            order_line=[
                Command.create(
                    {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 61}
                    | {"tax_ids": [Command.clear()]}
                )
            ]
        )
        self.reserve(order, code="PA-2", amount="610.00")
        invoice = self.create_invoice(order)
        line = invoice.invoice_line_ids
        for quantity in (11, 0, -1):
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(UserError, "more than the order has to be invoiced, or 0"),
                self.cr.savepoint(),
            ):
                line.quantity = quantity
        line.quantity = 4
        self.assertEqual(invoice.amount_total, 244)
        invoice.action_post()
        rest = order.with_user(self.accountant)._create_invoices()
        self.assertEqual(rest.invoice_line_ids.quantity, 6)
        with self.assertRaisesRegex(UserError, "more than the order"), self.cr.savepoint():
            rest.invoice_line_ids.quantity = 7

    def test_no_context_opens_the_lock(self):
        for context in (
            {"dynamic_unlink": True},
            {"skip_invoice_sync": True},
            {"check_move_validity": False},
            {"force_delete": True},
        ):
            with (
                self.subTest(context=context),
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                self.line.with_context(**context).unlink()

    def test_the_form_refuses_like_the_server(self):
        with (
            self.assertRaisesRegex(UserError, "another price"),
            Form(self.invoice) as form,
            form.invoice_line_ids.edit(0) as line,
        ):
            line.price_unit = 1

    def test_invoice_cannot_be_moved_to_another_order(self):
        other = self.create_order()
        for value in (other.id, False):
            with self.assertRaisesRegex(AccessError, "Supplier Order is kept"), self.cr.savepoint():
                self.invoice.with_user(self.accountant).write({"supplier_order_id": value})

    def test_draft_is_deleted_as_a_whole(self):
        self.invoice.unlink()
        again = self.order.with_user(self.accountant)._create_invoices()
        self.assertEqual(again.amount_total, 610.37)

    def test_change_on_the_order_makes_the_draft_stale(self):
        self.order.action_unlock()
        self.order.order_line.price_unit = 500
        with self.assertRaisesRegex(UserError, "differs from order"):
            self.invoice.action_post()

    def test_other_customer_or_bearer_is_not_posted(self):
        cases = {
            "the customer": {"partner_id": self.customer.copy({"name": "Outro"}).id},
            "the bearer": {"preferred_payment_method_line_id": False},
        }
        for reason, values in cases.items():
            with self.subTest(reason=reason), self.cr.savepoint() as savepoint:
                self.invoice.write(values)
                with self.assertRaisesRegex(UserError, reason):
                    self.invoice.action_post()
                savepoint.close(rollback=True)

    def test_lines_of_other_invoices_are_free(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "price_unit": 9})
                ],
            }
        )
        invoice.invoice_line_ids.price_unit = 10
        invoice.write(
            {"invoice_line_ids": [Command.create({"product_id": self.product.id, "quantity": 2})]}
        )
        self.assertEqual(len(invoice.invoice_line_ids), 2)


@tagged("post_install", "-at_install")
class TestPostingRules(InvoiceLockCommon):
    def _create_standalone(self, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-22",
                "l10n_latam_document_number": "900",
                "preferred_payment_method_line_id": self.bearer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "tax_ids": [Command.clear()]})
                ],
                **values,
            }
        )

    def test_invoice_that_draws_on_two_orders_is_not_posted(self):
        second = self.create_order()
        self.reserve(second, code="PA-2")
        second.action_confirm()
        invoice = self._create_standalone()
        invoice.invoice_line_ids.sale_line_ids = self.order.order_line | second.order_line
        with self.assertRaisesRegex(UserError, "draws on more than one order"):
            invoice.action_post()

    def test_invoice_of_an_order_put_on_credit_later_is_made_again(self):
        order = self.create_order()
        order.preferred_payment_method_line_id = False
        invoice = self.create_invoice(order)
        order.preferred_payment_method_line_id = self.bearer
        invoice.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, "delete it and create it again"):
            invoice.action_post()

    def test_other_currency_is_refused_before_anything_is_posted(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "rate": 0.2, "company_id": self.company.id}
        )
        invoice = self._create_standalone(currency_id=dollar.id)
        with self.assertRaisesRegex(UserError, "not the Brazilian real"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")

    def test_debit_note_is_charged_otherwise(self):
        kind = self.env["l10n_latam.document.type"].create(
            {
                "name": "Nota de débito",
                "code": "55",
                "internal_type": "debit_note",
                "country_id": self.env.ref("base.br").id,
                "doc_code_prefix": "ND",
            }
        )
        invoice = self._create_standalone(l10n_latam_document_type_id=kind.id)
        with self.assertRaisesRegex(UserError, "debit note"):
            invoice.action_post()

    def test_several_orders_are_told_to_be_invoiced_one_by_one(self):
        second = self.create_order()
        orders = self.order | second
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_user(self.accountant)
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({})
        )
        self.assertEqual(wizard.supplier_order_names, f"{self.order.name}, {second.name}")
        single = wizard.with_context(active_ids=second.ids).create({})
        self.assertFalse(single.supplier_order_names)
