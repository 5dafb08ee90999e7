from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..nfe.common import NfeUploadCommon, make_nfe


@tagged("post_install", "-at_install")
class TestInvoiceTotal(NfeUploadCommon):
    """An invoice costs what its quantities of the order cost, but for a cent of each line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.company_data["default_tax_sale"].copy(
            {"name": "3.25 %", "amount": 3.25, "price_include_override": "tax_excluded"}
        )
        cls.company.tax_calculation_rounding_method = "round_globally"

    def create_taxed_invoice(self, prices):
        order = self.create_order(
            order_line=[
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": 1,
                        "price_unit": price,
                        "tax_ids": [Command.set(self.tax.ids)],
                    }
                )
                for price in prices
            ]
        )
        self.reserve(order, amount=f"{order.amount_total * 1.05:.2f}")
        return self.create_invoice(order)

    def test_changed_taxes_do_not_pass_the_lock(self):
        invoice = self.create_taxed_invoice([100])
        self.assertEqual(invoice.amount_total, 103.25)
        tax_line = invoice.line_ids.filtered("tax_line_id")
        due = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertTrue(tax_line and due)
        invoice.with_context(skip_invoice_sync=True, check_move_validity=False).write(
            {
                "line_ids": [
                    Command.update(tax_line.id, {"balance": -400, "amount_currency": -400}),
                    Command.update(
                        due[0].id,
                        {
                            "balance": due[0].balance + 396.75,
                            "amount_currency": due[0].balance + 396.75,
                        },
                    ),
                ]
            }
        )
        self.assertEqual(invoice.amount_total, 500)
        with self.assertRaisesRegex(UserError, "somebody changed the taxes"):
            invoice.action_post()

    def test_nfe_that_rounds_each_item_is_followed_by_a_line(self):
        invoice = self.create_taxed_invoice([1.11] * 10)
        self.assertEqual(invoice.amount_total, 11.46)
        self.upload(make_nfe(total="11.50"), invoice)
        self.assertEqual(invoice.amount_total, 11.50)
        rounding = invoice.invoice_line_ids.filtered("is_supplier_rounding")
        self.assertEqual(rounding.price_total, 0.04)
        self.assertIn("rounded otherwise", str(invoice.message_ids[0].body))
        invoice.action_post()
        self.assertEqual(invoice.sudo().supplier_transaction_ids.total, 11.50)

    def test_second_file_replaces_the_rounding_of_the_first(self):
        invoice = self.create_taxed_invoice([1.11] * 10)
        self.upload(make_nfe(total="11.50"), invoice)
        self.upload(make_nfe(number=47700, total="11.43"), invoice)
        rounding = invoice.invoice_line_ids.filtered("is_supplier_rounding")
        self.assertEqual(rounding.mapped("price_total"), [-0.03])

    def test_more_than_a_cent_of_each_line_is_another_total(self):
        invoice = self.create_taxed_invoice([1.11] * 10)
        self.assert_refused(make_nfe(total="11.60"), "total: the NF-e has", invoice=invoice)

    def test_setting_that_helps_is_named(self):
        invoice = self.create_taxed_invoice([1.11] * 10)
        self.assert_refused(make_nfe(total="11.60"), "Round per Line", invoice=invoice)
        self.company.tax_calculation_rounding_method = "round_per_line"
        by_line = self.create_taxed_invoice([1.11] * 10)
        self.assertEqual(by_line.amount_total, 11.50)

    def test_rounding_line_is_nobodys_way_to_another_total(self):
        invoice = self.create_taxed_invoice([1.11] * 10)
        self.upload(make_nfe(total="11.50"), invoice)
        rounding = invoice.invoice_line_ids.filtered("is_supplier_rounding")
        with self.assertRaisesRegex(UserError, "more than a cent for each line"):
            rounding.with_user(self.accountant).price_unit = 100
