from unittest.mock import patch

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from psycopg2.errors import SerializationFailure

from ..common_billing import BillingCommon

CHUNK = "odoo.addons.reseller_billing.models.{}.CHUNK"


@tagged("post_install", "-at_install")
class TestBackground(BillingCommon):
    """Faturas of many contracts: in chunks, with progress, each contract for itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contracts = cls.contract
        for number in range(4):
            cls.contracts |= cls._create_contract(cls._create_client(f"Cliente {number}"))
        # Nothing is billed by itself in these tests.
        cls.contracts.next_month = "2026-08-01"
        cls.contracts.line_ids.first_month = "2026-07-01"
        cls.env["reseller.billing.due"].sudo().search([]).unlink()

    def setUp(self):
        super().setUp()
        for place in ("common.job_item", "contracts.contract_billing"):
            self.enterContext(patch(CHUNK.format(place), 2))
        wizard = "odoo.addons.reseller_billing.wizards.faturas.batch.CHUNK"
        self.enterContext(patch(wizard, 2))

    def confirm(self, month="07", **values):
        batches = self.env["reseller.billing.batch"].with_user(self.accountant)
        with Form(batches.with_company(self.company)) as form:
            form.reference_year = "2026"
            form.reference_month = month
        form.record.write(values)
        action = form.record.action_confirm()
        return self.env[action["res_model"]].browse(action.get("res_id"))

    def run_billing(self):
        with freeze_time("2026-07-02 12:00:00"):
            self.run_cron("bill_contracts")

    def assert_billed(self, contracts):
        for contract in self.contracts:
            expected = 1 if contract in contracts else 0
            self.assertEqual(len(contract.fatura_ids), expected, contract.display_name)

    def test_many_contracts_are_handed_over_and_billed_in_chunks(self):
        job = self.confirm(date_due="2026-07-31")
        self.assertEqual((job.state, job.total_count, job.done_count), ("running", 5, 0))
        self.assert_billed(self.contract.browse())
        self.run_billing()
        self.assertEqual((job.state, job.done_count, job.progress), ("done", 5, 100.0))
        self.assert_billed(self.contracts)
        faturas = self.contracts.fatura_ids
        self.assertEqual(set(map(str, faturas.mapped("invoice_date_due"))), {"2026-07-31"})
        domain = job.with_user(self.accountant).action_open_results()["domain"]
        self.assertEqual(self.env["account.move"].search(domain), faturas.sorted())

    def test_contract_that_cannot_be_billed_keeps_no_other(self):
        broken = self.contracts[2]
        job = self.confirm()
        broken.partner_id.zip = False
        self.run_billing()
        self.assert_billed(self.contracts - broken)
        self.assertEqual((job.state, job.done_count, job.failed_count), ("done", 4, 1))
        self.assertEqual(job.failed_ids.contract_id, broken)
        self.assertIn("CEP", job.failed_ids.message)
        self.assertIn("CEP", broken.billing_error)
        broken.partner_id.zip = "01310-100"
        with self.assertRaises(AccessError):
            job.with_user(self.billing_user).action_retry()
        job.with_user(self.accountant).action_retry()
        self.run_billing()
        self.assert_billed(self.contracts)
        self.assertFalse(broken.billing_error)

    def test_work_that_ends_in_the_middle_goes_on_and_bills_nothing_twice(self):
        job = self.confirm()
        items = self.env["reseller.billing.job.item"]
        # Without time left after the first chunk.
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=0):
            self.assertFalse(items.with_user(SUPERUSER_ID)._process_waiting("faturas"))
        self.env.invalidate_all()
        self.assertEqual((job.state, job.done_count), ("running", 2))
        self.assertEqual(items.search_count([("state", "=", "waiting")]), 3)
        self.run_billing()
        self.assertEqual((job.state, job.done_count), ("done", 5))
        self.assert_billed(self.contracts)

    def test_contract_that_somebody_else_is_changing_waits(self):
        job = self.confirm()
        items = type(self.env["reseller.billing.job.item"])
        with patch.object(items, "_issue_faturas", side_effect=SerializationFailure):
            self.run_billing()
        self.assertEqual((job.state, job.done_count, job.failed_count), ("running", 0, 0))
        self.run_billing()
        self.assertEqual((job.state, job.done_count), ("done", 5))

    def test_contract_that_was_billed_meanwhile_is_not_billed_again(self):
        job = self.confirm()
        fatura = self.make_fatura()
        self.run_billing()
        self.assertEqual((job.state, job.done_count), ("done", 5))
        item = job.item_ids.filtered(lambda item: item.contract_id == self.contract)
        self.assertIn(fatura.name, item.message)
        self.assertEqual(self.contract.fatura_ids, fatura)

    def test_who_confirmed_is_told_how_far_it_is(self):
        job = self.confirm()
        sent = []
        users = type(self.env["res.users"])
        with patch.object(users, "_bus_send", lambda user, *args, **kw: sent.append((user, *args))):
            self.run_billing()
        progress = [message for _user, kind, message in sent if kind == "reseller_billing.job"]
        self.assertEqual([one["done"] for one in progress], [2, 4, 5])
        user, _kind, message = next(one for one in sent if one[1] == "simple_notification")
        self.assertEqual((user, message["type"]), (self.accountant, "success"))
        self.assertIn("5 of 5", message["message"])
        self.assertEqual(job.state, "done")

    def test_few_contracts_are_billed_at_once(self):
        self.contracts[2:].action_suspend()
        faturas = self.confirm()
        self.assertFalse(faturas)
        self.assert_billed(self.contracts[:2])

    def test_button_of_the_list_hands_many_over(self):
        self.contracts.next_month = "2026-07-01"
        action = self.contracts.with_user(self.accountant).action_bill_now()
        job = self.env[action["res_model"]].browse(action["res_id"])
        self.run_billing()
        self.assertEqual((job.state, job.done_count), ("done", 5))
        self.assert_billed(self.contracts)
        self.assertEqual(len(job.item_ids.fatura_id), 5)

    def test_overview_shows_what_is_in_progress_and_what_failed(self):
        self.confirm()
        self.contracts[2].partner_id.zip = False
        cards = self.env["reseller.billing.overview"].with_user(self.billing_user)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            card = cards.search([("company_id", "=", self.company.id)])
            return card.queue_count, card.failed_count

        self.assertEqual(count(), (5, 0))
        self.run_billing()
        self.assertEqual(count(), (0, 1))

    def test_work_in_progress_is_deleted_by_nobody(self):
        job = self.confirm()
        with self.assertRaisesRegex(UserError, job.name):
            job.with_user(self.billing_manager).unlink()
        with self.assertRaises(AccessError):
            job.with_user(self.accountant).state = "done"
