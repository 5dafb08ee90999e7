import errno
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.attempts import TELL_AFTER
from ...tools.charge_exchange import exchange_charge
from ..common_billing import BillingCommon

ATTACHMENT = "odoo.addons.base.models.ir_attachment"
SETTLEMENT = "odoo.addons.reseller_billing.models.charges.payment_transaction_settlement"


@tagged("post_install", "-at_install")
class TestChargeSlip(BillingCommon):
    """Boleto line, Pix and PDF, and the e-mail that is sent with them, once."""

    def mails(self, fatura):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "=", fatura.id),
                ("recipient_ids", "in", fatura.partner_id.ids),
            ]
        )

    def later(self, minutes):
        with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes)):
            self.send()

    def test_mail_waits_for_the_slip_which_is_asked_for_again_at_once(self):
        # Charge and payer looked for and made; then neither line nor Pix.
        self.asaas.fail = [None, None, None, None, 500, 500]
        fatura = self.make_charged()
        self.assertEqual((fatura.charge_state, fatura.slip_line), ("awaiting", False))
        self.assertFalse(self.mails(fatura))
        self.later(2)
        self.assertTrue(fatura.slip_line)
        mail = self.mails(fatura)
        self.assertIn(fatura.slip_line, mail.body_html)
        self.assertIn(fatura.pix_payload, mail.body_html)
        self.assertEqual(mail.attachment_ids.mapped("mimetype"), ["application/pdf"])

    def test_client_of_a_charge_without_slip_is_written_to_in_the_end(self):
        self.asaas.refused_actions = {"identificationField", "pixQrCode"}
        fatura = self.make_charged()
        for minutes in (2, 10, 30):
            self.assertFalse(self.mails(fatura))
            self.later(minutes)
        self.assertFalse(fatura.slip_line)
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_pdf_that_has_moved_is_not_followed(self):
        self.asaas.is_pdf_moved = True
        fatura = self.make_charged()
        self.assertFalse(fatura.charge_id.slip_pdf)
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_too_large_file_is_not_waited_for(self):
        self.asaas.pdf = None
        fatura = self.make_charged()
        self.assertFalse(fatura.charge_id.slip_pdf)
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_account_without_a_pix_key_has_boletos_all_the_same(self):
        self.asaas.refused_actions = {"pixQrCode"}
        fatura = self.make_charged()
        self.assertTrue(fatura.slip_line)
        self.assertFalse(fatura.pix_payload)
        self.assertEqual(len(self.mails(fatura).attachment_ids), 1)
        # Asked for a few days, in case it is only missing for now; never mailed again.
        self.asaas.refused_actions = set()
        self.run_cron("reconcile_charges")
        self.send()
        self.assertTrue(fatura.pix_payload)
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_news_that_overtake_the_registration_send_no_mail_without_slip(self):
        fatura = self.make_fatura()
        charge = fatura.charge_id
        job = charge._claim()
        outcome = exchange_charge(job)
        # Made there, not known here yet.
        self.receive_event(reference=outcome.charge.reference, name="PAYMENT_CREATED")
        self.assertFalse(self.mails(fatura))
        self.assertEqual(fatura.charge_state, "processing")
        charge._apply_outcome(job, outcome)
        self.assertEqual(len(self.mails(fatura).attachment_ids), 1)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self.process()
        events = self.env["reseller.billing.event"].search([("provider_id", "=", self.provider.id)])
        self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_new_charge_of_a_fatura_is_mailed_again(self):
        fatura = self.make_charged()
        self.asaas.payments[fatura.charge_id.provider_reference]["deleted"] = True
        self.receive_event(fatura, name="PAYMENT_DELETED")
        self.assertEqual(fatura.charge_state, "cancelled")
        fatura.action_register_charge()
        self.send()
        first, second = self.mails(fatura).sorted("id")
        self.assertIn(fatura.slip_line, second.body_html)
        self.assertNotIn(fatura.slip_line, first.body_html)

    def test_line_of_the_former_value_is_not_shown_any_more(self):
        fatura = self.make_charged()
        self.asaas.refused_actions = {"identificationField", "pixQrCode"}
        fatura._change_fatura(90.0, fatura.invoice_date_due)
        self.send()
        self.assertFalse(fatura.slip_line or fatura.pix_payload)
        self.asaas.refused_actions = set()
        self.later(2)
        self.assertTrue(fatura.slip_line and fatura.pix_payload)
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_answer_whose_file_cannot_be_stored_keeps_its_line_and_pix(self):
        attachments = self.env["ir.attachment"]
        full = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch.object(type(attachments), "_file_write", side_effect=full),
            mute_logger(SETTLEMENT),
        ):
            fatura = self.make_fatura()
            self.send()
        self.assertEqual((fatura.charge_state, bool(fatura.slip_line)), ("awaiting", True))
        self.assertTrue(fatura.pix_payload)
        notices = fatura.activity_ids.filtered(lambda one: one.summary == "Boleto not stored")
        self.assertIn("No space left", notices.note)
        self.later(61)
        self.assertTrue(fatura.charge_id.slip_pdf)
        self.assertEqual(self.asaas.count("POST", "payments"), 1)

    def test_full_disk_stops_further_registering_and_room_resumes_it(self):
        attachments = self.env["ir.attachment"]
        full = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch.object(type(attachments), "_file_write", side_effect=full),
            mute_logger(SETTLEMENT),
        ):
            first = self.make_fatura()
            self.send()
            second = self.make_fatura()
            self.send()
        self.assertEqual((first.charge_state, second.charge_state), ("awaiting", "processing"))
        self.assertEqual(self.asaas.count("POST", "payments"), 1)
        self.assertTrue(self.provider.billing_no_room_until)
        # What is registered already is followed all the same.
        self.asaas.pay(first.charge_id.provider_reference)
        self.receive_event(first)
        self.assertEqual(first.payment_state, "paid")
        self.later(11)
        self.assertEqual(second.charge_state, "awaiting")
        self.assertEqual(self.asaas.count("POST", "payments"), 2)

    def lose_file(self, fatura):
        """Take the boleto's file from the server, as a filestore that was not restored."""
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "payment.transaction"),
                ("res_id", "=", fatura.charge_id.id),
                ("res_field", "=", "slip_pdf"),
            ]
        )
        self.env.flush_all()
        # Of another boleto: its file is nowhere.
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'no/such-file' WHERE id = %s", [stored.id]
        )
        self.env.invalidate_all()
        self.assertFalse(fatura.charge_id.slip_pdf)

    def test_lost_file_is_fetched_before_the_fatura_is_mailed_again(self):
        fatura = self.make_charged()
        with mute_logger(ATTACHMENT):
            self.lose_file(fatura)
            fatura.with_user(self.accountant).action_mail_fatura()
            self.assertEqual(len(self.mails(fatura)), 1, "it waits for the file")
            self.send()
        first, second = self.mails(fatura).sorted("id")
        self.assertEqual(len(second.attachment_ids), 1)
        self.assertEqual(second.attachment_ids.raw, first.attachment_ids.raw)
        self.later(61)
        self.assertEqual(len(self.mails(fatura)), 2)

    def test_lost_file_that_is_nowhere_holds_no_mail_for_ever(self):
        fatura = self.make_charged()
        with mute_logger(ATTACHMENT):
            self.lose_file(fatura)
            self.asaas.pdf = None
            fatura.with_user(self.accountant).action_mail_fatura()
            for day in range(TELL_AFTER + 2):
                self.later(day * 24 * 60)
        self.assertEqual(len(self.mails(fatura)), 2)
        self.assertIn(fatura.slip_line, self.mails(fatura).sorted("id")[1].body_html)

    def test_paid_fatura_is_not_mailed_for_a_file_that_was_lost(self):
        fatura = self.make_charged()
        with mute_logger(ATTACHMENT):
            self.lose_file(fatura)
            fatura.with_user(self.accountant).action_mail_fatura()
            self.asaas.pay(fatura.charge_id.provider_reference)
            self.receive_event(fatura)
            self.later(61)
        self.assertEqual(fatura.payment_state, "paid")
        texts = [
            text for text in self.mails(fatura).mapped("body_html") if fatura.slip_line in text
        ]
        self.assertEqual(len(texts), 1, "no reminder of what is paid")
