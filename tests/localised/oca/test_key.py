from datetime import date

from odoo.addons.supplier_credit.tests.nfe.common import make_nfe
from odoo.tests import tagged

from .common import OcaCommon


@tagged("post_install", "-at_install")
class TestKey(OcaCommon):
    """Where a fiscal document has an access key, the key alone says whose NF-e it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.sell()
        cls.second = cls.sell()
        assert cls.first.amount_total == cls.second.amount_total

    def test_file_of_another_sale_is_refused(self):
        reason = self.assert_refused(self.nfe_of(self.second), invoice=self.first)
        self.assertIn(self.second.document_key, reason)
        self.assertIn(self.first.document_key, reason)
        self.assertIn("access key", reason)

    def test_file_of_another_sale_from_the_localisation_is_refused(self):
        self.authorise(self.first, lambda _move: self.nfe_of(self.second))
        self.assertEqual(self.first.fiscal_document_id.state_edoc, "autorizada")
        self.assertEqual(self.first.supplier_sefaz_state, "waiting")
        self.assertIn("access key", self.first.supplier_nfe_problem)
        self.assertFalse(self.first.supplier_transaction_ids)

    def test_one_of_many_files_finds_its_own_sale(self):
        files = [self.nfe_of(self.second), self.nfe_of(self.first)]
        lines = self.upload_many(*files)
        self.assertEqual(lines.mapped("invoice_id").ids, [self.second.id, self.first.id])
        for sale in (self.first, self.second):
            self.assertEqual(sale.supplier_nfe_key, sale.document_key)

    def test_draft_of_the_same_total_takes_no_file(self):
        draft = self.create_invoice(self.create_reserved_order())
        stranger = self.nfe_of(self.second, series=9)
        reason = self.assert_refused(stranger, "has none yet; post the invoice", invoice=draft)
        self.assertTrue(reason)
        line = self.upload_many(stranger)
        self.assertFalse(line.invoice_id)
        self.assertIn("No invoice was found", line.message)

    def test_key_decides_about_the_day_too(self):
        self.first.button_draft()
        self.first.invoice_date = date(2026, 11, 20)
        self.first.action_post()
        self.authorise(self.first)
        self.assertEqual(self.first.supplier_nfe_issue_date, date(2026, 11, 22))
        self.assertEqual(self.first.invoice_date, date(2026, 11, 20))

    def test_another_total_is_named(self):
        document = self.first.fiscal_document_id
        wrong = f"{document.fiscal_amount_total + 1:.2f}"
        self.assert_refused(
            self.nfe_of(self.first, amount=wrong), "total: the NF-e has", invoice=self.first
        )

    def test_nothing_is_numbered_by_the_file(self):
        sale = self.first
        before = (sale.name, sale.payment_reference, sale.document_number, sale.document_serie)
        self.authorise(sale)
        self.assertEqual(sale.supplier_sefaz_state, "authorised", sale.supplier_nfe_problem)
        self.assertEqual(
            (sale.name, sale.payment_reference, sale.document_number, sale.document_serie), before
        )

    def test_each_code_of_the_document_is_shown(self):
        for code, state in {
            "a_enviar": "waiting",
            "enviada": "waiting",
            "rejeitada": "rejected",
            "denegada": "denied",
            "cancelada": "cancelled",
            "inutilizada": "cancelled",
        }.items():
            with self.subTest(code), self.env.cr.savepoint() as savepoint:
                self.first.fiscal_document_id.state_edoc = code
                self.assertEqual(self.first.supplier_sefaz_state, state)
                savepoint.rollback()

    def test_file_that_comes_later_is_found(self):
        document = self.first.fiscal_document_id
        content = self.nfe_of(self.first).decode()
        self.authorise(self.first, lambda _move: b"")
        self.assertIn("its XML is not available yet", self.first.supplier_nfe_problem)
        document.authorization_event_id._save_event_file(content, "xml", authorization=True)
        self.assertEqual(self.first.supplier_sefaz_state, "authorised")
        self.assertFalse(self.first.supplier_nfe_problem)

    def test_cron_does_not_read_again_what_could_not_be_applied(self):
        self.authorise(self.first, lambda _move: self.nfe_of(self.second))
        self.authorise(self.second)
        notes = len(self.first.message_ids)
        with self.enter_registry_test_mode():
            self.env.ref("supplier_credit.ir_cron_refresh_sefaz_states").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self.first.message_ids), notes)

    def test_invoice_without_fiscal_document_takes_its_file(self):
        order = self.create_order()
        order.fiscal_operation_id = False
        order.order_line.fiscal_operation_id = False
        self.reserve(order)
        invoice = self.create_invoice(order)
        self.assertFalse(invoice.fiscal_document_id)
        invoice.action_post()
        self.upload(self.make_foreign_nfe(invoice), invoice)
        self.assertEqual(invoice.supplier_sefaz_state, "authorised")
        self.assertEqual(invoice.supplier_state, "sent")

    def make_foreign_nfe(self, invoice):
        return make_nfe(number=900, series=7, total=f"{invoice.amount_total:.2f}")
