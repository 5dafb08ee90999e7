from contextlib import contextmanager
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestRestore(BillingCommon):
    """The database comes back as it was, Asaas stays as it is: nothing is done there twice."""

    @contextmanager
    def lost(self):
        """Bring the database back as it is now, whatever is done inside; Asaas keeps it."""
        with self.env.cr.savepoint() as backup:
            yield
            backup.rollback()
        self.env.invalidate_all()

    def made(self):
        return self.asaas.count("POST", "payments")

    def test_charge_that_waited_in_the_backup_is_not_made_again(self):
        fatura = self.make_fatura()
        with self.lost():
            self.send()
        self.assertEqual((fatura.charge_state, self.made()), ("processing", 1))
        self.send()
        self.assertEqual((fatura.charge_state, self.made()), ("awaiting", 1))
        self.assertEqual(self.asaas.count("POST", "customers"), 1)
        self.assertTrue(fatura.slip_line)

    def test_one_request_more_asks_before_a_charge_is_made(self):
        self.make_charged()
        paths = [path for method, path in self.asaas.calls if method == "GET"]
        self.assertEqual(paths.count("payments"), 1)

    def test_paid_charge_that_waited_in_the_backup_settles_the_fatura(self):
        fatura = self.make_fatura()
        with self.lost():
            self.send()
        (reference,) = self.asaas.payments
        self.asaas.pay(reference)
        self.send()
        self.assertEqual((fatura.charge_state, fatura.amount_residual), ("received", 0.0))

    def test_charge_that_was_cancelled_after_the_backup_never_left_is_cancelled_there(self):
        fatura = self.make_fatura()
        with self.lost():
            self.send()
        fatura.with_user(self.accountant).button_cancel_fatura()
        self.send()
        (held,) = self.asaas.payments.values()
        self.assertEqual((held["deleted"], fatura.charge_state), (True, "cancelled"))

    def test_change_that_waited_in_the_backup_makes_no_second_charge(self):
        fatura = self.make_fatura()
        with self.lost():
            self.send()
        fatura.with_user(self.accountant)._change_fatura(120.0, self.day("2026-07-20"))
        self.send()
        (held,) = self.asaas.payments.values()
        self.assertEqual((held["value"], held["dueDate"]), (120.0, "2026-07-20"))

    def test_value_that_was_changed_after_the_backup_is_told(self):
        fatura = self.make_fatura()
        with self.lost():
            self.send()
            (held,) = self.asaas.payments.values()
            held |= {"value": 120.0, "dueDate": "2026-07-20"}
        self.send()
        self.assertEqual(fatura.charge_id.charge_due_date, self.day("2026-07-10"))
        self.assertIn("120.00", fatura.charge_problem)
        self.assertIn("Send again", fatura.charge_problem)

    def test_refund_that_was_made_after_the_backup_is_not_made_again(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        fatura.charge_id._request_refund(30.0)
        with self.lost():
            self.send()
        self.send()
        (held,) = self.asaas.payments.values()
        self.assertEqual([one["value"] for one in held["refunds"]], [30.0])

    def test_report_of_a_payment_to_the_company_is_not_sent_again(self):
        fatura = self.make_charged()
        fatura.charge_id._queue_charge("cash")
        path = f"payments/{fatura.charge_id.provider_reference}/receiveInCash"
        with self.lost():
            self.send()
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.send()
        self.assertEqual(self.asaas.count("POST", path), 1)

    def test_webhook_that_was_registered_after_the_backup_is_taken_over(self):
        self.company.partner_id.email = "empresa@example.com"
        with self.lost():
            self.provider.action_register_webhook()
        self.provider.action_register_webhook()
        self.assertEqual(len(self.asaas.webhooks), 1)
        (held,) = self.asaas.webhooks.values()
        self.assertTrue(held["url"].endswith(self.provider.sudo().webhook_key))

    def test_webhook_of_another_company_is_left_alone(self):
        self.company.partner_id.email = "empresa@example.com"
        other = self.env["res.company"].create({"name": "Irmã", "email": "irma@example.com"})
        sibling = self.provider.copy({"company_id": other.id})
        sibling.sudo().write({"asaas_api_key": self.provider.asaas_api_key, "state": "test"})
        sibling.action_register_webhook()
        self.provider.action_register_webhook()
        self.assertEqual(len(self.asaas.webhooks), 2)
