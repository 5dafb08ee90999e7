from odoo.addons.supplier_credit.tests.nfe.common import NfeUploadCommon, make_nfe
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPath(NfeUploadCommon):
    """A company whose NF-e are issued elsewhere, without any localisation in its database."""

    chart = "generic_coa"

    def test_no_localisation_comes_along(self):
        found = self.env["ir.module.module"].search(
            [("name", "=like", "l10n\\_%"), ("state", "=", "installed")]
        )
        self.assertFalse(found.mapped("name"))

    def test_whole_path(self):
        order = self.create_order()
        self.reserve(order)
        invoice = self.create_invoice(order)
        self.upload(make_nfe(), invoice)
        self.assertEqual(invoice.supplier_nfe_key[25:34], "000047605")
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        invoice.action_post()
        self.deliver()
        self.assertEqual(invoice.supplier_state, "approved", invoice.supplier_error)
        self.assertEqual(invoice.payment_state, "paid")
        sent = self.supplier.calls("POST", "/transacoes$")[0]["json"]
        self.assertEqual((sent["modelo"], sent["serie"], sent["numeroNF"]), ("55", "1", "47605"))
        self.assertNotIn("47605", invoice.name)

    def test_posted_invoice_takes_the_file_that_comes_later(self):
        invoice = self.create_bare_invoice()
        invoice.action_post()
        name = invoice.name
        line = self.upload_many(make_nfe())
        self.assertEqual(line.invoice_id, invoice, line.message)
        self.assertEqual(invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(invoice.name, name)

    def test_two_invoices_that_fit_are_named(self):
        invoices = self.create_bare_invoice() | self.create_bare_invoice()
        invoices[0].action_post()
        line = self.upload_many(make_nfe())
        self.assertIn("fits several invoices", line.message)
        self.assertFalse(any(invoices.mapped("supplier_nfe_key")))

    def test_another_nfe_does_not_take_its_place(self):
        invoice = self.create_bare_invoice()
        self.upload(make_nfe(), invoice)
        self.assert_refused(make_nfe(number=47606), "access key: the NF-e has", invoice=invoice)

    def test_customer_data_without_a_localisation(self):
        self.customer.write(
            {
                "street": "Rua das Flores, 123",
                "street2": "Centro",
                "city": "São Paulo",
                "state_id": self.env.ref("base.state_br_sp").id,
                "zip": "01310-100",
                "email": "compras@example.com",
                "phone": "+55 11 3333-4444",
            }
        )
        data = self.customer._get_supplier_customer_data()
        self.assertEqual(self.customer._get_missing_supplier_data(), [])
        self.assertEqual((data.address.street, data.address.number), ("Rua das Flores", "123"))
        self.assertEqual((data.address.district, data.address.city_code), ("Centro", ""))

    @classmethod
    def create_bare_invoice(cls):
        return (
            cls.env["account.move"]
            .with_user(cls.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.customer.id,
                    "invoice_date": "2026-11-22",
                    "invoice_payment_term_id": cls.payment_term.id,
                    "preferred_payment_method_line_id": cls.bearer.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "price_unit": 610.37,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
