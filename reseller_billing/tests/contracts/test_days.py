from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_dues import DuesCommon


class DaysCommon(DuesCommon):
    def make(self, day="2026-07-01", price=310.0, period="monthly", **values):
        """Return a contract by days of a plan of 310.00, activated on a day."""
        plan = self.plan.copy({"name": f"Plano {period}", "price": price, "period": period})
        with freeze_time(f"{day} 12:00:00"):
            return self._create_contract(
                self._create_client("Mercado Lua"),
                date_start=values.pop("start", day),
                is_pro_rata=values.pop("is_pro_rata", True),
                line_ids=[Command.create({"plan_id": plan.id})],
                **values,
            )

    def follow_up(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self.run_cron("follow_up")

    def get_billed(self, contract):
        """Return [(invoice date, due date, total)] of the contract's posted faturas."""
        faturas = contract.fatura_ids.filtered(lambda one: one.state == "posted").sorted("id")
        return [
            (str(one.invoice_date), str(one.invoice_date_due), one.amount_total) for one in faturas
        ]

    def get_credits(self, contract):
        notes = self.env["account.move"].search(
            [("reversed_entry_id", "in", contract.fatura_ids.ids), ("state", "=", "posted")]
        )
        return notes.mapped("amount_total")


@tagged("post_install", "-at_install")
class TestDueDay(DaysCommon):
    """Contracts say on which day faturas are due; the billing date follows."""

    def test_billing_date_follows_the_due_day_and_the_notice(self):
        contract = self.make(
            "2026-06-20", start="2026-08-01", is_pro_rata=False, due_by="day", due_day=5
        )
        self.assertEqual(str(contract.billing_date), "2026-08-01")
        contract.date_start = "2026-07-01"
        self.assertEqual(str(contract.billing_date), "2026-07-26")
        self.bill("2026-07-25")
        self.assertEqual(self.get_billed(contract), [])
        self.bill("2026-07-26")
        self.assertEqual(self.get_billed(contract), [("2026-07-26", "2026-08-05", 310.0)])
        self.assertEqual(str(contract.billing_date), "2026-08-26")
        contract.notice_days = 3
        self.assertEqual(str(contract.billing_date), "2026-09-02")

    def test_day_that_a_month_does_not_have_is_its_last(self):
        contract = self.make(
            "2027-01-15", is_pro_rata=False, due_by="day", due_day=31, notice_days=0
        )
        self.bill("2027-02-28")
        self.assertEqual(
            [due for _issued, due, _total in self.get_billed(contract)],
            ["2027-02-28", "2027-02-28"],
        )

    def test_late_fatura_gives_the_same_notice(self):
        contract = self.make("2026-07-20", is_pro_rata=False, due_by="day", due_day=5)
        self.bill("2026-07-20")
        self.assertEqual(self.get_billed(contract), [("2026-07-20", "2026-07-30", 310.0)])

    def test_form_shows_due_day_and_next_billing(self):
        with Form(self.contract.with_user(self.billing_user)) as form:
            form.due_by = "day"
            form.due_day = 5
            form.notice_days = 7
            self.assertEqual(str(form.billing_date), "2026-07-01")
            form.next_month = "2026-08-01"
            self.assertEqual(str(form.billing_date), "2026-07-29")


@tagged("post_install", "-at_install")
class TestTrial(DaysCommon):
    """No fatura before the end of a trial; it may activate itself."""

    def test_contract_activated_early_is_billed_from_the_end_of_the_trial(self):
        contract = self.make("2026-07-01", trial_end="2026-08-11")
        self.bill("2026-08-10")
        self.assertEqual(self.get_billed(contract), [])
        self.bill("2026-08-11")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [210.0])

    def test_trial_that_is_extended_moves_the_first_period_of_every_plan(self):
        contract = self.make("2026-07-01", period="yearly", trial_end="2026-07-20")
        contract.trial_end = "2026-09-01"
        self.bill("2026-08-31")
        self.assertEqual(self.get_billed(contract), [])
        self.bill("2026-09-01")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [310.0])

    def test_trial_activates_by_itself_if_the_contract_says_so(self):
        values = {"active": False, "trial_end": "2026-07-10"}
        itself = self._create_contract(self._create_client("A"), trial_activates=True, **values)
        waits = self._create_contract(self._create_client("B"), **values)
        broken = self._create_contract(
            self._create_client("C", zip=False), trial_activates=True, **values
        )
        self.follow_up("2026-07-09")
        self.assertEqual(itself.state, "trial")
        with self.assertLogs("odoo.addons.reseller_billing", "ERROR"):
            self.follow_up("2026-07-10")
        self.assertEqual((itself.state, waits.state, broken.state), ("active", "trial", "trial"))
        self.assertIn("CEP", broken.activity_ids.note)
        self.bill("2026-07-10")
        self.assertEqual([total for *_days, total in self.get_billed(itself)], [99.9])


@tagged("post_install", "-at_install")
class TestProRata(DaysCommon):
    """Periods by days: the first one, at cancellation, and when a plan is changed."""

    def test_first_period_is_billed_by_days_if_the_contract_says_so(self):
        contract = self.make("2026-07-22")
        self.assertIn("10 of 31 days", contract.next_preview)
        self.bill("2026-08-01")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [100.0, 310.0])
        first = contract.fatura_ids.sorted("id")[:1]
        self.assertIn("10 of 31 days", first.invoice_line_ids.name)
        whole = self.make("2026-07-22", is_pro_rata=False)
        self.bill("2026-07-22")
        self.assertEqual([total for *_days, total in self.get_billed(whole)], [310.0])

    def test_yearly_plan_begins_by_days_and_keeps_its_cycle(self):
        contract = self.make("2026-07-22", 365.0, "yearly")
        self.bill("2027-08-01")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [344.0, 365.0])

    def test_plan_that_is_added_is_billed_for_the_rest_with_the_next_fatura(self):
        contract = self.make("2026-07-01")
        self.bill("2026-07-01")
        with freeze_time("2026-07-22 12:00:00"):
            self.add_plan("Suporte", 62.0, contract=contract)
        self.bill("2026-08-01")
        self.assertEqual(
            [total for *_days, total in self.get_billed(contract)], [310.0, 310.0 + 62.0 + 20.0]
        )

    def open_change(self, contract, kind, day="2026-07-20", **values):
        wizards = self.env["reseller.billing.contract.change"].with_user(self.billing_user)
        wizards = wizards.with_context(active_id=contract.id, default_kind=kind)
        with Form(wizards) as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    def test_cancellation_credits_the_days_that_are_left(self):
        contract = self.make("2026-07-01")
        self.bill("2026-07-01")
        self.send()
        with freeze_time("2026-07-21 12:00:00"):
            wizard = self.open_change(contract, "cancel")
            self.assertIn("10 of 31 days", wizard.preview)
            self.assertRegex(wizard.preview, "-\ufeff?100.00")
            wizard.action_confirm()
        self.assertEqual((contract.state, self.get_credits(contract)), ("cancelled", [100.0]))
        fatura = contract.fatura_ids
        self.assertEqual(fatura.amount_residual, 210.0)
        with freeze_time("2026-07-21 12:05:00"):
            self.send()
        held = self.asaas.payments[fatura.charge_id.provider_reference]
        self.assertEqual(held["value"], 210.0)

    def test_cancellation_bills_the_days_that_were_used(self):
        contract = self.make("2026-07-01", billing_day=28)
        with freeze_time("2026-07-21 12:00:00"):
            self.assertIn("21 of 31 days", self.open_change(contract, "cancel").preview)
            contract.with_user(self.billing_user).action_cancel()
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [210.0])

    def test_cancellation_of_whole_periods_gives_nothing_back(self):
        contract = self.make("2026-07-01", is_pro_rata=False)
        self.bill("2026-07-01")
        contract.action_cancel()
        self.assertEqual(self.get_credits(contract), [])
        self.assertEqual(contract.fatura_ids.amount_residual, 310.0)

    def test_all_that_is_credited_is_not_owed_again(self):
        contract = self.make("2026-07-01", 300.0)
        self.bill("2026-07-01")
        with freeze_time("2026-06-30 12:00:00"):
            contract.action_cancel()
        self.assertEqual(self.get_credits(contract), [300.0])
        self.assertEqual(contract.due_ids.state, "waived")

    def test_changed_plan_is_credited_and_the_new_one_billed_by_days(self):
        contract = self.make("2026-07-01")
        self.bill("2026-07-01")
        better = self.plan.copy({"name": "Plano melhor", "price": 620.0})
        with freeze_time("2026-07-22 12:00:00"):
            wizard = self.open_change(contract, "plan", plan_id=better)
            self.assertIn("Plano melhor", wizard.preview)
            self.assertEqual(wizard.price, 620.0)
            wizard.action_confirm()
        self.assertEqual(self.get_credits(contract), [100.0])
        self.bill("2026-08-01")
        self.assertEqual(
            [total for *_days, total in self.get_billed(contract)], [310.0, 620.0 + 200.0]
        )
        self.assertEqual(contract.fatura_ids.sorted("id")[:1].amount_residual, 210.0)

    def test_plan_changed_after_the_next_month_was_billed_is_billed_for_both(self):
        contract = self.make("2026-07-01", due_by="day", due_day=5)
        self.bill("2026-07-26")
        better = self.plan.copy({"name": "Plano melhor", "price": 620.0})
        with freeze_time("2026-07-27 12:00:00"):
            wizard = self.open_change(contract, "plan", plan_id=better)
            self.assertEqual(wizard.line_id.display_name, "Plano monthly")
            # 50.00 and 310.00 back; 100.00 and 620.00 of the new one.
            self.assertIn("360.00", wizard.preview.replace("\ufeff", ""))
            wizard.action_confirm()
        self.assertEqual(sorted(self.get_credits(contract)), [50.0, 310.0])
        self.bill("2026-08-26")
        totals = [total for *_days, total in self.get_billed(contract)]
        self.assertEqual(totals, [310.0, 310.0, 620.0 + 100.0 + 620.0])

    def test_suspended_contract_is_cancelled_and_not_billed(self):
        contract = self.make("2026-07-01", billing_day=28)
        with freeze_time("2026-07-10 12:00:00"):
            contract.action_suspend()
        with freeze_time("2026-07-21 12:00:00"):
            contract.action_cancel()
        self.assertEqual((contract.state, self.get_billed(contract)), ("cancelled", []))

    def test_plan_changed_before_it_is_billed_is_billed_for_its_days(self):
        contract = self.make("2026-07-01", billing_day=28)
        better = self.plan.copy({"name": "Plano melhor", "price": 620.0})
        with freeze_time("2026-07-22 12:00:00"):
            self.open_change(contract, "plan", plan_id=better).action_confirm()
        self.bill("2026-07-28")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [210.0 + 200.0])

    def test_plan_of_whole_periods_changes_with_the_next_month(self):
        contract = self.make("2026-07-01", is_pro_rata=False)
        self.bill("2026-07-01")
        better = self.plan.copy({"name": "Plano melhor", "price": 620.0})
        with freeze_time("2026-07-22 12:00:00"):
            wizard = self.open_change(contract, "plan", plan_id=better)
            self.assertIn("whole periods", wizard.preview)
            wizard.action_confirm()
        self.bill("2026-08-01")
        self.assertEqual([total for *_days, total in self.get_billed(contract)], [310.0, 620.0])

    def test_change_needs_a_plan_of_the_contract(self):
        contract = self.make("2026-07-01")
        wizard = self.env["reseller.billing.contract.change"].create(
            {"contract_id": contract.id, "line_id": self.contract.line_ids.id}
        )
        with self.assertRaisesRegex(UserError, contract.name):
            wizard.action_confirm()
