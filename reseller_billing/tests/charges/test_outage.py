from datetime import timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from ...models.charges import payment_transaction_delivery as delivery
from ..common import REQUEST_SEAM, TEST_KEY
from ..common_billing import BillingCommon

CLOCKS = [
    f"odoo.addons.reseller_billing.{module}.monotonic"
    for module in (
        "tools.http",
        "tools.charge_exchange",
        "models.common.abstract_outbox",
        "models.charges.payment_transaction_delivery",
    )
]


@tagged("post_install", "-at_install")
class TestOutage(BillingCommon):
    """Asaas answers slowly, or not at all: nobody waits for it for long, and no one else either."""

    def setUp(self):
        super().setUp()
        self.pace, self.seconds, self.silent_keys = 0.1, 0.0, set()
        self.enterContext(patch(REQUEST_SEAM, side_effect=self.ask))
        for clock in CLOCKS:
            self.enterContext(patch(clock, side_effect=lambda: self.seconds))

    def ask(self, *args, **options):
        """Answer after `pace` seconds, or run into the timeout of the request."""
        timeout = options["timeout"]
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        is_silent = (options.get("headers") or {}).get("access_token") in self.silent_keys
        if is_silent or self.pace > limit:
            self.seconds += limit
            raise requests.exceptions.ReadTimeout
        self.seconds += self.pace
        return self.asaas(*args, **options)

    def save(self, **values):
        """Save a fatura, and send its charge after the commit as a request of a user does."""
        fatura = self.make_fatura(**values)
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.env.invalidate_all()
        return fatura

    def make_of(self, name):
        client = self._create_client(name)
        self._create_contract(client)
        return self.save(partner=client)

    def later(self, seconds):
        with freeze_time(fields.Datetime.now() + timedelta(seconds=seconds)):
            self.send()

    def test_request_of_a_user_waits_five_seconds_for_all_together(self):
        self.pace = 8
        fatura = self.save()
        self.assertLessEqual(self.seconds, 5)
        self.assertEqual(fatura.charge_state, "processing")
        self.assertIn("did not answer in time", fatura.charge_problem)

    def test_slip_that_does_not_fit_is_left_to_the_cron(self):
        self.pace = 1.2
        fatura = self.save()
        self.assertLessEqual(self.seconds, 5)
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertFalse(fatura.slip_line and fatura.pix_payload)
        self.pace = 0.1
        self.later(61)
        self.assertTrue(fatura.slip_line and fatura.pix_payload)

    def test_answer_of_a_fast_provider_stands_there_at_once(self):
        fatura = self.save()
        self.assertEqual((fatura.charge_state, bool(fatura.slip_line)), ("awaiting", True))

    def test_nobody_waits_again_while_the_provider_is_silent(self):
        self.pace = 8
        self.save()
        self.seconds = 0
        fatura = self.make_of("Padaria Lua")
        self.assertEqual((self.seconds, fatura.charge_state), (0, "processing"))
        self.assertEqual(fatura.charge_id.charge_attempts, 0)

    def test_one_request_at_a_time_waits_in_a_process(self):
        self.assertTrue(delivery.IMMEDIATE.acquire(blocking=False))
        self.addCleanup(delivery.IMMEDIATE.release)
        fatura = self.save()
        self.assertEqual((self.seconds, fatura.charge_state), (0, "processing"))

    def test_first_success_brings_the_rest_forward(self):
        self.pace = 60
        faturas = self.save()
        faturas |= self.make_of("Padaria Lua")
        faturas |= self.make_of("Padaria Mar")
        for seconds in (70, 500, 2000):
            self.later(seconds)
        at = fields.Datetime.now() + timedelta(seconds=2070)
        charges = faturas.charge_id
        self.assertGreater(max(charges.mapped("charge_next_attempt")), at)
        self.pace = 0.1
        charges[0].sudo().charge_next_attempt = at
        self.later(2070)
        self.later(2070)
        self.assertEqual(set(faturas.mapped("charge_state")), {"awaiting"})

    def test_silence_of_one_provider_holds_up_no_other(self):
        other = self.provider.copy({"company_id": self.company.id, "journal_id": False})
        other.sudo().write({"asaas_api_key": TEST_KEY[:-4] + "AAAA", "state": "test"})
        self.silent_keys.add(other.sudo().asaas_api_key)
        silent = self.env["account.move"]
        for number in range(8):
            client = self._create_client(f"Padaria {number}")
            self._create_contract(client)
            silent |= self.make_fatura(partner=client)
        silent.charge_id.sudo().provider_id = other
        fatura = self.make_fatura()
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertEqual(sum(silent.charge_id.mapped("charge_attempts")), 3)

    def test_refusals_are_answers(self):
        self.asaas.fail_on["POST", "payments"] = [400]
        fatura = self.make_fatura()
        self.send()
        self.assertEqual(fatura.charge_state, "error")
        self.assertEqual(self.make_of("Padaria Lua").charge_state, "awaiting")

    def test_another_transaction_in_the_way_costs_the_comparison_no_turn(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        provider = type(self.provider)
        compare, turns = provider._compare_charges, []

        def meet_another(record):
            turns.append(record)
            if len(turns) == 1:
                raise ConcurrencyError("in the way")
            return compare(record)

        with patch.object(provider, "_compare_charges", meet_another):
            self.run_cron("reconcile_charges")
        self.assertEqual(len(turns), 2)
        self.run_cron("process_events")
        self.assertEqual(fatura.payment_state, "paid")
