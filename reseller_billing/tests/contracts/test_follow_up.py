from unittest.mock import patch

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.fields import Binary
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestFollowUp(BillingCommon):
    """E-mails, reminders, trials, suspension and reactivation."""

    def mails(self, fatura):
        return self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", fatura.id)]
        )

    def follow_up(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self.run_cron("follow_up")

    def test_client_gets_the_fatura_once_it_can_be_paid(self):
        fatura = self.make_fatura()
        self.assertFalse(self.mails(fatura))
        self.send()
        mail = self.mails(fatura)
        self.assertEqual(mail.recipient_ids, self.client_partner)
        self.assertIn(fatura.slip_line, mail.body_html)
        self.assertIn(fatura.pix_payload, mail.body_html)
        self.assertEqual(mail.attachment_ids.mapped("mimetype"), ["application/pdf"])
        self.assertTrue(fatura.fatura_mailed_at)
        self.receive_event(fatura, name="PAYMENT_CREATED")
        fatura._change_fatura(90.0, self.day("2026-07-12"))
        self.send()
        self.assertEqual(len(self.mails(fatura)), 1)

    def test_fatura_is_mailed_again_on_request(self):
        fatura = self.make_charged()
        fatura.with_user(self.accountant).action_mail_fatura()
        self.assertEqual(len(self.mails(fatura)), 2)

    def test_each_reminder_is_sent_once(self):
        fatura = self.make_charged(due="2026-07-10")
        expected = {
            "2026-07-06": 1,
            "2026-07-07": 2,
            "2026-07-08": 2,
            # The day after the due date was missed.
            "2026-07-12": 3,
            "2026-07-13": 3,
            "2026-07-30": 3,
        }
        for day, count in expected.items():
            with self.subTest(day):
                self.follow_up(day)
                self.assertEqual(len(self.mails(fatura)), count)

    def test_paid_fatura_and_contract_without_reminders_are_left_in_peace(self):
        fatura = self.make_charged(due="2026-07-10")
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        other = self.make_charged(due="2026-07-10", is_one_off_fatura=True)
        self.contract.reminder_ids = False
        self.follow_up("2026-07-07")
        self.assertEqual((len(self.mails(fatura)), len(self.mails(other))), (1, 1))

    def test_end_of_trial_is_told_once(self):
        contract = self._create_contract(
            self._create_client("Lua"), active=False, trial_end="2026-07-15"
        )
        for day, count in (("2026-07-14", 0), ("2026-07-15", 1), ("2026-07-16", 1)):
            with self.subTest(day):
                self.follow_up(day)
                self.assertEqual(len(contract.activity_ids), count)
        contract.activity_ids.action_done()
        self.follow_up("2026-07-17")
        self.assertFalse(contract.activity_ids)
        contract.trial_end = "2026-07-20"
        self.follow_up("2026-07-20")
        self.assertEqual(len(contract.activity_ids), 1)

    def test_somebody_who_works_here_is_told(self):
        contract = self._create_contract(
            self._create_client("Lua"), active=False, trial_end="2026-07-15"
        )
        clerk, former = self.billing_user, self._create_user("former", "base.group_user")
        seller = self._create_user("seller", "base.group_user")
        former.active = False
        for own, provider, salesperson, expected in (
            (clerk, seller, False, clerk),
            (former, seller, False, seller),
            (False, former, seller, seller),
        ):
            with self.subTest(expected.login, own=own and own.login):
                contract.activity_ids.unlink()
                contract.sudo().write({"user_id": own and own.id, "trial_told": False})
                self.provider.billing_user_id = provider
                contract.partner_id.user_id = salesperson
                self.follow_up("2026-07-16")
                self.assertEqual(contract.activity_ids.user_id, expected)

    def test_manager_or_administrator_of_the_company_is_told_where_nobody_is_named(self):
        system = self.env(user=SUPERUSER_ID)
        company = system["res.company"].create({"name": "Segunda"})
        contract = system["reseller.billing.contract"].create(
            {
                "partner_id": self.client_partner.id,
                "company_id": company.id,
                "user_id": False,
                "trial_end": "2026-07-15",
            }
        )
        for login, group in (
            ("admin", "base.group_system"),
            ("manager", "reseller_billing.reseller_billing_group_manager"),
        ):
            user = self._create_user(f"{login} of Segunda", group, company)
            contract.activity_ids.unlink()
            contract.trial_told = False
            with self.subTest(login):
                self.follow_up("2026-07-16")
                self.assertEqual(contract.activity_ids.user_id, user)

    def test_charge_without_anybody_is_told_to_a_manager_of_its_company(self):
        fatura = self.make_charged()
        self.contract.user_id = self.provider.billing_user_id = False
        charge = fatura.charge_id.with_user(SUPERUSER_ID)
        self.client_partner.user_id = self.billing_user
        self.assertEqual(charge._get_fatura_responsible(), self.billing_user)
        self.client_partner.user_id = False
        found = charge._get_fatura_responsible()
        self.assertTrue(found.has_group("reseller_billing.reseller_billing_group_manager"))
        self.assertIn(self.company, found.company_ids)

    def test_who_does_not_pay_is_suspended_and_active_again_once_paid(self):
        self.provider.billing_suspend_days = 10
        fatura = self.make_charged(due="2026-07-10")
        self.follow_up("2026-07-20")
        self.assertEqual(self.contract.state, "active")
        self.follow_up("2026-07-21")
        self.assertEqual(
            (self.contract.state, self.contract.suspension_reason), ("suspended", "overdue")
        )
        self.asaas.pay(fatura.charge_id.provider_reference, interest=2.4, day="2026-07-22")
        with freeze_time("2026-07-22 12:00:00"):
            self.receive_event(fatura)
        self.assertEqual((self.contract.state, fatura.charge_state), ("active", "received"))

    def test_payment_after_months_bills_none_of_them(self):
        self.provider.billing_suspend_days = 10
        fatura = self.make_charged(due="2026-07-10")
        self.follow_up("2026-07-21")
        self.asaas.pay(fatura.charge_id.provider_reference, day="2026-10-22")
        with freeze_time("2026-10-22 12:00:00"):
            self.receive_event(fatura)
            self.run_cron("bill_contracts")
        self.assertEqual(
            self.contract.fatura_ids.sorted("id")[1:].mapped("reference_month"), ["10"]
        )

    def test_reminder_that_cannot_be_written_stops_nothing_else(self):
        self.provider.billing_suspend_days = 6
        late = self.make_charged(due="2026-07-10")
        first = self.contract.sudo().reminder_ids.sorted("days")[0]
        first.template_id = first.template_id.copy(
            {"body_html": "<p t-out='1 / (object.amount_total - 77)'/>"}
        )
        client = self._create_client("Lua")
        self._create_contract(client)
        soon = self.make_charged(77.0, partner=client, due="2026-07-20")
        with self.assertLogs("odoo.addons.reseller_billing.models.contracts.reminder"):
            self.follow_up("2026-07-17")
        # The first mail of each is the fatura's own.
        self.assertEqual((len(self.mails(soon)), len(self.mails(late))), (1, 2))
        self.assertEqual(self.contract.state, "suspended")

    def test_reminder_that_cannot_be_written_is_told_on_the_contract(self):
        first = self.contract.sudo().reminder_ids.sorted("days")[0]
        first.template_id = first.template_id.copy(
            {"body_html": "<p t-out='1 / (object.amount_total - 77)'/>"}
        )
        fatura = self.make_charged(77.0, due="2026-07-10")
        for day in ("2026-07-07", "2026-07-08"):
            with self.assertLogs("odoo.addons.reseller_billing.models.contracts.reminder"):
                self.follow_up(day)
        (notice,) = self.contract.activity_ids
        self.assertEqual(notice.user_id, self.contract.user_id)
        self.assertIn(first.name, notice.note)
        self.assertIn(fatura.name, notice.summary)

    def test_suspension_that_fails_is_told_on_the_contract(self):
        self.provider.billing_suspend_days = 6
        self.make_charged(due="2026-07-10")
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE reseller_billing_contract"
            " ADD CONSTRAINT no_suspension CHECK (state <> 'suspended')"
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.reseller_billing.models.contracts.contract_follow_up"),
        ):
            self.follow_up("2026-07-17")
        self.assertEqual(self.contract.state, "active")
        self.assertIn("no_suspension", self.contract.activity_ids.note)

    def test_each_reminder_reads_its_own_fatura_only(self):
        clients = [self._create_client(name) for name in ("Lua", "Sol", "Mar", "Rio", "Vento")]
        for client in clients:
            self._create_contract(client)

        def count(day, due):
            self.env.invalidate_all()
            before, read = self.env.cr.sql_log_count, Binary.read
            slips = []

            def watch(field, records):
                if field.name == "slip_pdf":
                    slips.append(len(records))
                return read(field, records)

            with patch.object(Binary, "read", watch):
                self.follow_up(day)
            return self.env.cr.sql_log_count - before, slips

        costs = []
        for number, month in ((2, "07"), (4, "08")):
            for client in clients[:number]:
                self.make_charged(partner=client, month=month, due=f"2026-{month}-20")
            cost, slips = count(f"2026-{month}-17", f"2026-{month}-20")
            self.assertEqual(slips, [1] * number)
            costs.append(cost)
        self.assertLess(costs[1], 2 * costs[0])

    def test_following_up_goes_on_where_time_was_over(self):
        cron = self.env.ref("reseller_billing.ir_cron_follow_up")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        for name in ("Lua", "Sol"):
            client = self._create_client(name)
            self._create_contract(client)
            self.make_charged(partner=client, due="2026-07-20")
        sent = self.env["reseller.billing.reminder.sent"]
        contracts = self.env(user=SUPERUSER_ID)["reseller.billing.contract"]
        with (
            freeze_time("2026-07-17 12:00:00"),
            patch.object(type(cron), "_commit_progress", lambda self, *args, **kwargs: 0.0),
        ):
            contracts._cron_follow_up()
        self.assertEqual(sent.search_count([]), 1)
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers)
        self.follow_up("2026-07-17")
        self.assertEqual(sent.search_count([]), 2)

    def test_who_was_suspended_by_hand_stays_so(self):
        fatura = self.make_charged()
        self.contract.action_suspend()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.assertEqual(self.contract.state, "suspended")


@tagged("post_install", "-at_install")
class TestWizards(BillingCommon):
    """Change, refund and batch, by users with access."""

    def open(self, model, fatura, user=None):
        wizards = self.env[model].with_user(user or self.accountant)
        return Form(wizards.with_context(active_id=fatura.id, active_model="account.move"))

    def test_fatura_is_changed(self):
        fatura = self.make_charged()
        with self.open("reseller.billing.change", fatura) as form:
            self.assertEqual(form.amount, 100.0)
            form.amount = 80.0
        form.record.action_confirm()
        self.send()
        self.assertEqual(fatura.amount_total, 80.0)
        held = self.asaas.payments[fatura.charge_id.provider_reference]
        self.assertEqual(held["value"], 80.0)

    def test_only_managers_refund(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        with self.assertRaises(AccessError):
            self.open("reseller.billing.refund", fatura)
        with self.open("reseller.billing.refund", fatura, self.billing_manager) as form:
            self.assertEqual(form.amount, 100.0)
            form.amount = 25.0
        form.record.action_confirm()
        self.send()
        self.assertEqual(fatura.charge_refunded, 25.0)

    def test_batch_shows_what_it_will_do_and_does_it(self):
        second = self._create_contract(self._create_client("Lua"))
        broken = self._create_contract(self._create_client("Sem CEP"))
        broken.partner_id.zip = False
        self.make_fatura()
        batches = self.env["reseller.billing.batch"].with_user(self.accountant)
        with Form(batches.with_company(self.company)) as form:
            form.reference_year = "2026"
            form.reference_month = "07"
        batch = form.record
        chosen = {line.contract_id: (line.is_chosen, line.amount) for line in batch.line_ids}
        self.assertEqual(
            chosen,
            {self.contract: (False, 100.0), second: (True, 100.0), broken: (False, 100.0)},
        )
        self.assertEqual((batch.count, batch.amount), (1, 100.0))
        batch.action_confirm()
        self.assertEqual(second.fatura_ids.amount_total, 100.0)
        self.run_cron("bill_contracts")
        self.assertEqual(len(second.fatura_ids), 1)
        with self.assertRaisesRegex(UserError, "at least one"):
            batch.line_ids.is_chosen = False
            batch.action_confirm()


@tagged("post_install", "-at_install")
class TestReports(BillingCommon):
    """Analysis and statement agree with the ledger."""

    def test_analysis_counts_recurring_billed_paid_and_overdue(self):
        fatura = self.make_charged(100.0)
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        self.make_charged(60.0, is_one_off_fatura=True, due="2026-07-05")
        lost = self._create_contract(self._create_client("Lua"))
        lost.action_cancel()
        with freeze_time("2026-08-02 12:00:00"):
            rows = self.env["reseller.billing.analysis"].with_user(self.billing_user)
            found = rows._read_group(
                [("company_id", "=", self.company.id)],
                ["month:month"],
                [
                    f"{name}:sum"
                    for name in ("mrr", "new_mrr", "lost_mrr", "billed", "paid", "overdue")
                ],
            )
        self.assertEqual(
            [(str(row[0]), *row[1:]) for row in found],
            [
                ("2026-07-01", 100.0, 200.0, 100.0, 160.0, 100.0, 60.0),
                ("2026-08-01", 100.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            ],
        )

    def test_statement_lists_the_clients_faturas(self):
        fatura = self.make_charged(100.0)
        other = self.make_fatura(
            50.0, partner=self._create_contract(self._create_client("Lua")).partner_id
        )
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.accountant)
            ._render_qweb_html("reseller_billing.report_statement", self.client_partner.ids)
        )
        text = html.decode()
        self.assertIn(fatura.name, text)
        self.assertNotIn(other.name, text)
        self.assertIn("100.00", text)

    def test_statement_is_of_the_current_company(self):
        fatura = self.make_fatura()
        data = self.setup_other_company(name="Segunda Revenda")
        other = data["company"]
        foreign = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": other.id,
                "journal_id": data["default_journal_sale"].id,
                "partner_id": self.client_partner.id,
                "invoice_date": "2026-07-01",
                "invoice_line_ids": [(0, 0, {"name": "Plan", "price_unit": 10.0, "tax_ids": []})],
            }
        )
        foreign.action_post()
        contract = self.env["reseller.billing.contract"].create(
            {"partner_id": self.client_partner.id, "company_id": other.id}
        )
        foreign.sudo().write(
            {
                "reference_month": "07",
                "reference_year": "2026",
                "billing_contract_id": contract.id,
            }
        )
        self.accountant.company_ids += other
        for company, expected in ((self.company, fatura), (other, foreign)):
            clients = self.client_partner.with_user(self.accountant).with_context(
                allowed_company_ids=(company | other | self.company).ids
            )
            with self.subTest(company.name):
                self.assertEqual(clients._get_statement_faturas(), expected)
