from odoo.fields import Command

from ..common import SupplierCreditCommon

WITHHELD = "before Supplier approved its transaction"


class SupplierCreditDocumentsCommon(SupplierCreditCommon):
    """The draft invoice of a Supplier order, to be posted with its NF-e and approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager", "account.group_account_manager")
        cls.payment_term.display_on_invoice = True
        cls.payment_term.note = "<p>Thirty, sixty, ninety</p>"
        cls.customer.email = "compras@example.com"
        cls.company.qr_code = True
        cls.order = cls.create_order()
        cls.reserve(cls.order)
        cls.invoice = cls.create_invoice(cls.order).with_user(cls.accountant)

    @classmethod
    def post(cls):
        """Post the invoice with its NF-e, which Supplier begins to analyse."""
        cls.supplier.on("POST", "/transacoes$", cls.transaction_answer("EM_ANALISE"), 201)
        cls.invoice._attach_nfe(cls.nfe_content())
        cls.invoice.action_post()
        cls.deliver()
        assert cls.invoice.supplier_state == "in_analysis"

    @classmethod
    def approve(cls):
        cls.supplier.on("GET", "/transacoes/TR-1$", cls.transaction_answer())
        cls.invoice.supplier_transaction_id.action_query()
        cls.deliver()
        assert cls.invoice.supplier_state == "approved"

    def create_plain_invoice(self, *, bearer=None):
        """Return a posted invoice with the same instalments, by default not on Supplier's credit.

        Its document number is not that of the NF-e.
        """
        invoice = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-11-22",
                    "invoice_payment_term_id": self.payment_term.id,
                    "preferred_payment_method_line_id": bearer,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "price_unit": 610.37,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        invoice.action_post()
        return invoice

    def send_by_mail(self, invoice):
        """Send and print by the host's wizard; return the invoice's PDF."""
        invoice.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_send_and_print()
        self.assertTrue(invoice.invoice_pdf_report_id)
        return invoice.invoice_pdf_report_id
