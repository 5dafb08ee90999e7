import json
from datetime import timedelta

from freezegun import freeze_time
from lxml import etree
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon

ATTENTION = (
    "unbilled_count",
    "problem_count",
    "uncharged_count",
    "orphan_count",
    "event_count",
    "trial_count",
    "overdue_count",
)


@tagged("post_install", "-at_install")
class TestOverview(BillingCommon):
    """The first screen: open work, each number one click from its list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "reseller_billing.reseller_billing_group_user"
        cls.user = cls._create_user("subscriptions", group)
        other = cls.env["res.company"].create({"name": "Outra"})
        cls.foreign_user = cls._create_user("elsewhere", group, company=other)

    def card(self, company=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        overview = self.env["reseller.billing.overview"].with_user(user or self.user)
        overview = overview.with_context(allowed_company_ids=(company or self.company).ids)
        return overview.search([("company_id", "=", (company or self.company).id)])

    def assert_listed(self, name, card=None):
        """Assert that a number counts the list that it opens; return the list."""
        card = card or self.card()
        action = card.with_context(overview=name).action_open_list()
        found = self.env[action["res_model"]].with_env(card.env).search(action["domain"])
        self.assertEqual(card[name], len(found), name)
        return found.sudo()

    def test_unknown_number_is_refused(self):
        card = self.card()
        for context in ({}, {"overview": "no_such_number"}):
            with self.subTest(context), self.assertRaisesRegex(UserError, card.name):
                card.with_context(**context).action_open_list()

    def test_nothing_needs_anybody_where_all_is_well(self):
        card = self.card()
        self.assertEqual([name for name in ATTENTION if card[name]], [])
        self.assertEqual(self.assert_listed("active_count"), self.contract)
        self.assertEqual(card.active_amount, 100.0)

    def test_contract_that_cannot_be_billed_and_trial_that_is_over(self):
        self.client_partner.zip = False
        self.run_cron("bill_contracts")
        trial = self._create_contract(
            self._create_client("Lua"), active=False, trial_end="2026-07-01"
        )
        self._create_contract(self._create_client("Sol"), active=False, trial_end="2026-07-02")
        self.assertEqual(self.assert_listed("unbilled_count"), self.contract)
        self.assertEqual(self.assert_listed("trial_count"), trial)

    def test_refused_charge_is_there_until_it_is_mended(self):
        self.asaas.fail_on["POST", "payments"] = [400]
        fatura = self.make_charged()
        card = self.card()
        self.assertEqual(self.assert_listed("problem_count", card), fatura)
        self.assertEqual(card.problem_amount, 100.0)
        fatura.action_register_charge()
        self.send()
        self.assertFalse(self.assert_listed("problem_count"))

    def test_what_is_owed_by_when(self):
        late = self.make_charged(due="2026-07-05")
        soon = self.make_charged(70.0, due="2026-07-16", is_one_off_fatura=True)
        self.make_charged(due="2026-07-17", is_one_off_fatura=True)
        with freeze_time("2026-07-09 12:00:00"):
            card = self.card()
            self.assertEqual(self.assert_listed("overdue_count", card), late)
            self.assertEqual(self.assert_listed("week_count", card), soon)
            self.assertEqual((card.overdue_amount, card.week_amount), (100.0, 70.0))
        self.asaas.pay(late.charge_id.provider_reference)
        self.receive_event(late)
        with freeze_time("2026-07-09 12:00:00"):
            self.assertFalse(self.assert_listed("overdue_count"))

    def test_money_that_was_taken_back_is_there_until_it_is_paid_again(self):
        fatura = self.make_charged()
        reference = fatura.charge_id.provider_reference
        self.asaas.pay(reference)
        self.receive_event(fatura)
        for number, status in enumerate(("CHARGEBACK_REQUESTED", "REFUNDED")):
            with self.subTest(status):
                self.asaas.payments[reference]["status"] = status
                self.receive_event(fatura, event=f"evt_c{number}")
                card = self.card()
                self.assertEqual(self.assert_listed("uncharged_count", card), fatura)
                self.assertEqual(card.uncharged_amount, 100.0)
        fatura.action_register_charge()
        self.send()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura, event="evt_3")
        self.assertFalse(self.assert_listed("uncharged_count"))

    def test_money_of_a_charge_that_was_not_made_here(self):
        self.make_charged()
        values = {"customer": next(iter(self.asaas.customers)), "value": 70.0}
        values["billingType"] = "PIX"
        self.asaas._route("POST", "payments", {}, {**values, "dueDate": "2026-07-10"})
        reference = list(self.asaas.payments)[-1]
        self.asaas.pay(reference)
        self.receive_event(reference=reference)
        card = self.card()
        event = self.assert_listed("orphan_count", card)
        self.assertEqual((event.charge_reference, card.orphan_amount), (reference, 70.0))
        event.action_set_done()
        self.assertFalse(self.assert_listed("orphan_count"))
        self.receive_event(reference=reference, event="evt_later")
        self.run_cron("reconcile_charges")
        self.process()
        self.assertFalse(self.assert_listed("orphan_count"))

    def test_money_not_made_here_is_counted_once_however_often_it_is_told(self):
        self.make_charged()
        values = {"customer": next(iter(self.asaas.customers)), "value": 70.0}
        values["billingType"] = "PIX"
        self.asaas._route("POST", "payments", {}, {**values, "dueDate": "2026-07-10"})
        reference = list(self.asaas.payments)[-1]
        self.asaas.pay(reference, status="CONFIRMED")
        events = self.env["reseller.billing.event"]
        for number in range(2):
            body = {"id": f"evt_{number}", "event": "X", "payment": {"id": reference}}
            events._receive(self.provider, [events._read_payload(json.dumps(body).encode())])
        self.process()
        self.receive_event(reference=reference, event="evt_last")
        self.run_cron("reconcile_charges")
        self.process()
        card = self.card()
        self.assertEqual((card.orphan_count, card.orphan_amount), (1, 70.0))

    def test_news_that_could_not_be_booked(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.provider.billing_fee_account_id = False
        self.receive_event(fatura)
        event = self.assert_listed("event_count")
        self.assertIn(self.provider.name, event.error)

    def test_provider_that_does_not_tell_is_named(self):
        self.provider.sudo().webhook_state = "interrupted"
        self.assertEqual(self.card().deaf_provider, self.provider.name)
        self.provider.sudo().webhook_state = "active"
        self.assertFalse(self.card().deaf_provider)

    def test_work_of_the_night_that_does_not_run_is_named(self):
        crons = self.env["ir.cron"].sudo().search([("cron_name", "like", "Subscription control%")])
        crons.write({"active": True, "nextcall": fields.Datetime.now()})
        self.assertFalse(self.card().stopped_work)
        cron = self.env.ref("reseller_billing.ir_cron_bill_contracts").sudo()
        cron.nextcall = fields.Datetime.now() - timedelta(hours=23)
        self.assertFalse(self.card().stopped_work)
        cron.nextcall = fields.Datetime.now() - timedelta(hours=25)
        self.assertIn("issue faturas", self.card().stopped_work)
        cron.nextcall = fields.Datetime.now()
        self.env.ref("reseller_billing.ir_cron_send_charges").sudo().active = False
        self.assertIn("send charges", self.card().stopped_work)
        self.assertNotIn("issue faturas", self.card().stopped_work)

    def test_work_that_does_not_run_is_told_to_the_responsible_once(self):
        crons = self.env["ir.cron"].sudo().search([("cron_name", "like", "Subscription control%")])
        crons.write({"active": True, "nextcall": fields.Datetime.now()})
        stopped = self.env.ref("reseller_billing.ir_cron_send_charges").sudo()
        stopped.active = False
        companies = self.env["res.company"]
        for _time in range(2):
            companies._tell_stopped_work()
        told = self.company.partner_id.activity_ids
        self.assertEqual(len(told), 1)
        self.assertIn("send charges", told.note)
        self.assertTrue(told.user_id.active)
        # Of what nobody uses nothing is said.
        others = companies.search([("id", "!=", self.company.id)])
        self.assertFalse(others.partner_id.activity_ids.filtered(lambda one: one.note == told.note))
        stopped.active = True
        companies._tell_stopped_work()
        self.assertFalse(self.company.partner_id.activity_ids)

    def test_panel_shows_where_there_is_one(self):
        self.assertFalse(self.card().has_panel)
        panel = self.env["reseller.billing.panel"].create(
            {"name": "oGestor", "url": "https://painel.example", "company_id": self.company.id}
        )
        row = (
            self.env["reseller.billing.panel.row"]
            .sudo()
            .create({"panel_id": panel.id, "resource": "clientes", "reference": "CL-1"})
        )
        self.assertTrue(self.card().has_panel)
        self.assertEqual(self.assert_listed("row_count"), row)
        self.assertFalse(self.assert_listed("link_count"))

    def test_other_companies_and_outsiders_see_nothing_of_it(self):
        self.make_charged(due="2026-07-01")
        self.assertFalse(
            self.env["reseller.billing.overview"]
            .with_user(self.foreign_user)
            .search([("company_id", "=", self.company.id)])
        )
        card = self.card(self.foreign_user.company_id, self.foreign_user)
        self.assertEqual((card.week_count, card.active_count), (0, 0))
        with self.assertRaises(AccessError):
            self.card(user=self._create_user("nobody", "base.group_user"))

    def test_every_link_of_the_card_opens(self):
        arch = self.card().get_view(view_type="kanban")["arch"]
        names = [
            link.get("context").split("'")[3]
            for link in etree.fromstring(arch).findall(".//a[@name='action_open_list']")
        ]
        for name in names:
            self.assert_listed(name)
        self.assertEqual(set(names), {name for name, _amount in self.card()._get_lists()})

    def test_more_companies_cost_no_more_queries(self):
        def count(companies):
            self.card()
            cards = self.env["reseller.billing.overview"].search(
                [("company_id", "in", companies.ids)]
            )
            before = self.env.cr.sql_log_count
            cards.read()
            self.assertEqual(len(cards), len(companies))
            return self.env.cr.sql_log_count - before

        companies = self.env["res.company"].create([{"name": name} for name in "ABC"])
        count(companies[:1])
        self.assertEqual(count(companies), count(companies[:1]))
