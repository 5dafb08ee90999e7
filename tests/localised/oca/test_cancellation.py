from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .common import OcaCommon

REASON = "Pedido cancelado pelo cliente"


@tagged("post_install", "-at_install")
class TestCancellation(OcaCommon):
    """Within SEFAZ's 24 hours nothing of ours stands in its way, and Supplier is told at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls.sell()
        cls.document = cls.sale.fiscal_document_id

    def cancel(self):
        wizard = self.env["l10n_br_fiscal.document.cancel.wizard"].with_user(self.accountant)
        wizard.create({"document_id": self.document.id, "justification": REASON}).doit()

    def register(self):
        self.authorise(self.sale)
        self.approve(self.sale)
        self.assertEqual(self.sale.supplier_state, "approved", self.sale.supplier_error)
        self.supplier.on(
            "POST", "/pos-vendas$", {"codigoSolicitacao": "PV-1", "situacao": "EM_ANALISE"}, 201
        )

    def test_registered_sale(self):
        self.register()
        self.cancel()
        self.assertEqual(self.document.state_edoc, "cancelada")
        self.assertEqual(self.document.cancel_reason, REASON)
        self.assertEqual(self.sale.state, "posted")
        self.assertEqual(self.sale.supplier_sefaz_state, "cancelled")
        self.assertEqual(self.sale.supplier_post_sale_ids.mapped("kind"), ["cancellation"])
        notes = " ".join(map(str, self.sale.message_ids.mapped("body")))
        self.assertIn("stays posted, because Supplier has it", notes)
        self.deliver()
        self.assertEqual(self.sale.supplier_post_sale_ids.state, "in_analysis")

    def test_sale_that_is_being_registered(self):
        self.authorise(self.sale)
        self.assertEqual(self.sale.supplier_state, "sent")
        self.cancel()
        self.assertEqual(self.document.state_edoc, "cancelada")
        self.assertEqual(self.sale.state, "posted")
        self.assertEqual(self.sale.supplier_sefaz_state, "cancelled")

    def test_sale_that_supplier_rejected_is_cancelled_here(self):
        self.authorise(self.sale)
        self.supplier.on(
            "POST", "/transacoes$", {"codigo": "LIMITE", "mensagem": "Sem limite"}, 422
        )
        self.deliver()
        self.assertEqual(self.sale.supplier_state, "rejected")
        self.cancel()
        self.assertEqual(self.sale.state, "cancel")

    def test_sale_of_another_bearer_is_cancelled_here(self):
        self.sale.preferred_payment_method_line_id = False
        self.authorise(self.sale)
        self.cancel()
        self.assertEqual((self.document.state_edoc, self.sale.state), ("cancelada", "cancel"))

    def test_denied_after_the_approval(self):
        self.register()
        self.document._document_deny()
        self.assertEqual(self.sale.state, "posted")

    def test_denied_before_it_was_registered(self):
        self.document._trigger_fsm("action_deny")
        self.assertEqual(self.sale.supplier_sefaz_state, "denied")
        self.assertEqual(self.sale.state, "cancel")

    def test_button_of_the_invoice_is_refused_still(self):
        self.register()
        with self.assertRaisesRegex(RedirectWarning, "was sent to Supplier"):
            self.sale.button_cancel()
        self.assertEqual(self.document.state_edoc, "autorizada")
