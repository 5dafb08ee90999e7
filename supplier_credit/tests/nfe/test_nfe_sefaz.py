import base64
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import make_cancellation, make_nfe
from .common_sefaz import EnterpriseMove, SefazStubs


@tagged("post_install", "-at_install")
class TestSefazWithoutSource(SefazStubs):
    """Without electronic invoicing, where NF-e are uploaded."""

    def test_state_is_none_until_an_xml_is_taken_over(self):
        invoice = self.create_plain_invoice()
        self.assertEqual(invoice._find_sefaz_state(), "none")
        self.upload(make_nfe(), invoice)
        self.assertEqual(invoice._find_sefaz_state(), "authorised")
        self.upload(make_cancellation(invoice.supplier_nfe_key), invoice)
        self.assertEqual(invoice._find_sefaz_state(), "cancelled")

    def test_cron_costs_no_query(self):
        self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        with self.assertQueryCount(0):
            self.env["account.move"]._cron_refresh_sefaz_states()

    def test_copy_takes_nothing_of_the_nfe_along(self):
        invoice = self.create_plain_invoice()
        self.upload(make_nfe(), invoice)
        copied = invoice.copy()
        self.assertFalse(copied.supplier_sefaz_state)
        self.assertFalse(copied.supplier_nfe_key)


class SourceCases:
    """Cases for a source; `say` sets its state. Those of OCA's documents are in tests/localised."""

    # Of each of the source's own codes, what users are shown.
    states = {}
    authorised = None
    cancelled = None
    denied = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.create_plain_invoice()
        cls.invoice.l10n_latam_document_number = "47605"
        cls.invoice.action_post()

    def test_each_code_of_the_source_is_shown(self):
        for code, state in self.states.items():
            with self.subTest(code), self.env.cr.savepoint() as savepoint:
                self.say(code)
                self.assertEqual(self.invoice.supplier_sefaz_state or "none", state)
                savepoint.rollback()

    def test_authorised_nfe_is_taken_over_and_sent(self):
        self.supplier.on("POST", "/transacoes$", self.transaction_answer(), 201)
        self.say(self.authorised, make_nfe())
        invoice = self.invoice
        self.assertEqual(invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(invoice.supplier_nfe_key[25:34], "000047605")
        self.assertEqual(invoice.supplier_nfe_issue_date, date(2026, 11, 22))
        self.assertEqual(invoice.supplier_nfe_total, 610.37)
        self.assertEqual(base64.b64decode(invoice.sudo().supplier_nfe_file), make_nfe())
        self.deliver_by_cron()
        self.assertEqual(invoice.supplier_state, "approved")

    def test_unusable_nfe_is_shown_and_the_answer_of_sefaz_is_kept(self):
        self.say(self.authorised, make_nfe(total="610.36"))
        self.assertEqual(self.said(), self.authorised)
        self.assertEqual(self.invoice.supplier_sefaz_state, "waiting")
        self.assertIn("total: the NF-e has", self.invoice.supplier_nfe_problem)
        self.assertFalse(self.invoice.supplier_nfe_key)
        self.assertFalse(self.invoice.supplier_transaction_ids)

    def test_xml_that_comes_later_is_found(self):
        self.say(self.authorised)
        self.assertIn("its XML is not available yet", self.invoice.supplier_nfe_problem)
        notes = len(self.invoice.message_ids)
        self.run_cron()
        self.assertEqual(len(self.invoice.message_ids), notes, "the same is not said twice")
        self.say(self.authorised, make_nfe())
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")
        self.assertFalse(self.invoice.supplier_nfe_problem)

    def test_later_cancellation_and_denial_are_shown(self):
        self.say(self.authorised, make_nfe())
        for code in filter(None, (self.cancelled, self.denied)):
            with self.subTest(code), self.env.cr.savepoint() as savepoint:
                self.say(code)
                self.assertEqual(self.invoice.supplier_sefaz_state, self.states[code])
                self.assertEqual(self.invoice.state, "posted")
                self.assertIn("SEFAZ state", str(self.invoice.message_ids[0].body))
                savepoint.rollback()

    def test_uploaded_nfe_that_the_source_knows_cancelled_is_refused(self):
        self.say(self.cancelled)
        self.assert_refused(make_nfe(), "the NF-e was cancelled or denied")

    def test_upload_counts_where_the_source_only_tried(self):
        self.say(next(code for code, state in self.states.items() if state == "rejected"))
        self.assertEqual(self.invoice.supplier_sefaz_state, "rejected")
        self.upload(make_nfe())
        self.invoice.action_refresh_sefaz_state()
        self.run_cron()
        self.assertEqual(self.invoice.supplier_sefaz_state, "authorised")

    def test_invoices_of_other_bearers_are_left_alone(self):
        self.invoice.preferred_payment_method_line_id = False
        self.env["account.payment.method.line"]._get_supplier_bearer_ids()
        with self.assertQueryCount(0):
            self.invoice._filter_supplier_credit()._refresh_sefaz_state()
        self.say(self.authorised, make_nfe())
        self.assertFalse(self.invoice.supplier_sefaz_state)

    def test_cancellation_that_was_uploaded_is_not_taken_back_by_the_source(self):
        self.say(self.authorised, make_nfe())
        self.upload(make_cancellation(self.invoice.supplier_nfe_key))
        self.invoice.action_refresh_sefaz_state()
        self.assertEqual(self.invoice.supplier_sefaz_state, "cancelled")

    def test_salesman_cannot_have_it_refreshed(self):
        with self.assertRaises(UserError):
            self.invoice.with_user(self.salesman).action_refresh_sefaz_state()

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_refresh_sefaz_states").method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSefazEnterprise(SourceCases, SefazStubs):
    """Odoo Enterprise's `l10n_br_edi`: the invoice itself is written."""

    allow_inherited_tests_method = True
    stubs = (EnterpriseMove,)
    columns = {"l10n_br_last_edi_status": "varchar"}
    states = {
        "pending": "waiting",
        "error": "rejected",
        "cancelled": "cancelled",
    }
    authorised = "accepted"
    cancelled = "cancelled"

    def say(self, code, content=None):
        invoice = self.invoice.with_user(self.accountant)
        invoice.l10n_br_last_edi_status = code
        if content:
            invoice.l10n_br_edi_xml_attachment_file = base64.b64encode(content)

    def said(self):
        return self.invoice.l10n_br_last_edi_status

    def test_nothing_but_these_fields_is_looked_at(self):
        self.invoice.l10n_br_last_edi_status = "error"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET supplier_sefaz_state = NULL WHERE id = %s", [self.invoice.id]
        )
        self.env.invalidate_all()
        self.invoice.narration = "Obrigado"
        self.assertFalse(self.invoice.supplier_sefaz_state)
