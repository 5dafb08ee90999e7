from odoo.tests import tagged

from .common import NfeUploadCommon, get_key, make_cancellation, make_nfe
from .nfe_maker import enclose

NFE = make_nfe()
KEY = get_key(NFE)
EVENT = make_cancellation(KEY)


@tagged("post_install", "-at_install")
class TestOrderOfFiles(NfeUploadCommon):
    """A cancelled NF-e is never sold, in whatever order its files come. Seed 002, step 1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls.create_plain_invoice()
        cls.invoice = cls.draft

    def create_posted(self):
        invoice = self.create_plain_invoice()
        invoice.l10n_latam_document_number = "47605"
        invoice.action_post()
        return invoice

    def assert_not_sold(self, invoice):
        self.assertNotEqual(invoice.supplier_sefaz_state, "authorised")
        self.assertFalse(invoice.sudo().supplier_transaction_ids)

    def test_whatever_comes_first_for_a_draft(self):
        orders = {
            "event, then NF-e": ((EVENT,), (NFE,)),
            "both at once": ((EVENT, NFE),),
            "both at once, the other way round": ((NFE, EVENT),),
            "in one envelope": ((enclose(NFE, EVENT),),),
        }
        for name, batches in orders.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                for batch in batches:
                    lines = self.upload_many(*batch)
                self.assertIn("is cancelled", " ".join(lines.mapped("message")))
                self.draft.action_post()
                self.assert_not_sold(self.draft)
                self.assertFalse(self.draft.supplier_nfe_key)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_posted_invoice_of_that_number_is_shown_as_cancelled(self):
        invoice = self.create_posted()
        for name, batches in {
            "event, then NF-e": ((EVENT,), (NFE,)),
            "both at once": ((NFE, EVENT),),
            "in one envelope": ((enclose(NFE, EVENT),),),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                for batch in batches:
                    lines = self.upload_many(*batch)
                self.assertEqual(set(lines.mapped("state")), {"done"}, lines.mapped("message"))
                self.assertEqual(invoice.supplier_sefaz_state, "cancelled")
                self.assertEqual(invoice.supplier_nfe_cancellation, "135260000000001")
                self.assert_not_sold(invoice)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_event_uploaded_on_an_invoice_without_nfe_is_kept(self):
        self.upload(EVENT)
        self.assert_refused(NFE, "is cancelled, protocol 135260000000001")

    def test_what_was_learned_belongs_to_the_company(self):
        self.upload(EVENT)
        known = self.env["supplier.credit.nfe.cancellation"].search([("key", "=", KEY)])
        self.assertEqual(known.company_id, self.company)
        self.assertFalse(known._find(self.company.create({"name": "Outra"}), KEY))

    def test_event_of_another_issuer_is_not_kept(self):
        content = make_nfe(issuer="06117473000150")
        lines = self.upload_many(make_cancellation(get_key(content)))
        self.assertEqual(lines.state, "refused")
        self.assertIn("none of the companies", lines.message)

    def test_files_are_taken_in_the_order_they_were_chosen(self):
        second = self.create_plain_invoice(amount=100)
        lines = self.upload_many(NFE, make_nfe(number=47700, total="100.00"))
        self.assertEqual(lines.invoice_id.ids, [self.draft.id, second.id])
        self.assertLess(*lines.sorted("name").ids)


@tagged("post_install", "-at_install")
class TestWordBeforeCancelling(NfeUploadCommon):
    """A sale is cancelled at Supplier where a person cancels it; a file alone does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.return_account_id = cls.company_data["default_account_receivable"].copy()
        cls.agreement.post_sale_clearing_account_id = cls.company_data[
            "default_account_assets"
        ].copy({"account_type": "asset_current", "reconcile": True})
        cls.invoice = cls.create_plain_invoice()
        cls.upload(NFE)
        cls.supplier.on("POST", "/transacoes$", cls.transaction_answer(), 201)
        cls.invoice.action_post()
        cls.deliver()

    def requests(self):
        return self.invoice.sudo().supplier_post_sale_ids

    def test_upload_says_what_follows_and_asks(self):
        wizard = self.env["supplier.credit.nfe.upload"].with_user(self.accountant)
        answer = self.upload(EVENT, cancel=True)
        self.assertEqual(answer["tag"], "display_notification")
        self.assertEqual(self.requests().mapped("kind"), ["cancellation"])
        (asked,) = wizard.search([("question", "!=", False)])
        self.assertIn("cannot be undone", asked.question)
        self.assertIn("R$ 610.37", asked.question.replace("\N{NO-BREAK SPACE}", " "))

    def test_file_alone_changes_nothing_at_supplier(self):
        self.upload(EVENT)
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")
        self.assertFalse(self.requests())
        self.assertTrue(self.invoice.is_supplier_cancellation_open)

    def test_batch_waits_for_the_click_and_is_on_the_list(self):
        lines = self.upload_many(EVENT)
        self.assertIn("request the cancellation", lines.message)
        self.assertFalse(self.requests())
        waiting = self.env["supplier.credit.attention"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id)]
        )
        self.assertIn("Supplier still has the sale", waiting.problem)
        self.invoice.with_user(self.accountant).action_request_supplier_cancellation()
        self.assertEqual(self.requests().mapped("kind"), ["cancellation"])
        known = self.env["supplier.credit.nfe.cancellation"].search([("key", "=", KEY)])
        self.assertEqual(known.confirmed_by_id, self.accountant)
        self.env.invalidate_all()
        self.assertFalse(self.invoice.is_supplier_cancellation_open)
        self.assertFalse(waiting.exists())

    def test_nothing_to_confirm_is_refused_by_name(self):
        reason = self.refusal_of(self.invoice.action_request_supplier_cancellation)
        self.assertIn(self.invoice.display_name, reason)

    def test_cancelled_in_the_localisation_counts_as_done_by_a_person(self):
        self.invoice.sudo()._show_sefaz_state("cancelled")
        self.assertEqual(self.requests().mapped("kind"), ["cancellation"])
