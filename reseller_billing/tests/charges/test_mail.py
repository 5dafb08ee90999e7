from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestMail(BillingCommon):
    """E-mails to clients: who gets them, in which language, and what became of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pt_BR")
        cls.fatura = cls.make_registered()
        cls.overview = cls.env["reseller.billing.overview"].browse(cls.company.id)

    def mails(self, fatura=None):
        fatura = fatura or self.fatura
        return self.env["mail.mail"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "=", fatura.id),
                ("mail_message_id", "=", fatura.fatura_message_id.id),
            ]
        )

    def test_fate_of_the_mail_stands_on_the_fatura_and_on_the_overview(self):
        notification = self.fatura.fatura_message_id.notification_ids
        self.assertEqual(self.fatura.fatura_mail_state, "outgoing")
        moves = self.env["account.move"].search
        for status, state, count in (
            ("sent", "sent", 0),
            ("exception", "failed", 1),
            ("bounce", "bounced", 1),
            ("ready", "outgoing", 0),
        ):
            with self.subTest(status):
                notification.notification_status = status
                self.env.invalidate_all()
                self.assertEqual(self.fatura.fatura_mail_state, state)
                self.assertIn(self.fatura, moves([("fatura_mail_state", "=", state)]))
                others = {"sent", "failed", "bounced", "outgoing"} - {state}
                self.assertNotIn(self.fatura, moves([("fatura_mail_state", "in", list(others))]))
                self.assertEqual(self.overview.unmailed_count, count)
        notification.notification_status = "bounce"
        self.fatura.with_user(self.accountant).action_mail_fatura()
        self.env.invalidate_all()
        self.assertEqual(
            (self.fatura.fatura_mail_state, self.overview.unmailed_count), ("outgoing", 0)
        )

    def refuse(self, mail):
        mail.write({"state": "exception", "failure_type": "mail_smtp", "failure_reason": "busy"})
        mail._postprocess_sent_message([], [], failure_reason="busy", failure_type="mail_smtp")
        self.env.invalidate_all()

    def test_mail_that_the_server_refused_is_tried_again_and_told_once(self):
        mail = self.mails()
        for _time in range(2):
            self.refuse(mail)
            self.run_cron("reconcile_charges")
            self.assertEqual(mail.state, "outgoing")
        notices = self.fatura.activity_ids.filtered(lambda one: one.summary == "E-mail not sent")
        self.assertEqual(len(notices), 1)
        self.assertIn("busy", notices.note)

    def test_mail_is_not_repeated_for_ever(self):
        mail = self.mails()
        self.refuse(mail)
        with freeze_time("2026-07-09 12:00:00"):
            mail.mail_message_id.date = "2026-07-01 12:00:00"
            self.run_cron("reconcile_charges")
        self.assertEqual(mail.state, "exception")

    def test_server_that_refuses_is_seen(self):
        mail = self.mails()
        self.assertTrue(mail)
        mail._postprocess_sent_message([], [], failure_reason="refused", failure_type="mail_smtp")
        self.env.invalidate_all()
        self.assertEqual(self.fatura.fatura_mail_state, "failed")

    def test_invoice_contact_and_further_recipients_get_copies(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Financeiro",
                "type": "invoice",
                "parent_id": self.client_partner.id,
                "email": "financeiro@example.com",
            }
        )
        other = self.env["res.partner"].create({"name": "Contador", "email": "c@example.com"})
        silent = self.env["res.partner"].create({"name": "Sem e-mail"})
        self.contract.recipient_ids = other | silent
        self.fatura.action_mail_fatura()
        readers = self.fatura.fatura_message_id.notification_ids.res_partner_id
        self.assertEqual(readers, self.client_partner | contact | other)

    def test_client_without_an_address_is_named(self):
        self.client_partner.email = False
        with self.assertRaisesRegex(UserError, "Padaria Sol has no valid e-mail"):
            self.fatura.action_mail_fatura()

    def test_brazilian_clients_are_written_to_in_portuguese(self):
        client = self._create_client("Padaria Lua", lang="en_US")
        self._create_contract(client)
        self.assertEqual(client.lang, "pt_BR")
        fatura = self.make_charged(partner=client)
        body = self.mails(fatura).body_html
        self.assertIn("10/07/2026", body)
        self.assertIn("Linha digitável", body)
        # Whoever wants another language sets it.
        client.lang = "en_US"
        self._create_contract(client, plan=False)
        self.assertEqual(client.lang, "en_US")

    def test_client_made_without_any_language_is_written_to_in_portuguese(self):
        client = self._create_client("Padaria Nova", lang="en_US")
        client.sudo().create_uid.lang = "pt_BR"
        self._create_contract(client)
        self.assertEqual(client.lang, "pt_BR")

    def test_clients_of_the_addons_form_speak_portuguese(self):
        clients = self.env["res.partner"].with_context(is_billing_client=True)
        self.assertEqual(clients.default_get(["lang"])["lang"], "pt_BR")
        self.assertNotEqual(self.env["res.partner"].default_get(["lang"]).get("lang"), "pt_BR")

    def test_reminder_says_falls_due_before_and_not_paid_after(self):
        self.contract.reminder_ids = self.env["reseller.billing.reminder"].search([])
        self.client_partner.lang = "en_US"
        with freeze_time("2026-07-07 12:00:00"):
            self.run_cron("follow_up")
        before = self.fatura.fatura_message_id
        self.assertIn("falls due on", before.body)
        self.assertNotIn("have not seen", before.body)
        with freeze_time("2026-07-13 12:00:00"):
            self.run_cron("follow_up")
        after = self.fatura.fatura_message_id
        self.assertNotEqual(before, after)
        self.assertIn("have not seen a payment", after.body)

    def test_no_reminder_on_the_day_of_issue(self):
        self.contract.reminder_ids = self.env["reseller.billing.reminder"].search([])
        with freeze_time("2026-07-07 12:00:00"):
            late = self.make_charged(month="08", due="2026-07-10")
            first = late.fatura_message_id
            self.run_cron("follow_up")
            self.assertEqual(late.fatura_message_id, first)

    def test_due_on_a_weekend_is_not_late_before_the_next_bank_day(self):
        self.contract.reminder_ids = self.env["reseller.billing.reminder"].search(
            [("days", "=", 1)]
        )
        # A Saturday; banks open on Monday, the 13th.
        self.fatura.invoice_date_due = "2026-07-11"
        self.send()
        first = self.fatura.fatura_message_id
        for day in ("2026-07-12", "2026-07-13"):
            with freeze_time(f"{day} 12:00:00"):
                self.run_cron("follow_up")
                self.assertEqual(self.fatura.fatura_message_id, first)
                self.assertEqual(self.overview.overdue_count, 0)
                self.overview.invalidate_recordset()
        with freeze_time("2026-07-14 12:00:00"):
            self.run_cron("follow_up")
            self.assertNotEqual(self.fatura.fatura_message_id, first)
            self.assertEqual(self.overview.overdue_count, 1)

    def test_change_tells_the_client_unless_unticked(self):
        first = self.fatura.fatura_message_id
        change = self.env["reseller.billing.change"].with_context(active_id=self.fatura.id)
        change.create({"amount": 90.0, "is_client_told": False}).action_confirm()
        self.send()
        self.assertEqual(self.fatura.fatura_message_id, first)
        change.create({"amount": 80.0}).action_confirm()
        self.send()
        told = self.fatura.fatura_message_id
        self.assertNotEqual(told, first)
        self.assertIn(self.fatura.slip_line, told.body)
        self.receive_event(self.fatura, name="PAYMENT_UPDATED")
        self.assertEqual(self.fatura.fatura_message_id, told, "once")
