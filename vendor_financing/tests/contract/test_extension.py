from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.mail import html2plaintext

from .common import TODAY, VendorFinancingContractCommon


@tagged("post_install", "-at_install")
class TestExtension(VendorFinancingContractCommon):
    """The customer asks to postpone, the bank is instructed, and its answer is noted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quote(1.8, 2.3)
        cls.bank.email = "vendor@banco.example"
        cls.contract = cls.make_effective(
            cls._create_vendor_invoice(10000.0) | cls._create_vendor_invoice(500.0)
        )
        cls.part, cls.other = cls.contract.installment_ids.sorted("principal", reverse=True)

    def maintain(self, kind, **values):
        action = self.part.with_user(self.invoicing_user).action_open_maintenance()
        wizard = self.env[action["res_model"]].with_user(self.invoicing_user)
        wizard = wizard.browse(action["res_id"])
        with Form(wizard) as form:
            form.kind = kind
            for name, value in values.items():
                form[name] = value
        wizard.action_confirm()

    def count(self):
        self.env.flush_all()
        card = self.env["vendor.financing.overview"].with_user(self.invoicing_user)
        card = card.search([("agreement_id", "=", self.agreement.id)])
        return card.extension_count, card.unsent_count

    def last_message(self):
        return html2plaintext(self.contract.message_ids.sorted("id")[-1].body)

    def test_request_is_sent_on_by_mail(self):
        self.maintain("request", date_due="2026-05-04", note="harvest")
        self.assertEqual(self.count(), (1, 1))
        action = self.part.with_user(self.invoicing_user).action_instruct_bank()
        self.assertFalse(self.part.extension_sent_on)
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.invoicing_user)
            .with_context(**action["context"])
        ).save()
        self.assertEqual(composer.partner_ids, self.bank)
        self.assertEqual(len(composer.attachment_ids), 1)
        composer.action_send_mail()
        self.assertEqual(self.part.extension_sent_on, self.day(TODAY))
        self.assertFalse(self.other.extension_sent_on)
        self.assertEqual(self.count(), (1, 0))
        self.assertIn("postpone", self.last_message())

    def test_other_messages_of_the_contract_note_nothing(self):
        self.maintain("request", date_due="2026-05-04")
        self.contract.message_post(body=self.part.display_name)
        self.assertFalse(self.part.extension_sent_on)

    def test_instruction_is_printed_with_old_and_new_date(self):
        self.maintain("request", date_due="2026-05-04")
        self.contract.with_user(self.invoicing_user).action_print_instruction()
        self.assertEqual(self.part.extension_sent_on, self.day(TODAY))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "vendor_financing.vendor_financing_extension_report", self.contract.ids
        )
        text = html2plaintext(html.decode())
        self.assertIn(self.part.display_name, text)
        self.assertNotIn(self.other.display_name, text)
        self.assertIn("04/02/2026", text)
        self.assertIn("05/04/2026", text)
        # Another wish is another instruction.
        self.maintain("request", date_due="2026-06-04")
        self.assertFalse(self.part.extension_sent_on)

    def test_answers_are_noted_with_day_and_reason(self):
        self.maintain("request", date_due="2026-05-04")
        self.maintain("denial", date="2026-03-10", note="limit")
        self.assertEqual(self.part.extension_state, "denied")
        self.assertIn("denied the extension on 03/10/2026. limit", self.last_message())
        self.assertEqual(self.count(), (0, 0))
        self.maintain("request", date_due="2026-05-04")
        self.maintain("extension", date_due="2026-04-30", date="2026-03-12", note="once")
        self.assertEqual(self.part.date_due, self.day("2026-04-30"))
        said = " ".join(html2plaintext(body) for body in self.contract.message_ids.mapped("body"))
        self.assertIn("granted the extension to 04/30/2026 on 03/12/2026. once", said)

    def test_nothing_to_instruct_is_said(self):
        for method in ("action_instruct_bank", "action_print_instruction"):
            with self.assertRaisesRegex(UserError, "Maintenance"):
                getattr(self.contract.with_user(self.invoicing_user), method)()

    def test_auditors_instruct_no_bank(self):
        self.maintain("request", date_due="2026-05-04")
        auditor = self._create_user("extension_auditor", "account.group_account_readonly")
        for method in ("action_instruct_bank", "action_print_instruction"):
            with self.assertRaises(AccessError):
                getattr(self.contract.with_user(auditor), method)()
        self.assertFalse(self.part.extension_sent_on)
