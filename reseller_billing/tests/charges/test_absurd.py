from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestAbsurd(BillingCommon):
    """An impossible answer is never booked, is told once, and keeps no other from its turn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()

    def assert_told_and_not_booked(self):
        self.assertEqual(self.balance("outstanding"), 0.0)
        self.assertEqual(self.fatura.charge_state, "awaiting")
        notices = self.fatura.activity_ids.filtered(lambda one: "mpossible" in one.summary)
        self.assertEqual(len(notices), 1)

    def test_amounts_and_days_that_cannot_be_are_not_booked(self):
        reference = self.fatura.charge_id.provider_reference
        held = {**self.asaas.pay(reference)}
        for number, change in enumerate(
            (
                {"value": 10**18},
                {"netValue": 1000.0},
                {"interestValue": 10**9, "originalValue": 100.0},
                {"refunds": [{"status": "DONE", "value": 500.0, "dateCreated": "2026-07-10"}]},
                {"clientPaymentDate": "2226-07-10"},
                {"creditDate": "1926-07-10"},
            )
        ):
            with self.subTest(change):
                self.asaas.payments[reference] = {**held, **change}
                self.receive_event(self.fatura, event=f"evt_{number}")
                self.assert_told_and_not_booked()
        self.asaas.payments[reference] = held
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.process()
        self.assertEqual(self.fatura.charge_state, "received")

    def test_another_charge_under_our_id_is_not_booked(self):
        other = self.make_charged(partner=self.make_client("Padaria Lua"))
        reference = self.fatura.charge_id.provider_reference
        mine, theirs = (
            self.asaas.payments[one.charge_id.provider_reference] for one in (self.fatura, other)
        )
        self.asaas.pay(reference)
        for number, change in enumerate(
            (
                {"externalReference": theirs["externalReference"]},
                {"externalReference": "somebody-else"},
                {"customer": theirs["customer"]},
                {"id": theirs["id"]},
            )
        ):
            with self.subTest(change):
                self.asaas.payments[reference] = {**mine, **change}
                self.receive_event(reference=reference, event=f"evt_{number}")
                self.assert_told_and_not_booked()

    def make_client(self, name):
        client = self._create_client(name)
        self._create_contract(client)
        return client

    def test_impossible_answer_to_a_request_stops_no_other(self):
        reference = self.fatura.charge_id.provider_reference
        self.asaas.pay(reference)["value"] = 10**18
        self.fatura.charge_id._queue_charge("follow")
        later = self.make_fatura(partner=self.make_client("Padaria Lua"))
        self.send()
        self.assertEqual(later.charge_state, "awaiting")
        self.assert_told_and_not_booked()
        self.run_cron("reconcile_charges")
        self.process()
        self.assert_told_and_not_booked()

    def test_pause_of_years_is_shown_and_ended_by_hand(self):
        self.asaas.fail = [429]
        self.asaas.headers = {"Retry-After": str(10**9)}
        fatura = self.make_fatura(partner=self.make_client("Padaria Lua"))
        self.send()
        until = self.provider.billing_paused_until
        self.assertEqual(until, fields.Datetime.now() + timedelta(hours=12))
        with self.assertRaises(AccessError):
            self.provider.with_user(self.billing_user).action_end_pause()
        self.provider.action_end_pause()
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertFalse(self.provider.billing_paused_until)
