from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestDefaultBearer(BillingCommon):
    """How a client usually pays is no decision about faturas: their provider charges them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usual = cls.bank_journal.inbound_payment_method_line_ids.filtered(
            lambda line: line.code == "manual"
        )
        cls.client_partner.with_company(
            cls.company
        ).property_inbound_payment_method_line_id = cls.usual

    def test_fatura_of_a_contract_ignores_it(self):
        self.run_cron("bill_contracts")
        fatura = self.contract.fatura_ids
        self.assertEqual(len(fatura), 1)
        self.assertFalse(fatura.preferred_payment_method_line_id)
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")

    def test_fatura_on_the_form_ignores_it(self):
        self.assertFalse(self.make_fatura().preferred_payment_method_line_id)

    def test_other_documents_of_the_client_follow_it(self):
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client_partner.id}
        )
        self.assertEqual(invoice.preferred_payment_method_line_id, self.usual)
