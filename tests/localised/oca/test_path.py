from odoo.tests import tagged

from .common import NUMBER, OcaCommon


@tagged("post_install", "-at_install")
class TestPath(OcaCommon):
    """From the order to the approval, with the documents of OCA's localisation."""

    def test_core_localisation_does_not_come_along(self):
        found = self.env["ir.module.module"].search(
            [("name", "in", ("l10n_br", "l10n_latam_base")), ("state", "=", "installed")]
        )
        self.assertFalse(found.mapped("name"))

    def test_whole_path(self):
        invoice = self.sell()
        document = invoice.fiscal_document_id
        self.assertEqual(document.state_edoc, "a_enviar")
        self.assertEqual(len(document.document_key), 44)
        name = invoice.name
        self.authorise(invoice)
        self.assertEqual(invoice.supplier_sefaz_state, "authorised", invoice.supplier_nfe_problem)
        self.assertEqual(invoice.supplier_nfe_key, document.document_key)
        self.approve(invoice)
        self.assertEqual(invoice.supplier_state, "approved", invoice.supplier_error)
        self.assertEqual(invoice.payment_state, "paid")
        sent = self.supplier.calls("POST", "/transacoes$")[0]["json"]
        self.assertEqual(sent["chaveNFe"], document.document_key)
        self.assertEqual(invoice.name, name)
        self.assertEqual(int(document.document_number), int(document.document_key[NUMBER]))

    def test_cancelled_at_sefaz_after_the_approval(self):
        invoice = self.sell()
        self.authorise(invoice)
        self.approve(invoice)
        self.supplier.on(
            "POST", "/pos-vendas$", {"codigoSolicitacao": "PV-1", "situacao": "EM_ANALISE"}, 201
        )
        document = invoice.fiscal_document_id
        wizard = self.env["l10n_br_fiscal.document.cancel.wizard"].create(
            {"document_id": document.id, "justification": "Pedido cancelado pelo cliente"}
        )
        wizard.doit()
        self.assertEqual(document.state_edoc, "cancelada")
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.supplier_sefaz_state, "cancelled")
        self.assertEqual(invoice.supplier_post_sale_ids.mapped("kind"), ["cancellation"])
