import json
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .common_billing import BillingCommon

# Half past eleven in the evening in São Paulo; tomorrow already in Greenwich.
EVENING = "2026-07-13 02:30:00"
DAY = date(2026, 7, 12)


@tagged("post_install", "-at_install")
class TestEvening(BillingCommon):
    """Between nine and midnight the day of background work is Brazil's, not Greenwich's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].with_context(active_test=False).search([]).write({"tz": False})

    def run_crons(self):
        """Run every cron of the addon; return the days that were asked for."""
        known = self.env["ir.model.data"].search(
            [("module", "=", "reseller_billing"), ("model", "=", "ir.cron")]
        )
        crons = self.env["ir.cron"].browse(known.mapped("res_id"))
        self.assertGreater(len(crons), 8)
        asked = []
        read = fields.Date.context_today

        def spy(record, timestamp=None):
            day = read(record, timestamp)
            asked.append(day)
            return day

        with freeze_time(EVENING), patch.object(fields.Date, "context_today", spy):
            for cron in crons:
                with self.subTest(cron.cron_name), self.enter_registry_test_mode():
                    cron.method_direct_trigger()
        return asked

    def test_every_cron_asks_for_the_day_in_brazil(self):
        """Each has work: a fatura to issue, to remind of, to register, money to book, a client."""
        paid, _open = self.make_charged(), self.make_charged()
        self.asaas.pay(paid.charge_id.provider_reference)
        body = {
            "id": "evt_1",
            "event": "PAYMENT_RECEIVED",
            "payment": {"id": paid.charge_id.provider_reference},
        }
        events = self.env["reseller.billing.event"]
        events._receive(self.provider, [events._read_payload(json.dumps(body).encode())])
        self.make_fatura()
        asked = self.run_crons()
        self.assertTrue(asked)
        self.assertFalse([day for day in asked if day != DAY])
        self.assertEqual(paid.payment_state, "paid")
