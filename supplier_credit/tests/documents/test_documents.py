from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import WITHHELD, SupplierCreditDocumentsCommon


@tagged("post_install", "-at_install")
class TestDocuments(SupplierCreditDocumentsCommon):
    """Seed 001, "Impressão da DANFE": no document is issued before Supplier's approval."""

    def prints(self):
        """Return the ways of drawing, for everybody who may read the invoice."""

        def report(render, reference):
            return lambda invoice: getattr(invoice.env["ir.actions.report"], render)(
                reference, invoice.ids
            )

        ways = {
            f"{render} {reference}": report(render, reference)
            for render in (
                "_render_qweb_pdf", "_pre_render_qweb_pdf", "_render_qweb_html",
                "_render_qweb_text",
            )
            for reference in (
                "account.report_invoice", "account.report_invoice_with_payments",
                "account.account_invoices",
            )
        }  # fmt: skip
        ways["danfe"] = report("_render_qweb_pdf", "supplier_credit.report_danfe")
        ways["danfe button"] = lambda invoice: invoice.action_print_supplier_danfe()
        return ways

    def sendings(self):
        """Return the ways of sending and downloading, for accountants."""

        def wizard(name):
            return lambda invoice: (
                invoice.env[name]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({})
            )

        return {
            "proforma": lambda invoice: invoice._get_invoice_pdf_proforma(),
            "document": lambda invoice: invoice._get_invoice_legal_documents("pdf", True),
            "documents": lambda invoice: invoice._get_invoice_legal_documents_all(True),
            "button": lambda invoice: invoice.action_send_and_print(),
            "wizard": wizard("account.move.send.wizard"),
            "batch": wizard("account.move.send.batch.wizard"),
            "send": lambda invoice: (
                invoice.env["account.move.send"]._generate_and_send_invoices(invoice)
            ),
            "send in one go": lambda invoice: invoice._generate_and_send(),
        }

    def assert_ways(self, *, refused):
        for user in (self.salesman, self.accountant, self.manager):
            ways = self.prints() if user == self.salesman else self.prints() | self.sendings()
            for name, way in ways.items():
                invoice = self.invoice.with_user(user)
                with self.subTest(user=user.login, way=name):
                    if refused:
                        with self.assertRaisesRegex(UserError, WITHHELD):
                            way(invoice)
                    else:
                        way(invoice)

    def test_no_way_out_before_the_approval(self):
        self.post()
        self.assert_ways(refused=True)
        self.assertFalse(self.invoice._is_ready_to_be_sent())

    def test_every_way_is_open_after_the_approval(self):
        self.post()
        self.approve()
        self.assert_ways(refused=False)
        self.assertTrue(self.invoice._is_ready_to_be_sent())

    def test_step_that_reads_kept_prints_is_refused(self):
        """After the approval the host starts a PDF engine, which needs a web server."""
        self.post()
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.invoice.env["ir.actions.report"]._render_qweb_pdf_prepare_streams(
                "account.report_invoice", {}, res_ids=self.invoice.ids
            )

    def test_superuser_is_held_back_too(self):
        self.post()
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.prints()["_render_qweb_html account.report_invoice"](self.invoice.sudo())

    def test_draft_is_refused_as_its_print_is_a_proforma(self):
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.sendings()["proforma"](self.invoice)
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.prints()["_render_qweb_pdf account.report_invoice"](self.invoice)

    def test_cancelled_invoice_says_so_itself(self):
        self.invoice.button_cancel()
        html = self.prints()["_render_qweb_html account.report_invoice"](self.invoice)[0]
        self.assertIn("Cancelled Invoice", str(html))

    def test_bearer_taken_off_does_not_open_the_way(self):
        self.invoice.action_post()
        self.invoice.preferred_payment_method_line_id = False
        with self.assertRaisesRegex(UserError, WITHHELD):
            self.prints()["_render_qweb_html account.report_invoice"](self.invoice)

    def test_one_withheld_among_several_is_named(self):
        self.post()
        plain = self.create_plain_invoice()
        with self.assertRaises(UserError) as refusal:
            plain.env["ir.actions.report"]._render_qweb_html(
                "account.report_invoice", (plain | self.invoice).ids
            )
        self.assertIn(self.invoice.name, str(refusal.exception))
        self.assertNotIn(plain.name, str(refusal.exception))

    def test_xml_of_the_law_may_be_delivered(self):
        self.post()
        self.assertIsNone(self.invoice._get_invoice_legal_documents("ubl", True))

    def test_print_menu_opens_without_offering_the_file(self):
        self.post()
        self.assertEqual(self.invoice.get_extra_print_items(), [])
        self.approve()
        self.send_by_mail(self.invoice)
        self.assertEqual(len(self.invoice.get_extra_print_items()), 1)

    def test_cron_leaves_it_out_and_sends_the_others(self):
        withheld = self.create_plain_invoice()
        plain = self.create_plain_invoice()
        for invoice in withheld | plain:
            invoice.sending_data = {
                "author_user_id": self.accountant.id,
                "author_partner_id": self.accountant.partner_id.id,
            }
        withheld.preferred_payment_method_line_id = self.bearer
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertTrue(plain.invoice_pdf_report_id)
        self.assertFalse(withheld.invoice_pdf_report_id)
        self.assertFalse(withheld.sending_data, "it does not come again and again")
        self.assertIn(WITHHELD, withheld.message_ids[0].body)

    def open_batch(self, invoices):
        """Return the wizard by which several invoices are sent, as its form opens and saves it."""
        wizards = invoices.env["account.move.send.batch.wizard"]
        context = {"active_model": "account.move", "active_ids": invoices.ids}
        with Form(wizards.with_context(**context)) as form:
            pass
        return form.record

    def test_several_are_sent_without_those_that_are_withheld(self):
        self.post()
        plain = self.create_plain_invoice() | self.create_plain_invoice()
        wizard = self.open_batch(plain | self.invoice)
        self.assertEqual(wizard.move_ids, plain)
        alert = wizard.alerts["supplier_withheld"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn(self.invoice.name, alert["message"])
        self.assertNotIn(plain[0].name, alert["message"])
        wizard.action_send_and_print()
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertTrue(all(invoice.invoice_pdf_report_id for invoice in plain))
        self.assertFalse(self.invoice.invoice_pdf_report_id)

    def test_several_that_are_all_withheld_are_refused_by_name(self):
        self.post()
        other = self.create_plain_invoice()
        other.preferred_payment_method_line_id = self.bearer
        with self.assertRaisesRegex(UserError, self.invoice.name):
            self.open_batch(self.invoice | other)

    def test_the_only_one_of_several_that_is_not_withheld_is_sent(self):
        self.post()
        plain = self.create_plain_invoice()
        wizard = self.open_batch(self.invoice | plain)
        self.assertEqual(wizard.move_ids, plain)
        self.assertIn(self.invoice.name, wizard.alerts["supplier_withheld"]["message"])
        wizard.action_send_and_print()
        self.assertTrue(plain.sending_data)

    def test_several_without_a_withheld_one_are_sent_as_ever(self):
        wizard = self.open_batch(self.create_plain_invoice() | self.create_plain_invoice())
        self.assertEqual(len(wizard.move_ids), 2)
        self.assertNotIn("supplier_withheld", wizard.alerts or {})

    def test_file_made_before_it_became_suppliers_is_withdrawn(self):
        invoice = self.create_plain_invoice()
        pdf = self.send_by_mail(invoice)
        in_message = invoice.message_ids.attachment_ids - pdf
        self.assertEqual(in_message.res_model, "mail.message")
        uploaded = invoice.env["ir.attachment"].create(
            {
                "name": "pedido.pdf",
                "raw": b"%PDF-1.4 order of the customer",
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
            }
        )
        invoice.preferred_payment_method_line_id = self.bearer
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(invoice.invoice_pdf_report_id)
        self.assertFalse(invoice._get_invoice_legal_documents_all())
        for attachment in pdf | in_message:
            self.assertEqual(attachment.sudo().res_field, "supplier_withdrawn_file")
            with self.assertRaises(AccessError):
                attachment.with_user(self.accountant).read(["raw"])
            with self.assertRaises(AccessError):
                attachment.with_user(self.accountant).sudo()._to_http_stream()
            self.assertTrue(attachment.with_user(self.manager).raw)
        self.assertFalse(uploaded.sudo().res_field)

    def test_file_of_a_person_waits_for_the_approval_as_well(self):
        self.post()
        uploaded = self.invoice.env["ir.attachment"].create(
            {
                "name": "pedido.pdf",
                "raw": b"%PDF-1.4 order of the customer",
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": self.invoice.id,
            }
        )
        self.env.flush_all()
        for user in (self.salesman, self.accountant, self.manager):
            self.env.invalidate_all()
            with self.assertRaisesRegex(AccessError, WITHHELD):
                uploaded.with_user(user).read(["datas"])
        self.approve()
        for user in (self.salesman, self.accountant, self.manager):
            self.env.invalidate_all()
            self.assertTrue(uploaded.with_user(user).raw)

    def test_file_kept_by_a_report_before_the_approval_is_drawn_anew(self):
        """A report that stores its print must not return the old one."""
        self.post()
        stale = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.invoice._get_invoice_report_filename(),
                    "raw": b"%PDF-1.4 with due dates",
                    "mimetype": "application/pdf",
                    "res_model": "account.move",
                    "res_id": self.invoice.id,
                }
            )
        )
        report = self.env.ref("account.account_invoices")
        report.attachment = "object._get_invoice_report_filename()"
        self.assertEqual(report.retrieve_attachment(self.invoice), stale)
        self.approve()
        self.env.flush_all()
        self.assertFalse(report.retrieve_attachment(self.invoice))

    def test_oca_danfe_passes_the_same_gate(self):
        """OCA's report draws without calling super, from `_render_danfe`."""
        report_class = self.env.registry["ir.actions.report"]
        with patch.object(
            report_class, "_render_danfe", lambda _report, _nfe: (b"OCA", "pdf"), create=True
        ):
            report = self.env["ir.actions.report"].with_user(self.accountant)
            report._register_hook()
            report._register_hook()
            plain = self.create_plain_invoice()
            self.assertEqual(report._render_danfe(plain), (b"OCA", "pdf"))
            self.post()
            with self.assertRaisesRegex(UserError, WITHHELD):
                report._render_danfe(nfe=self.invoice)
            self.approve()
            content, kind = report._render_danfe(nfe=self.invoice)
            self.assertTrue(content.startswith(b"%PDF"))
            self.assertEqual(kind, "pdf")

    def test_other_invoices_cost_no_query(self):
        """The same queries as without the gate, and none for each further invoice."""
        invoices = self.create_plain_invoice() | self.create_plain_invoice()

        report = invoices.env["ir.actions.report"]

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            report._render_qweb_html("account.report_invoice", invoices.ids)
            return self.cr.sql_log_count - before

        count()  # templates are compiled once
        gated = count()
        with (
            patch.object(type(report), "_check_no_invoice_withheld", lambda *_args: None),
            patch.object(type(report), "_refuse_danfe_as_other_type", lambda *_args: None),
        ):
            self.assertEqual(gated, count())
        with self.assertQueryCount(0):
            invoices._check_not_withheld()
