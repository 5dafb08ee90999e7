from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.charge_exchange import exchange_charge
from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestChargeChanges(BillingCommon):
    """Changes after the registration of a charge reach the provider, in any order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.charge = cls.fatura.charge_id
        cls.reference = cls.charge.provider_reference

    @property
    def held(self):
        return self.asaas.payments[self.reference]

    def pay_here(self, amount=100.0):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.fatura.ids
        )
        values = {"amount": amount, "payment_difference_handling": "open"}
        return wizard.create(values)._create_payments()

    def later(self, **delta):
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            self.send()

    def test_change_while_a_change_is_being_sent_is_not_lost(self):
        self.fatura._change_fatura(90.0, self.fatura.invoice_date_due)
        job = self.charge._claim()
        outcome = exchange_charge(job)
        self.fatura._change_fatura(80.0, self.fatura.invoice_date_due)
        self.charge._apply_outcome(job, outcome)
        self.send()
        self.assertEqual((self.held["value"], self.fatura.billing_amount), (80.0, 80.0))
        self.assertFalse(self.charge.charge_task)

    def test_news_between_do_not_bring_the_former_due_date_back(self):
        self.asaas.fail = [500]
        self.fatura._change_fatura(100.0, self.day("2026-07-25"))
        self.send()
        self.receive_event(self.fatura, name="PAYMENT_UPDATED")
        self.later(hours=1)
        self.assertEqual(self.held["dueDate"], "2026-07-25")
        self.assertEqual(self.charge.charge_due_date, self.day("2026-07-25"))

    def test_credit_note_of_an_open_fatura_cancels_its_charge_at_once(self):
        self.fatura._reverse_moves([{"invoice_date": self.fatura.invoice_date}], cancel=True)
        self.assertEqual(self.fatura.payment_state, "reversed")
        self.send()
        self.assertEqual((self.held["deleted"], self.held["status"]), (True, "PENDING"))
        self.assertEqual(self.fatura.charge_state, "cancelled")

    def test_credit_note_over_a_part_lowers_the_charge(self):
        note = self.fatura._reverse_moves([{"invoice_date": self.fatura.invoice_date}])
        note.invoice_line_ids.price_unit = 30.0
        note.action_post()
        self.send()
        self.assertEqual((self.held["value"], self.fatura.amount_residual), (70.0, 70.0))

    def test_part_of_a_late_fatura_leaves_it_late(self):
        self.asaas.late_date_may_stay = True
        with freeze_time("2026-07-20 12:00:00"):
            self.held["status"] = "OVERDUE"
            self.receive_event(self.fatura, name="PAYMENT_OVERDUE")
            self.pay_here(40.0)
            self.run_cron("reconcile_charges")
            self.send()
        self.assertEqual((self.held["value"], self.held["dueDate"]), (60.0, "2026-07-10"))

    def test_provider_that_takes_no_past_date_gets_todays(self):
        with freeze_time("2026-07-20 12:00:00"):
            self.held["status"] = "OVERDUE"
            self.receive_event(self.fatura, name="PAYMENT_OVERDUE")
            self.pay_here(40.0)
            self.run_cron("reconcile_charges")
            self.send()
        self.assertEqual((self.held["value"], self.held["dueDate"]), (60.0, "2026-07-20"))

    def test_cash_that_was_undone_there_lets_the_charge_wait_again(self):
        self.pay_here()
        self.send()
        self.assertEqual(self.fatura.charge_state, "received")
        self.fatura.line_ids.remove_move_reconcile()
        self.held["status"] = "PENDING"
        self.receive_event(self.fatura, name="PAYMENT_RECEIVED_IN_CASH_UNDONE")
        self.assertEqual(self.fatura.charge_state, "awaiting")
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura, event="evt_paid")
        self.assertEqual((self.fatura.amount_residual, self.balance("outstanding")), (0.0, 98.01))

    def test_cash_that_was_undone_here_is_taken_back_there(self):
        self.pay_here()
        self.send()
        self.fatura.line_ids.remove_move_reconcile()
        self.fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual((self.held["status"], self.fatura.charge_state), ("PENDING", "awaiting"))
        self.assertEqual(self.asaas.count("POST", "payments"), 1)

    def test_what_was_paid_too_little_can_be_charged(self):
        self.asaas.pay(self.reference, value=60.0)
        self.receive_event(self.fatura)
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.amount_residual), ("received", 40.0)
        )
        self.fatura.with_user(self.accountant).action_register_charge()
        self.send()
        second = self.fatura.charge_id
        self.assertNotEqual(second, self.charge)
        self.assertEqual(self.asaas.payments[second.provider_reference]["value"], 40.0)
        self.asaas.pay(second.provider_reference)
        self.receive_event(self.fatura, event="evt_rest")
        self.assertEqual(self.fatura.amount_residual, 0.0)
        with self.assertRaisesRegex(UserError, "nothing of it is left"):
            self.fatura.action_register_charge()

    def test_charge_older_than_what_is_compared_is_asked_after(self):
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = '2026-01-01' WHERE id = %s",
            [self.charge.id],
        )
        self.env.invalidate_all()
        self.asaas.pay(self.reference)
        self.held["dateCreated"] = "2026-01-01"
        self.run_cron("reconcile_charges")
        self.send()
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )

    def test_client_that_lacks_something_by_now_does_not_keep_the_money_from_being_booked(self):
        self.provider.billing_suspend_days = 5
        with freeze_time("2026-07-20 12:00:00"):
            self.run_cron("follow_up")
            self.assertEqual(self.contract.state, "suspended")
            self.client_partner.zip = False
            self.asaas.pay(self.reference, day="2026-07-20")
            self.receive_event(self.fatura)
        self.assertEqual(self.fatura.amount_residual, 0.0)
        self.assertEqual(self.contract.state, "suspended")
        self.assertIn("CEP", str(self.contract.activity_ids.mapped("note")))

    def test_ledger_of_a_fatura_is_one_click_away(self):
        self.asaas.pay(self.reference)
        self.receive_event(self.fatura)
        self.held["netValue"] = 95.0
        self.receive_event(self.fatura, event="evt_fee")
        action = self.fatura.with_user(self.accountant).action_open_ledger()
        found = self.env["account.move"].search(action["domain"])
        self.assertEqual(len(found), 3)
        self.assertIn(self.fatura, found)
        self.assertIn(self.charge.payment_id.move_id, found)


@tagged("post_install", "-at_install")
class TestPayer(BillingCommon):
    """The client at the provider: created once in an account, and updated with the client."""

    def charged_customer(self, fatura):
        return self.asaas.payments[fatura.charge_id.provider_reference]["customer"]

    def test_client_that_changed_is_told_with_the_next_charge(self):
        fatura = self.make_charged()
        customer = self.charged_customer(fatura)
        self.client_partner.write({"name": "Padaria Sol Ltda", "street": "Rua Nova, 1"})
        second = self.make_charged(month="08")
        self.assertEqual(self.charged_customer(second), customer)
        self.assertEqual(self.asaas.customers[customer]["name"], "Padaria Sol Ltda")
        calls = len(self.asaas.calls)
        self.make_charged(month="09")
        self.assertFalse(
            [path for _method, path in self.asaas.calls[calls:] if "customers" in path]
        )

    def test_other_account_has_clients_of_its_own(self):
        self.make_charged()
        self.asaas.customers.clear()
        key = f"$aact_prod_{'0' * 20}"
        self.provider.write({"state": "enabled", "asaas_api_key": key})
        fatura = self.make_charged(month="08")
        self.assertEqual(fatura.charge_state, "awaiting")
        self.assertEqual(list(self.asaas.customers), [self.charged_customer(fatura)])

    def test_client_that_was_deleted_there_is_made_again(self):
        fatura = self.make_charged()
        customer = self.charged_customer(fatura)
        self.asaas.customers.pop(customer)
        second = self.make_charged(month="08")
        self.assertEqual(second.charge_state, "awaiting")
        self.assertNotEqual(self.charged_customer(second), customer)

    def test_provider_that_asks_for_a_pause_is_left_alone(self):
        client = self._create_client("Lua")
        self._create_contract(client)
        self.asaas.fail = [401] * 50
        first, second = self.make_fatura(), self.make_fatura(partner=client)
        self.send()
        self.assertEqual(len(self.asaas.calls), 1)
        self.assertEqual((first.charge_state, second.charge_state), ("processing", "processing"))
        self.asaas.fail = []
        with freeze_time(fields.Datetime.now() + timedelta(minutes=2)):
            self.send()
        self.assertEqual((first.charge_state, second.charge_state), ("awaiting", "awaiting"))

    def test_who_presses_register_does_not_wait_for_the_pause(self):
        self.asaas.fail = [429]
        fatura = self.make_charged()
        self.assertTrue(self.provider.billing_paused_until)
        fatura.with_user(self.accountant).action_register_charge()
        self.send()
        self.assertEqual(fatura.charge_state, "awaiting")
