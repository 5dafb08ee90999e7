from odoo.addons.supplier_credit.tests.post_sales.common import make_return_nfe
from odoo.tests import Form, tagged

from .common import CODE, OcaCommon


@tagged("post_install", "-at_install")
class TestReturn(OcaCommon):
    """A return by OCA's document of purpose 4, followed as soon as SEFAZ has authorised it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Of what was bought, OCA's operations take IPI on its return only.
        cls.product.fiscal_type = "04"
        cls.sale = cls.sell()
        cls.authorise(cls.sale)
        cls.approve(cls.sale)
        cls.supplier.on(
            "POST", "/pos-vendas$", {"codigoSolicitacao": "PV-1", "situacao": "EM_ANALISE"}, 201
        )

    def begin_return(self):
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.sale.ids
        )
        with Form(wizards) as form:
            form.reason = "avaria"
        return self.env["account.move"].browse(form.record.refund_moves()["res_id"])

    def return_nfe_of(self, note, **values):
        document = note.sudo().fiscal_document_id
        return make_return_nfe(
            self.sale.supplier_nfe_key,
            number=int(document.document_number),
            code=document.document_key[CODE],
            total=f"{document.fiscal_amount_total:.2f}",
            issued=note.invoice_date,
            **values,
        )

    def test_authorised_return_is_requested_at_once(self):
        note = self.begin_return()
        self.assertEqual(note.fiscal_document_id.edoc_purpose, "4")
        note.action_post()
        request = note.supplier_post_sale_id
        self.assertEqual(request.state, "draft")
        self.authorise(note, self.return_nfe_of)
        self.assertEqual(note.supplier_sefaz_state, "authorised", note.supplier_nfe_problem)
        self.assertEqual(note.supplier_nfe_key, note.document_key)
        self.deliver_by_cron()
        self.env.invalidate_all()
        self.assertEqual(request.state, "in_analysis", request.error)

    def test_file_of_another_return_is_refused(self):
        note = self.begin_return()
        note.action_post()
        self.authorise(note, lambda _note: self.return_nfe_of(note, series=9))
        self.assertEqual(note.supplier_sefaz_state, "waiting")
        self.assertIn("access key", note.supplier_nfe_problem)

    def test_file_of_the_return_is_found_among_many(self):
        note = self.begin_return()
        note.action_post()
        line = self.upload_many(self.return_nfe_of(note))
        self.assertEqual(line.invoice_id, note, line.message)
