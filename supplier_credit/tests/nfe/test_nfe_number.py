from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import NfeUploadCommon, make_nfe


@tagged("post_install", "-at_install")
class TestNfeNumber(NfeUploadCommon):
    """A posted invoice gets the number of its NF-e if the user chooses so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.create_plain_invoice()
        cls.invoice.action_post()
        cls.old_name = cls.invoice.name
        assert cls.invoice._get_nfe_number() != 47605

    def labels(self):
        terms = self.invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return terms.sorted("date_maturity").mapped("name")

    def test_without_the_choice_the_difference_is_named_with_the_way_on(self):
        self.assert_refused(make_nfe(), "number: the NF-e has 47605", "choose Take Over the Number")

    def test_number_reference_and_labels_follow(self):
        self.assertIn(self.old_name, self.labels()[0])
        action = self.upload(make_nfe(), take_number=True)
        invoice = self.invoice
        self.assertEqual(invoice._get_nfe_number(), 47605)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.payment_reference, invoice.name)
        self.assertEqual(
            self.labels(),
            [f"{invoice.name} installment #{number}" for number in (1, 2, 3)],
        )
        self.assertIn(f"{self.old_name} became {invoice.name}", action["params"]["message"])
        self.assertIn(self.old_name, str(invoice.message_ids[0].body))
        self.assertEqual(invoice.supplier_transaction_id.state, "sent")

    def test_reference_that_somebody_entered_stays(self):
        self.invoice.payment_reference = "Contrato 7"
        self.upload(make_nfe(), take_number=True)
        self.assertEqual(self.invoice._get_nfe_number(), 47605)
        self.assertEqual(self.invoice.payment_reference, "Contrato 7")
        self.assertIn("Contrato 7", self.labels()[0])

    def test_locked_period_is_refused(self):
        for lock in ("fiscalyear_lock_date", "sale_lock_date", "hard_lock_date"):
            with self.subTest(lock), self.env.cr.savepoint() as savepoint:
                self.company[lock] = date(2026, 11, 30)
                self.assert_refused(make_nfe(), "in a locked period", take_number=True)
                savepoint.rollback()

    def test_number_of_another_document_is_refused(self):
        other = self.create_plain_invoice()
        other.l10n_latam_document_number = "47605"
        other.action_post()
        self.assert_refused(
            make_nfe(), f"{other.display_name} of the same journal already has", take_number=True
        )

    def test_secured_invoice_is_refused(self):
        self.invoice.sudo().journal_id.restrict_mode_hash_table = True
        secured = self.create_plain_invoice()
        secured.action_post()
        self.assertTrue(secured.inalterable_hash)
        self.assert_refused(make_nfe(), "secured by a hash", invoice=secured, take_number=True)

    def test_choice_changes_nothing_else_that_differs(self):
        self.assert_refused(make_nfe(total="610.38"), "total: the NF-e has", take_number=True)

    def test_next_invoice_is_numbered_after_the_one_that_was_taken_over(self):
        self.upload(make_nfe(), take_number=True)
        following = self.create_plain_invoice()
        following.action_post()
        self.assertEqual(following._get_nfe_number(), 47606)

    def test_choice_is_offered_on_posted_invoices_alone(self):
        wizards = self.env["supplier.credit.nfe.upload"].with_user(self.accountant)
        with Form(wizards.with_context(default_invoice_id=self.invoice.id)) as form:
            form.take_number = True
        draft = self.create_plain_invoice()
        with (
            self.assertRaisesRegex(AssertionError, "invisible"),
            Form(wizards.with_context(default_invoice_id=draft.id)) as form,
        ):
            form.take_number = True

    def test_same_number_written_otherwise_is_the_same(self):
        invoice = self.create_plain_invoice(series="001")
        invoice.l10n_latam_document_number = "000047605"
        invoice.action_post()
        self.upload(make_nfe(), invoice)
        self.assertEqual(invoice.supplier_sefaz_state, "authorised")

    def test_salesman_takes_no_number_over(self):
        with self.assertRaises(UserError):
            self.upload(make_nfe(), user=self.salesman, take_number=True)
        self.assertEqual(self.invoice.name, self.old_name)
