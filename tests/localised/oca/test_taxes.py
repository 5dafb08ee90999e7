from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestTaxes(OcaCommon):
    """Taxes by OCA's engine: IPI on top of the price, ICMS, PIS and COFINS inside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Made by the company, not bought: resale is free of IPI.
        cls.product.fiscal_type = "04"
        cls.product.ncm_id.tax_ipi_id = cls.env.ref("l10n_br_fiscal.tax_ipi_3_25")
        definitions = cls.env["l10n_br_fiscal.tax.definition"]
        for group, tax, cst in (
            ("icms", "tax_icms_12", "cst_icms_00"),
            ("ipi", "tax_ipi_3_25", "cst_ipi_50"),
            ("pis", "tax_pis_0_65", "cst_pis_01"),
            ("cofins", "tax_cofins_3", "cst_cofins_01"),
        ):
            definitions.create(
                {
                    "company_id": cls.company.id,
                    "tax_group_id": cls.env.ref(f"l10n_br_fiscal.tax_group_{group}").id,
                    "is_taxed": True,
                    "is_debit_credit": True,
                    "custom_tax": True,
                    "tax_id": cls.env.ref(f"l10n_br_fiscal.{tax}").id,
                    "cst_id": cls.env.ref(f"l10n_br_fiscal.{cst}").id,
                    "state": "approved",
                }
            )

    def test_ipi_is_reserved_compared_and_registered(self):
        order = self.create_order(amount=1000.0)
        self.assertEqual(order.amount_total, 1032.5)
        reservation = self.reserve(order, amount="1032.50")
        self.assertEqual(reservation.amount, 1032.5)
        invoice = self.create_invoice(order)
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 1032.5)
        self.authorise(invoice)
        self.assertEqual(invoice.supplier_nfe_total, 1032.5, invoice.supplier_nfe_problem)
        self.approve(invoice)
        self.assertEqual(invoice.supplier_state, "approved", invoice.supplier_error)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(invoice.sudo().supplier_transaction_ids.total, 1032.5)

    def test_part_of_an_order(self):
        order = self.create_order(order_line=[self.prepare_line(100.0, product_uom_qty=3)])
        self.reserve(order, amount=f"{order.amount_total:.2f}")
        order.action_confirm()
        invoice = order.with_user(self.accountant)._create_invoices()
        invoice.invoice_line_ids.quantity = 1
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 103.25)
        self.authorise(invoice)
        self.assertEqual(invoice.supplier_state, "sent", invoice.supplier_nfe_problem)

    def test_what_is_given_away_is_in_the_nfe_and_in_nobodys_debt(self):
        bonus = self.env.ref("l10n_br_fiscal.fo_bonificacao")
        order = self.create_order(
            order_line=[self.prepare_line(1000.0), self.prepare_line(100.0, bonus)]
        )
        self.assertFalse(order.order_line[1].cfop_id.finance_move)
        reservation = self.reserve(order, amount="1032.50")
        self.assertEqual(reservation.amount, 1032.5)
        invoice = self.create_invoice(order)
        invoice.action_post()
        document = invoice.fiscal_document_id
        self.assertGreater(document.fiscal_amount_total, 1100.0)
        self.assertEqual(invoice.amount_total, 1032.5)
        self.authorise(invoice)
        self.assertEqual(
            invoice.supplier_nfe_total, document.fiscal_amount_total, invoice.supplier_nfe_problem
        )
        self.assertEqual(invoice.sudo().supplier_transaction_ids.total, 1032.5)
        self.approve(invoice)
        self.assertEqual(invoice.payment_state, "paid", invoice.supplier_error)
