import errno
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.charge_exchange import exchange_charge
from ..common_billing import BillingCommon

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
