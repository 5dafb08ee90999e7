from odoo.tests import tagged

from .common import NfeUploadCommon, make_nfe


@tagged("post_install", "-at_install")
class TestNfeUnnumbered(NfeUploadCommon):
    """A journal without fiscal documents: companies that invoiced before have one.

    The NF-e itself says model, series and number, and the journal goes on counting as it did.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_data["default_journal_sale"].l10n_latam_use_documents = False
        cls.invoice = cls.create_plain_invoice(series=False)
        cls.invoice.invoice_date = "2026-11-22"

    def test_draft_takes_its_nfe_and_is_registered(self):
        self.upload(make_nfe())
        self.invoice.action_post()
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(self.invoice.supplier_state, "sent")
        self.assertEqual(self.invoice._get_nfe_number(), 47605)
        self.assertNotIn("47605", self.invoice.name)

    def test_posted_invoice_takes_its_nfe_and_keeps_its_name(self):
        self.invoice.action_post()
        before = (self.invoice.name, self.invoice.payment_reference)
        self.upload(make_nfe(series=3))
        self.assertEqual((self.invoice.name, self.invoice.payment_reference), before)
        self.assertEqual(self.invoice.supplier_state, "sent")

    def test_nfe_among_many_finds_a_posted_invoice(self):
        self.invoice.action_post()
        line = self.upload_many(make_nfe())
        self.assertEqual(line.invoice_id, self.invoice, line.message)

    def test_numbers_that_have_parted_are_no_obstacle(self):
        service = self.create_plain_invoice(bearer=self.bearer.browse(), series=False)
        service.action_post()
        self.invoice.action_post()
        self.assertNotEqual(self.invoice.sequence_number, 47605)
        self.upload(make_nfe())
        following = self.create_plain_invoice(series=False)
        following.invoice_date = "2026-11-22"
        following.action_post()
        self.assertEqual(following.sequence_number, self.invoice.sequence_number + 1)

    def test_another_nfe_is_refused_once_one_was_taken_over(self):
        self.upload(make_nfe())
        self.assert_refused(make_nfe(number=47606), "access key: the NF-e has")
