import requests
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...tools.charge_exchange import exchange_charge
from ..common_billing import BillingCommon


@tagged("post_install", "-at_install")
class TestRefund(BillingCommon):
    """Refunds and chargebacks: requested once, booked as the provider reports them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.reference = cls.fatura.charge_id.provider_reference

    def setUp(self):
        super().setUp()
        self.events = 0

    def pay(self, **values):
        self.asaas.pay(self.reference, **values)
        self.news()

    def news(self):
        self.events += 1
        self.receive_event(self.fatura, reference=self.reference, event=f"evt_refund_{self.events}")

    def refund(self, amount):
        self.fatura.charge_id._request_refund(amount)
        self.send()

    def asked(self):
        return self.asaas.count("POST", f"payments/{self.reference}/refund")

    def went_back(self):
        return sum(item["value"] for item in self.asaas.payments[self.reference]["refunds"])

    def open_items(self):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.client_partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )

    def test_refund_of_a_cancelled_fatura_takes_the_clients_credit_and_no_revenue(self):
        self.fatura.button_cancel_fatura()
        self.pay()
        self.assertEqual(self.open_items().mapped("amount_residual"), [-100.0])
        self.refund(100.0)
        self.assertFalse(self.open_items())
        self.assertFalse(self.fatura.reversal_move_ids)
        self.assertEqual(self.fatura.charge_id.charge_refunded, 100.0)

    def test_refund_of_what_was_paid_twice_takes_the_credit_first(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.fatura.ids
        )
        wizard.create({"amount": 60.0, "payment_difference_handling": "open"})._create_payments()
        self.assertEqual(self.fatura.amount_residual, 40.0)
        self.asaas.payments[self.reference]["value"] = 100.0
        self.pay()
        self.assertEqual(sum(self.open_items().mapped("amount_residual")), -60.0)
        self.refund(60.0)
        self.assertFalse(self.open_items())
        self.assertFalse(self.fatura.reversal_move_ids)
        self.refund(40.0)
        self.assertFalse(self.open_items())
        self.assertEqual(self.fatura.reversal_move_ids.amount_total, 40.0)

    def test_refund_of_money_that_settled_something_else_is_left_to_a_person(self):
        self.fatura.button_cancel_fatura()
        self.pay()
        other = self.make_fatura(month="08", is_one_off_fatura=True)
        (self.open_items()).reconcile()
        self.assertEqual(other.amount_residual, 0.0)
        self.refund(100.0)
        self.assertFalse(self.fatura.reversal_move_ids)
        self.assertIn("went back", self.fatura.activity_ids[-1:].note)
        self.assertEqual(self.open_items().mapped("amount_residual"), [100.0])

    def test_refund_that_is_under_way_is_not_asked_for_again(self):
        self.pay()
        self.asaas.refund_status = "PENDING"
        failure = ("after", requests.exceptions.ReadTimeout())
        self.asaas.fail_on["POST", f"payments/{self.reference}/refund"] = [failure]
        self.refund(40.0)
        self.fatura.charge_id.charge_next_attempt = "2020-01-01"
        self.send()
        self.assertEqual((self.asked(), self.went_back()), (1, 40.0))
        self.assertEqual(self.fatura.charge_id.charge_refunded, 0.0)
        self.refund(40.0)
        self.assertEqual((self.asked(), self.went_back()), (2, 80.0))
        with self.assertRaisesRegex(UserError, "20.00 of its charge"):
            self.refund(20.01)
        for item in self.asaas.payments[self.reference]["refunds"]:
            item["status"] = "DONE"
        self.news()
        self.assertEqual(self.fatura.charge_id.charge_refunded, 80.0)
        self.assertEqual(sum(self.fatura.reversal_move_ids.mapped("amount_total")), 80.0)

    def test_refund_whose_amount_is_not_said_yet_is_waited_for(self):
        self.pay()
        self.asaas.payments[self.reference]["status"] = "REFUND_IN_PROGRESS"
        self.refund(40.0)
        self.assertEqual(self.asked(), 0)
        self.assertIn("does not say how much", self.fatura.charge_problem)
        self.asaas.payments[self.reference]["status"] = "RECEIVED"
        self.fatura.charge_id.charge_next_attempt = "2020-01-01"
        self.send()
        self.assertEqual((self.asked(), self.fatura.charge_id.charge_refunded), (1, 40.0))

    def test_refused_refund_can_be_asked_for_again(self):
        self.pay()
        self.asaas.fail_on["POST", f"payments/{self.reference}/refund"] = [400]
        self.refund(100.0)
        self.assertEqual(self.fatura.charge_state, "received")
        self.assertTrue(self.fatura.charge_problem)
        self.refund(100.0)
        self.assertEqual((self.asked(), self.fatura.charge_state), (2, "refunded"))

    def test_refund_that_the_provider_gave_up_can_be_asked_for_again(self):
        self.pay()
        self.asaas.refund_status = "PENDING"
        self.refund(100.0)
        self.asaas.payments[self.reference]["refunds"][0]["status"] = "CANCELLED"
        self.news()
        self.asaas.refund_status = "DONE"
        self.refund(100.0)
        self.assertEqual(self.fatura.charge_id.charge_refunded, 100.0)

    def test_second_refund_while_one_is_being_sent_is_not_lost(self):
        self.pay()
        charge = self.fatura.charge_id
        charge._request_refund(40.0)
        job = charge._claim()
        outcome = exchange_charge(job)
        charge._request_refund(30.0)
        charge._apply_outcome(job, outcome)
        self.assertEqual(charge.charge_task, "refund")
        self.send()
        self.assertEqual((self.went_back(), charge.charge_refunded), (70.0, 70.0))

    def test_won_chargeback_of_what_was_collected_anew_is_told(self):
        self.pay()
        self.asaas.payments[self.reference]["status"] = "CHARGEBACK_REQUESTED"
        self.news()
        first = self.fatura.charge_id
        self.fatura.action_register_charge()
        self.send()
        second = self.fatura.charge_id.provider_reference
        self.asaas.pay(second)
        self.receive_event(reference=second, event="evt_second")
        self.assertEqual(self.fatura.amount_residual, 0.0)
        self.asaas.payments[self.reference]["status"] = "RECEIVED"
        self.news()
        self.assertEqual(first.charge_state, "received")
        self.assertEqual(self.open_items().mapped("amount_residual"), [-100.0])
        self.assertIn("does not fit", self.fatura.activity_ids.mapped("summary")[-1])

    def test_refund_under_way_is_said_before_another_is_asked_for(self):
        fatura = self.make_charged()
        self.asaas.pay(fatura.charge_id.provider_reference)
        self.receive_event(fatura)
        wizards = self.env["reseller.billing.refund"].with_user(self.billing_manager)
        wizards = wizards.with_context(active_id=fatura.id)
        self.assertEqual(Form(wizards).amount_under_way, 0.0)
        fatura.charge_id._request_refund(30.0)
        with Form(wizards) as form:
            self.assertEqual((form.amount_under_way, form.amount), (30.0, 70.0))
