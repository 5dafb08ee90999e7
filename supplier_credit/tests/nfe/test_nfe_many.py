from odoo.tests import tagged

from .common import NfeUploadCommon, make_cancellation, make_nfe


@tagged("post_install", "-at_install")
class TestNfeMany(NfeUploadCommon):
    """Many files at once: the invoice of each is found; an ambiguous match is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_customer = cls.customer.copy({"name": "Mercado Azul", "vat": "06117473000150"})

    def create_posted(self, number, **values):
        invoice = self.create_plain_invoice(**values)
        invoice.l10n_latam_document_number = str(number)
        invoice.action_post()
        return invoice

    def test_posted_invoice_is_found_by_its_number(self):
        first, second = self.create_posted(47605), self.create_posted(47606)
        lines = self.upload_many(make_nfe(number=47606), make_nfe(number=47605))
        self.assertEqual(lines.invoice_id, first + second)
        self.assertEqual(lines.mapped("state"), ["done", "done"])
        self.assertEqual(first.supplier_nfe_key[25:34], "000047605")
        self.assertEqual(second.supplier_nfe_key[25:34], "000047606")
        self.assertIn("NF-e 47606 taken over", lines[0].message)

    def test_posted_invoice_is_registered_at_supplier_at_once(self):
        invoice = self.create_posted(47605)
        self.upload_many(make_nfe())
        self.assertEqual(invoice.supplier_transaction_id.state, "sent")

    def test_draft_is_found_by_recipient_and_total(self):
        self.create_plain_invoice(amount=610.36)
        self.create_plain_invoice(partner=self.second_customer)
        invoice = self.create_plain_invoice()
        lines = self.upload_many(make_nfe())
        self.assertEqual(lines.invoice_id, invoice)
        self.assertEqual(invoice._get_nfe_number(), 47605)

    def test_draft_of_a_contact_is_found_by_its_company(self):
        contact = self.env["res.partner"].create({"name": "Loja 2", "parent_id": self.customer.id})
        invoice = self.create_plain_invoice(partner=contact)
        self.assertEqual(self.upload_many(make_nfe()).invoice_id, invoice)

    def test_draft_that_is_not_on_suppliers_credit_is_not_found(self):
        invoice = self.create_plain_invoice()
        invoice.preferred_payment_method_line_id = False
        lines = self.upload_many(make_nfe())
        self.assertIn("No invoice was found for NF-e 47605, series 1", lines.message)
        self.assertFalse(invoice.supplier_nfe_key)

    def test_several_drafts_are_named_and_none_is_guessed(self):
        drafts = self.create_plain_invoice() + self.create_plain_invoice()
        lines = self.upload_many(make_nfe())
        self.assertEqual(lines.state, "refused")
        self.assertIn("fits several invoices", lines.message)
        for draft in drafts:
            self.assertIn(f"({draft.id})", lines.message)
            self.assertFalse(draft.supplier_nfe_key)

    def test_selected_invoices_alone_come_into_question(self):
        first, second = self.create_plain_invoice(), self.create_plain_invoice()
        lines = self.upload_many(make_nfe(), invoices=second)
        self.assertEqual(lines.invoice_id, second)
        self.assertFalse(first.supplier_nfe_key)

    def test_posted_invoice_of_another_number_is_pointed_out(self):
        invoice = self.create_posted(5)
        lines = self.upload_many(make_nfe())
        self.assertIn("No invoice has number 47605", lines.message)
        self.assertIn(invoice.display_name, lines.message)
        self.assertIn("Take Over the Number", lines.message)
        self.assertFalse(invoice.supplier_nfe_key)

    def test_posted_invoice_of_another_recipient_is_refused_by_name(self):
        invoice = self.create_posted(47605, partner=self.second_customer)
        lines = self.upload_many(make_nfe())
        self.assertIn("recipient (CNPJ/CPF): the NF-e has 57647232000153", lines.message)
        self.assertIn(invoice.display_name, lines.message)
        self.assertFalse(invoice.supplier_nfe_key)
        self.assertFalse(lines.invoice_id)

    def test_issuer_that_is_none_of_the_companies_is_named(self):
        self.create_plain_invoice()
        lines = self.upload_many(make_nfe(issuer="06117473000150"))
        self.assertIn("issued by 06117473000150 (Alimentos Ltda.)", lines.message)

    def test_series_tells_two_journals_apart(self):
        journal = self.company_data["default_journal_sale"]
        other_journal = journal.copy({"name": "Série 2"})
        self.create_plain_invoice()
        invoice = self.create_plain_invoice()
        invoice.journal_id = other_journal
        # The host takes the bearer off with the journal.
        invoice.preferred_payment_method_line_id = self.bearer
        other_journal.l10n_br_invoice_serial = "002"
        lines = self.upload_many(make_nfe(series=2))
        self.assertEqual(lines.invoice_id, invoice, lines.message)
        self.assertEqual(lines.state, "done")

    def test_same_file_twice_is_taken_once(self):
        invoice = self.create_plain_invoice()
        lines = self.upload_many(make_nfe(), make_nfe())
        self.assertEqual(lines.mapped("state"), ["done", "refused"])
        self.assertIn("already taken over by invoice", lines[1].message)
        self.assertEqual(lines.invoice_id, invoice)

    def test_cancellation_among_the_files_keeps_its_nfe_from_being_sold(self):
        invoice = self.create_plain_invoice()
        nfe = make_nfe()
        key = nfe[nfe.index(b'Id="NFe') + 7 :][:44].decode()
        lines = self.upload_many(nfe, make_cancellation(key))
        self.assertIn("is cancelled", lines[0].message)
        self.assertIn("No invoice has the NF-e that this file cancels", lines[1].message)
        self.assertFalse(invoice.supplier_nfe_key)

    def test_cancellation_finds_the_invoice_that_has_the_nfe(self):
        invoice = self.create_plain_invoice()
        self.upload_many(make_nfe())
        lines = self.upload_many(make_cancellation(invoice.supplier_nfe_key))
        self.assertEqual(lines.invoice_id, invoice)
        self.assertEqual(invoice.supplier_sefaz_state, "cancelled")

    def test_uploaded_files_do_not_stay_behind(self):
        self.create_plain_invoice()
        self.upload_many(make_nfe(), b"hello")
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "supplier.credit.nfe.upload")])
        )

    def test_without_a_file_the_user_is_asked_for_one(self):
        wizard = self.env["supplier.credit.nfe.upload"].with_user(self.accountant).create({})
        self.assertIn("No file was chosen", self.refusal_of(wizard.action_upload))

    def test_selection_in_the_list_of_invoices_reaches_the_wizard(self):
        invoices = self.create_plain_invoice() + self.create_plain_invoice()
        wizard = (
            self.env["supplier.credit.nfe.upload"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({})
        )
        self.assertEqual(wizard.invoice_ids, invoices)
