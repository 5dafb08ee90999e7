from odoo.tests import tagged

from .common import NfeUploadCommon, make_cancellation, make_nfe


@tagged("post_install", "-at_install")
class TestNfeCancellation(NfeUploadCommon):
    """The registered cancellation of an NF-e (procEventoNFe, 110111) is uploaded like the NF-e."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.create_plain_invoice()
        cls.upload(make_nfe())
        cls.key = cls.invoice.supplier_nfe_key

    def test_each_registered_status_cancels(self):
        for status in ("135", "136", "155"):
            with self.subTest(status), self.env.cr.savepoint() as savepoint:
                self.upload(make_cancellation(self.key, status=status))
                self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")
                self.assertEqual(self.invoice.supplier_nfe_cancellation, "135260000000001")
                note = self.invoice.message_ids[0]
                self.assertIn("Pedido cancelado pelo cliente", str(note.body))
                self.assertEqual(note.attachment_ids.name, f"{self.key}-procEventoNFe.xml")
                savepoint.rollback()

    def test_sale_that_supplier_has_is_shown_as_cancelled_and_stays_posted(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.invoice.action_post()
        self.deliver()
        self.assertEqual(self.invoice.supplier_state, "approved")
        self.upload(make_cancellation(self.key))
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.invoice.supplier_state, "approved")

    def test_cancelled_nfe_is_not_registered_at_supplier(self):
        self.upload(make_cancellation(self.key))
        self.invoice.action_post()
        self.assertFalse(self.invoice.supplier_transaction_ids)

    def test_cancelled_nfe_is_not_taken_over_again(self):
        self.upload(make_cancellation(self.key))
        self.assert_refused(make_nfe(), "the NF-e was cancelled or denied")

    def test_new_nfe_takes_the_place_of_the_cancelled_one(self):
        self.upload(make_cancellation(self.key))
        self.upload(make_nfe(number=47700))
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
        self.assertFalse(self.invoice.supplier_nfe_cancellation)
        self.assertEqual(self.invoice._get_nfe_number(), 47700)

    def test_what_cancels_nothing_here_is_refused_with_its_reason(self):
        other_key = make_nfe(number=8)
        other_key = other_key[other_key.index(b'Id="NFe') + 7 :][:44].decode()
        wrong_digit = self.key[:-1] + str((int(self.key[-1]) + 1) % 10)
        cases = {
            make_cancellation(other_key): f"key {other_key}; invoice",
            make_cancellation(self.key, kind="110110"): "event of kind 110110",
            make_cancellation(self.key, status="573"): "did not register this cancellation",
            make_cancellation(self.key, answered_key=other_key): "protocol belongs to another",
            make_cancellation(wrong_digit): "wrong check digit",
            make_cancellation(self.key).replace(b"135260000000001", b""): "did not register",
            make_cancellation(self.key).replace(b"<tpAmb>1<", b"<tpAmb>2<", 1): "environments",
            b'<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>': "event of kind",
        }
        for content, reason in cases.items():
            with self.subTest(reason):
                self.assert_refused(content, reason)

    def test_production_agreement_refuses_a_cancellation_of_the_test_environment(self):
        self.agreement.environment = "production"
        self.assert_refused(make_cancellation(self.key, environment="2"), "test environment")
