from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestDocuments(OcaCommon):
    """What users do with OCA's fiscal documents of sales on Supplier's credit."""

    def test_customer_as_oca_keeps_it(self):
        self.customer.write(
            {
                "street_name": "Rua das Flores",
                "street_number": "123",
                "street2": "Galpão 4",
                "district": "Centro",
                "city_id": self.env.ref("l10n_br_base.city_3550308").id,
                "zip": "01310-100",
                "l10n_br_ie_code": "110.042.490.114",
                "email": "compras@example.com",
                "phone": "+55 11 3333-4444",
            }
        )
        data = self.customer._get_supplier_customer_data()
        self.assertEqual(self.customer._get_missing_supplier_data(), [])
        self.assertEqual(data.name, "Supermercados Razão Social Ltda")
        self.assertEqual(data.vat, "57647232000153")
        self.assertEqual((data.address.street, data.address.number), ("Rua das Flores", "123"))
        self.assertEqual(data.address.district, "Centro")
        self.assertEqual(data.address.complement, "Galpão 4")
        self.assertEqual(data.address.city_code, "3550308")
        self.assertEqual(data.state_registration, "110042490114")

    def test_missing_district_is_named(self):
        self.assertIn("district", self.customer._get_missing_supplier_data())

    def test_other_models_are_not_posted(self):
        order = self.create_reserved_order()
        invoice = self.create_invoice(order)
        invoice.fiscal_document_id.document_type_id = self.env.ref("l10n_br_fiscal.document_65")
        with self.assertRaisesRegex(UserError, "of model 65, and Supplier takes NF-e"):
            invoice.action_post()

    def test_fiscal_details_of_a_registered_sale_stay(self):
        sale = self.sell()
        self.authorise(sale)
        self.approve(sale)
        line = sale.invoice_line_ids.with_user(self.accountant)
        for values in ({"other_value": 5.0}, {"freight_value": 5.0}, {"fiscal_price": 1.0}):
            with self.subTest(values), self.assertRaises(RedirectWarning):
                line.write(values)
            with self.subTest(values), self.assertRaises(RedirectWarning):
                line.fiscal_document_line_id.write(values)

    def test_waiting_document_that_is_cancelled_is_told(self):
        sale = self.sell()
        sale.with_user(self.accountant).action_document_cancel()
        self.assertEqual(sale.fiscal_document_id.state_edoc, "cancelada")
        self.assertEqual(sale.supplier_sefaz_state, "cancelled")
        self.assertIn("Cancel the invoice", sale.supplier_nfe_problem)
        sale.button_cancel()
        self.assertEqual(sale.state, "cancel")

    def test_payment_wizard_pays_nothing_of_suppliers(self):
        sale = self.sell()
        terms = sale.line_ids.filtered(lambda line: line.display_type == "payment_term")
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=terms.ids)
            .create({"group_payment": True})
        )
        payments = self.env["account.payment"].search_count([])
        with self.assertRaisesRegex(UserError, "Supplier charges the customer"):
            wizard.action_create_payments()
        self.assertEqual(self.env["account.payment"].search_count([]), payments)
