from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure, UniqueViolation

from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestContract(BillingCommon):
    """Seed 003, "Configurar a contratação dos clientes"."""

    def test_new_contract_is_in_trial_and_is_set_to_active_on_the_form(self):
        client = self._create_client("Mercado Lua", vat="529.982.247-25")
        contracts = self.env["reseller.billing.contract"].with_user(self.billing_user)
        with Form(contracts) as form:
            form.partner_id = client
            form.save()
            self.assertEqual(form.state, "trial")
            form.state = "active"
        contract = form.record
        self.assertEqual((contract.state, contract.date_active), ("active", self.day("2026-07-01")))
        self.assertTrue(contract.name.startswith("CT"))

    def test_first_contract_of_a_company_makes_its_consumer_final_customer(self):
        consumer = self.company.billing_consumer_id
        self.assertEqual((consumer.name, consumer.company_id), ("Consumidor final", self.company))
        contracts = self.env["reseller.billing.contract"].with_user(self.billing_user)
        for name in ("Mercado Lua", "Mercado Mar"):
            contracts.create({"partner_id": self._create_client(name).id})
        found = self.env["res.partner"].search(
            [("name", "=", "Consumidor final"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(found, consumer)

    def test_user_without_rights_on_companies_makes_the_consumer(self):
        self.company.sudo().billing_consumer_id = False
        contracts = self.env["reseller.billing.contract"].with_user(self.billing_user)
        contracts.create({"partner_id": self._create_client("Mercado Lua").id})
        self.assertEqual(self.company.billing_consumer_id.name, "Consumidor final")

    def test_activation_names_all_that_the_client_lacks(self):
        client = self._create_client("Sem Dados", vat=False, email=False, zip=False)
        contract = self._create_contract(client, active=False)
        with self.assertRaisesRegex(UserError, "CPF/CNPJ is.*e-mail is.*CEP is"):
            contract.with_user(self.billing_user).action_activate()
        self.assertEqual(contract.state, "trial")

    def test_transitions_that_make_no_sense_are_refused(self):
        self.contract.action_cancel()
        for state in ("trial", "active", "suspended"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "Cancelled"):
                self.contract.state = state
        self.contract.action_cancel()
        self.assertEqual(self.contract.state, "cancelled")

    def test_client_has_one_open_contract_of_a_plan(self):
        with self.assertRaisesRegex(ValidationError, self.contract.name), self.env.cr.savepoint():
            self._create_contract(self.client_partner, active=False)
        self.contract.action_cancel()
        self._create_contract(self.client_partner, active=False)

    def test_client_has_one_open_contract_without_plan(self):
        self._create_contract(self.client_partner, plan=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._create_contract(self.client_partner, plan=False)
            self.env.flush_all()

    def test_only_active_contracts_are_billed(self):
        for state in ("trial", "suspended", "cancelled"):
            contract = self._create_contract(self._create_client(state), active=state != "trial")
            if state != "trial":
                contract.state = state
            with self.subTest(state), self.assertRaisesRegex(UserError, "is not active"):
                self.env["account.move"].with_user(self.accountant).create(
                    {
                        "move_type": "out_invoice",
                        "billing_contract_id": contract.id,
                        "billing_amount": 10.0,
                        "reference_month": "07",
                        "reference_year": "2026",
                    }
                )

    def make_draft(self, contract, system=False, **values):
        """Return a draft with a line of its own, as an import creates it."""
        moves = self.env["account.move"].with_user(self.accountant).sudo(system)
        return moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": (contract.partner_id or self.client_partner).id,
                "billing_contract_id": contract.id,
                "reference_month": "07",
                "reference_year": "2026",
                "invoice_date": "2026-07-01",
                "invoice_line_ids": [(0, 0, {"name": "Own line", "price_unit": 10.0})],
                **values,
            }
        )

    def test_fatura_with_lines_of_its_own_needs_an_active_contract(self):
        for state in ("trial", "suspended", "cancelled"):
            client = self._create_client(f"Cliente {state}")
            contract = self._create_contract(client, plan=False, active=False)
            plain = self.make_draft(contract.browse())
            refund = self.make_draft(contract, move_type="out_refund")
            system = self.make_draft(contract, system=True)
            if state != "trial":
                contract.action_activate()
                contract.state = state
            with self.subTest(state):
                with self.assertRaisesRegex(UserError, "is not active"), self.env.cr.savepoint():
                    self.make_draft(contract, is_one_off_fatura=True)
                with self.assertRaisesRegex(UserError, "is not active"), self.env.cr.savepoint():
                    plain.write({"partner_id": client.id, "billing_contract_id": contract.id})
                with self.assertRaisesRegex(UserError, "is not active"), self.env.cr.savepoint():
                    system.sudo(False).action_post()
                refund.action_post()
                self.assertEqual(refund.state, "posted")

    def test_issued_fatura_of_a_suspended_contract_can_be_corrected(self):
        fatura = self.make_fatura()
        self.contract.action_suspend()
        fatura.with_user(self.accountant).button_draft()
        fatura.with_user(self.accountant).action_post()
        self.assertEqual(fatura.state, "posted")

    def test_fatura_needs_month_of_two_and_year_of_four_digits(self):
        for year in ("26", "20x6", "1999", False):
            with self.subTest(year), self.assertRaisesRegex(ValidationError, "four"):
                self.env["account.move"].create(
                    {
                        "move_type": "out_invoice",
                        "billing_contract_id": self.contract.id,
                        "billing_amount": 10.0,
                        "reference_month": "07",
                        "reference_year": year,
                    }
                )

    def test_fatura_of_another_clients_contract_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not a contract of"):
            self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self._create_client("Other").id,
                    "billing_contract_id": self.contract.id,
                    "billing_amount": 10.0,
                    "reference_month": "07",
                    "reference_year": "2026",
                }
            )

    def test_second_fee_of_a_month_is_refused_unless_something_else_or_the_first_is_cancelled(self):
        fatura = self.make_fatura()
        for amount in (100.0, False):
            with self.subTest(amount), self.assertRaisesRegex(UserError, fatura.name):
                self.make_fee("07", amount)
        self.make_fatura(is_one_off_fatura=True)
        fatura.button_cancel_fatura()
        self.make_fee("07")
        self.assertEqual(len(self.contract.fatura_ids), 3)

    def make_fee(self, month, amount=False, contract=None):
        """Create the monthly fee of a month by RPC; without a value it is what is owed."""
        return (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "billing_contract_id": (contract or self.contract).id,
                    "billing_amount": amount,
                    "reference_month": month,
                    "reference_year": "2026",
                    "is_one_off_fatura": False,
                }
            )
        )

    def test_contract_without_plan_has_one_monthly_fatura(self):
        self.contract.action_cancel()
        contract = self._create_contract(self.client_partner, plan=False)
        fatura = self.make_fatura(30.0)
        self.assertFalse(fatura.is_one_off_fatura)
        with self.assertRaisesRegex(UserError, fatura.name):
            self.make_fee("07", 30.0, contract)
        self.assertTrue(self.make_fatura(30.0).is_one_off_fatura)
        fatura.button_cancel_fatura()
        self.make_fee("07", 30.0, contract)

    def test_value_is_what_the_client_pays_with_taxes_inside(self):
        tax = self.env["account.tax"].create(
            {"name": "5 % on top", "amount": 5.0, "type_tax_use": "sale"}
        )
        self.product.taxes_id = tax
        for amount in (100.0, 99.99, 5.07, 33.33):
            with self.subTest(amount):
                fatura = self.make_fatura(amount, is_one_off_fatura=True)
                self.assertEqual(fatura.amount_total, amount)
                self.assertAlmostEqual(fatura.amount_tax, amount - amount / 1.05, delta=0.0051)

    def test_service_invoice_finds_code_and_iss_ready(self):
        self.plan.write({"service_code": "1.05", "iss_rate": 2.9})
        fatura = self.make_fatura(80.0)
        self.assertEqual(
            fatura._prepare_service_invoice(),
            [
                {
                    "code": "1.05",
                    "iss_rate": 2.9,
                    "name": "Emissor NF-e 07/2026",
                    "amount": 80.0,
                }
            ],
        )
        self.assertFalse(fatura.can_issue_service_invoice)
        with self.assertRaisesRegex(UserError, "NFS-e"):
            fatura.with_user(self.accountant).action_issue_service_invoice()

    def test_fatura_of_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "more than zero"):
            self.make_fatura(-1.0)

    def test_faturas_use_a_journal_of_their_own(self):
        fatura = self.make_fatura()
        self.assertEqual(fatura.journal_id, self.provider.billing_journal_id)
        self.assertNotEqual(fatura.journal_id, self.company_data["default_journal_sale"])

    def test_users_of_another_company_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other company"})
        stranger = self._create_user(
            "stranger", "reseller_billing.reseller_billing_group_manager", other
        )
        fatura = self.make_fatura()
        for record in (self.contract, self.plan, fatura):
            with self.subTest(record), self.assertRaises(AccessError):
                record.with_user(stranger).check_access("read")

    def test_rights_of_user_manager_and_others(self):
        with self.assertRaises(AccessError):
            self.contract.with_user(self.other_user).check_access("read")
        self.contract.with_user(self.billing_user).check_access("write")
        with self.assertRaises(AccessError):
            self.plan.with_user(self.billing_user).check_access("write")
        self.plan.with_user(self.billing_manager).check_access("write")
        fatura = self.make_fatura()
        fatura.with_user(self.billing_user).check_access("read")
        plain = self.env["account.move"].create({"move_type": "entry"})
        with self.assertRaises(AccessError):
            plain.with_user(self.billing_user).check_access("read")
        with self.assertRaises(AccessError):
            fatura.with_user(self.billing_user).check_access("write")


@tagged("post_install", "-at_install")
class TestBilling(BillingCommon):
    """Automatic billing: each contract once in a reference month."""

    def bill(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self.run_cron("bill_contracts")

    def months(self, contract=None):
        faturas = (contract or self.contract).fatura_ids.filtered(lambda one: one.state == "posted")
        return sorted(f"{one.reference_year}-{one.reference_month}" for one in faturas)

    def test_contract_is_billed_once_on_its_day(self):
        self.contract.billing_day = 10
        self.bill("2026-07-09")
        self.assertEqual(self.months(), [])
        self.bill("2026-07-10")
        self.bill("2026-07-10")
        self.bill("2026-07-31")
        self.assertEqual(self.months(), ["2026-07"])
        fatura = self.contract.fatura_ids
        self.assertEqual((fatura.amount_total, fatura.charge_state), (100.0, "processing"))
        self.assertEqual(fatura.invoice_date_due, self.day("2026-07-20"))

    def test_contract_older_than_its_provider_takes_that_one(self):
        self.contract.sudo().provider_id = False
        self.provider.state = "disabled"
        self.contract.sudo().state = "active"
        self.bill("2026-07-10")
        self.assertEqual(self.months(), [])
        self.assertIn("has no provider", self.contract.billing_error)
        self.provider.state = "test"
        self.bill("2026-07-10")
        self.assertEqual(self.months(), ["2026-07"])
        self.assertEqual(self.contract.provider_id, self.provider)

    def test_missed_months_are_caught_up(self):
        self.bill("2026-09-15")
        self.assertEqual(self.months(), ["2026-07", "2026-08", "2026-09"])
        last = self.contract.fatura_ids.sorted("reference_month")[-1]
        self.assertEqual(last.invoice_date_due, self.day("2026-09-25"))

    def test_shorter_month_is_billed_on_its_last_day(self):
        contract = self._create_contract(self._create_client("Lua"), billing_day=31)
        contract.next_month = "2027-02-01"
        self.bill("2027-02-27")
        self.assertEqual(self.months(contract), [])
        self.bill("2027-02-28")
        self.assertEqual(self.months(contract), ["2027-02"])

    def test_month_that_was_billed_by_hand_is_left_out(self):
        self.make_fatura()
        self.bill("2026-07-01")
        self.assertEqual(self.contract.fatura_ids.amount_total, 100.0)

    def test_cancelled_fatura_is_not_made_again_by_itself(self):
        self.bill("2026-07-01")
        self.contract.fatura_ids.button_cancel_fatura()
        self.bill("2026-07-02")
        self.assertEqual(self.months(), [])
        self.make_fatura()
        self.assertEqual(self.months(), ["2026-07"])

    def test_plans_are_billed_by_their_period(self):
        yearly = self.plan.copy({"name": "Anual", "period": "yearly", "price": 600.0})
        quarterly = self.plan.copy({"name": "Trimestral", "period": "quarterly", "price": 90.0})
        self.contract.line_ids = [(0, 0, {"plan_id": yearly.id}), (0, 0, {"plan_id": quarterly.id})]
        self.assertEqual(self.contract.amount_month, 180.0)
        self.bill("2026-10-01")
        amounts = self.contract.fatura_ids.sorted("reference_month").mapped("amount_total")
        self.assertEqual(amounts, [790.0, 100.0, 100.0, 190.0])

    def make_started(self, start, period="monthly", **values):
        """Return an active contract of one plan that starts on a day."""
        plan = self.plan.copy({"name": period, "period": period})
        client = self._create_client("Mercado Lua")
        lines = [(0, 0, {"plan_id": plan.id})]
        return self._create_contract(client, date_start=start, line_ids=lines, **values)

    def test_yearly_plan_is_billed_first_in_the_month_of_the_start(self):
        contract = self.make_started("2026-09-01", period="yearly")
        self.bill("2026-08-31")
        self.assertEqual(self.months(contract), [])
        for day in ("2026-09-01", "2026-10-01", "2026-12-01", "2027-12-01"):
            self.bill(day)
        self.assertEqual(self.months(contract), ["2026-09", "2027-09"])

    def test_nothing_is_billed_before_the_start(self):
        contract = self.make_started("2026-08-20")
        self.bill("2026-08-19")
        self.assertEqual(self.months(contract), [])
        self.bill("2026-08-20")
        self.assertEqual(self.months(contract), ["2026-08"])
        self.assertEqual(contract.fatura_ids.invoice_date_due, self.day("2026-08-30"))
        self.bill("2026-09-01")
        self.assertEqual(self.months(contract), ["2026-08", "2026-09"])

    def test_month_before_the_start_is_refused(self):
        contract = self.make_started("2026-08-20")
        with self.assertRaisesRegex(ValidationError, "starts on 2026-08-20.*07/2026"):
            contract.next_month = "2026-07-01"

    def test_plan_that_is_added_or_changed_later_is_billed_from_the_next_month_on(self):
        contract = self.make_started("2026-07-01")
        self.bill("2026-09-01")
        yearly = self.plan.copy({"name": "Anual", "period": "yearly", "price": 600.0})
        half = self.plan.copy({"name": "Semestral", "period": "semiannual", "price": 60.0})
        with freeze_time("2026-09-15 12:00:00"):
            contract.line_ids = [(0, 0, {"plan_id": yearly.id})]
        self.bill("2026-11-01")
        amounts = contract.fatura_ids.sorted("reference_month").mapped("amount_total")
        self.assertEqual(amounts, [100.0, 100.0, 100.0, 700.0, 100.0])
        with freeze_time("2026-11-15 12:00:00"):
            contract.line_ids[0].plan_id = half
        self.bill("2027-06-01")
        self.assertEqual(self.months(contract)[5:], ["2026-12", "2027-06"])

    def test_plan_without_first_month_counts_from_the_activation(self):
        contract = self.make_started("2026-07-01", period="quarterly")
        contract.line_ids.first_month = False
        self.bill("2027-01-01")
        self.assertEqual(self.months(contract), ["2026-07", "2026-10", "2027-01"])

    def test_next_month_entered_by_hand_is_billed(self):
        contract = self.make_started("2026-07-01", period="yearly", next_month="2026-09-10")
        self.assertEqual(contract.next_month, self.day("2026-09-01"))
        self.bill("2026-09-01")
        self.assertEqual(self.months(contract), ["2026-09"])
        contract.next_month = "2026-12-15"
        self.bill("2027-12-31")
        self.assertEqual(self.months(contract), ["2026-09", "2026-12", "2027-12"])

    def test_earlier_month_entered_by_hand_leaves_plans_of_longer_periods_alone(self):
        contract = self.make_started("2026-05-01")
        yearly = self.plan.copy({"name": "Anual", "period": "yearly", "price": 600.0})
        contract.line_ids = [(0, 0, {"plan_id": yearly.id})]
        contract.next_month = "2026-06-01"
        self.bill("2026-07-01")
        amounts = contract.fatura_ids.sorted("reference_month").mapped("amount_total")
        self.assertEqual(amounts, [100.0, 700.0])

    def suspend(self, contract, since, until):
        with freeze_time(f"{since} 12:00:00"):
            contract.action_suspend()
        with freeze_time(f"{until} 12:00:00"):
            contract.action_activate()

    def test_months_of_suspension_are_not_billed(self):
        self.bill("2026-09-01")
        self.suspend(self.contract, "2026-09-15", "2027-01-20")
        self.bill("2027-01-20")
        self.assertEqual(self.months(), ["2026-07", "2026-08", "2026-09", "2027-01"])
        self.contract.next_month = "2026-12-01"
        self.bill("2027-01-21")
        self.assertEqual(self.months()[3:], ["2026-12", "2027-01"])

    def test_suspension_within_a_month_loses_nothing(self):
        self.contract.billing_day = 10
        self.suspend(self.contract, "2026-07-05", "2026-07-20")
        self.bill("2026-07-20")
        self.assertEqual(self.months(), ["2026-07"])

    def test_period_that_would_have_begun_in_a_suspension_begins_with_the_reactivation(self):
        paid = self.make_started("2026-07-01", period="yearly")
        over = self._create_contract(
            self._create_client("Padaria Mar"),
            line_ids=[(0, 0, {"plan_id": paid.line_ids.plan_id.id})],
        )
        self.bill("2026-07-01")
        self.suspend(paid, "2026-09-15", "2027-02-20")
        self.suspend(over, "2027-05-15", "2027-09-20")
        self.bill("2028-10-01")
        self.assertEqual(self.months(paid), ["2026-07", "2027-07", "2028-07"])
        self.assertEqual(self.months(over), ["2026-07", "2027-09", "2028-09"])

    def test_contract_that_cannot_be_billed_keeps_no_other_from_it(self):
        broken = self._create_contract(self._create_client("Sem CEP"))
        broken.partner_id.zip = False
        self.bill("2026-07-01")
        self.bill("2026-07-01")
        self.assertEqual((self.months(), self.months(broken)), (["2026-07"], []))
        self.assertIn("CEP", broken.billing_error)
        self.assertEqual(len(broken.activity_ids), 1)
        broken.partner_id.zip = "01310-100"
        self.bill("2026-07-02")
        self.assertEqual((self.months(broken), broken.billing_error), (["2026-07"], False))
        self.assertFalse(broken.activity_ids)

    def test_notice_of_a_contract_not_billed_leaves_the_to_dos_of_others_open(self):
        todo = self.contract.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Fatura not issued",
            user_id=self.billing_user.id,
        )
        self.client_partner.zip = False
        self.bill("2026-07-01")
        self.assertEqual(len(self.contract.activity_ids), 2)
        self.client_partner.zip = "01310-100"
        self.bill("2026-07-02")
        self.assertEqual(self.contract.activity_ids, todo)

    def bill_triggers(self, day):
        """Bill, and return after how many minutes billing is retried."""
        cron = self.env.ref("reseller_billing.ir_cron_bill_contracts")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.bill(day)
        found = triggers.search([("cron_id", "=", cron.id)]).mapped("call_at")
        return [(at - Datetime.to_datetime(f"{day} 12:00:00")).total_seconds() / 60 for at in found]

    def test_contracts_that_somebody_else_has_are_billed_a_minute_later(self):
        self.assertEqual(self.bill_triggers("2026-06-30"), [])
        contracts = type(self.contract)
        with patch.object(contracts, "try_lock_for_update", lambda self, **kwargs: self.browse()):
            self.assertEqual(self.bill_triggers("2026-07-01"), [1.0])
        with patch.object(contracts, "_bill_due", side_effect=SerializationFailure):
            self.assertEqual(self.bill_triggers("2026-07-01"), [1.0])
        self.assertFalse(self.months())
        self.assertEqual(self.bill_triggers("2026-07-01"), [])
        self.assertEqual(self.months(), ["2026-07"])

    def test_who_is_not_active_or_has_no_plan_is_not_billed(self):
        self.contract.action_suspend()
        without = self._create_contract(self._create_client("Livre"), plan=False)
        self.bill("2026-08-01")
        self.assertEqual((self.months(), self.months(without)), ([], []))

    def test_button_bills_what_is_due(self):
        action = self.contract.with_user(self.accountant).action_bill_now()
        self.assertEqual(action["domain"], [("id", "in", self.contract.fatura_ids.ids)])
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            self.contract.with_user(self.accountant).action_bill_now()
