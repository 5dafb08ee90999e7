from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_billing import BillingCommon

FOR_THE_PAYER = "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"


@tagged("post_install", "-at_install")
class TestMoneyBack(BillingCommon):
    """Refunds of boletos, payments that are taken back, and news that a person must know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fatura = cls.make_registered()
        cls.charge = cls.fatura.charge_id

    def setUp(self):
        super().setUp()
        self.reference = self.charge.provider_reference
        self.held = self.asaas.payments[self.reference]
        self.number = 0

    def hear(self, name):
        self.number += 1
        self.receive_event(self.fatura, name=name, event=f"evt_{self.number}")

    def pay(self, **values):
        self.asaas.pay(self.reference, **values)
        self.hear(f"PAYMENT_{self.held['status']}")

    def test_boleto_is_refunded_by_a_page_for_the_client(self):
        self.pay(method="BOLETO")
        self.assertEqual(self.charge.charge_method, "boleto")
        self.charge._request_refund(100.0)
        self.send()
        self.assertEqual(self.asaas.count("POST", f"payments/{self.reference}/refund"), 0)
        self.assertIn("/r/", self.charge.charge_refund_page)
        mail = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", self.fatura.id)],
            limit=1,
            order="id desc",
        )
        self.assertIn(self.charge.charge_refund_page, mail.body_html)
        self.assertFalse(mail.attachment_ids, "nothing is to be paid")
        self.hear("PAYMENT_REFUND_IN_PROGRESS")
        self.assertEqual((self.balance("outstanding"), self.charge.charge_refunded), (98.01, 0.0))
        with self.assertRaisesRegex(UserError, "at most"):
            self.charge._request_refund(100.0)
        self.held["refunds"][0]["status"] = "DONE"
        self.held["status"] = "REFUNDED"
        self.hear("PAYMENT_REFUNDED")
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("refunded", -1.99)
        )

    def test_boleto_goes_back_in_full_only(self):
        self.pay(method="BOLETO")
        with self.assertRaisesRegex(UserError, "all or nothing"):
            self.charge._request_refund(30.0)

    def test_denied_refund_is_told_and_can_be_requested_again(self):
        self.pay(method="BOLETO")
        self.charge._request_refund(100.0)
        self.send()
        self.held["refunds"][0]["status"] = "CANCELLED"
        self.hear("PAYMENT_REFUND_DENIED")
        self.assertIn("did not carry out", self.fatura.activity_ids.note)
        self.charge._request_refund(100.0)

    def test_refunds_of_one_charge_are_told_apart_without_an_id(self):
        self.pay()
        for day, value in (("12", 30.0), ("13", 30.0), ("14", 40.0)):
            self.asaas.refund(self.reference, value)
            self.held["refunds"][-1]["dateCreated"] = f"2026-07-{day} 10:00:00"
        self.hear("PAYMENT_REFUNDED")
        self.hear("PAYMENT_REFUNDED")
        backs = self.charge.charge_payment_ids.filtered(lambda one: one.payment_type == "outbound")
        self.assertEqual(
            sorted((str(one.date), one.amount) for one in backs),
            [("2026-07-12", 30.0), ("2026-07-13", 30.0), ("2026-07-14", 40.0)],
        )
        self.assertEqual(
            (self.balance("outstanding"), self.fatura.charge_state), (-1.99, "refunded")
        )

    def test_confirmed_payment_that_is_taken_back_opens_the_fatura(self):
        for round_number in range(2):
            with self.subTest(round_number):
                self.pay(status="CONFIRMED", method="CREDIT_CARD")
                self.assertEqual(self.fatura.amount_residual, 0.0)
                self.held |= {
                    "status": "PENDING",
                    "value": 100.0,
                    "originalValue": None,
                    "billingType": "UNDEFINED",
                    "clientPaymentDate": None,
                }
                self.hear("PAYMENT_REPROVED_BY_RISK_ANALYSIS")
                self.assertEqual(
                    (self.fatura.charge_state, self.fatura.amount_residual), ("awaiting", 100.0)
                )
                self.assertEqual((self.balance("outstanding"), self.balance("fee")), (0.0, 0.0))
                self.assertTrue(self.fatura.activity_ids)
        self.pay()
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )

    def test_chargeback_won_before_the_payout_returns_to_confirmed(self):
        self.pay(status="CONFIRMED", method="CREDIT_CARD")
        for status in ("CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE", "CONFIRMED"):
            self.held["status"] = status
            self.hear(f"PAYMENT_{status}")
        self.assertEqual(
            (self.fatura.charge_state, self.fatura.amount_residual), ("confirmed", 0.0)
        )
        self.held["status"] = "RECEIVED"
        self.hear("PAYMENT_RECEIVED")
        self.assertEqual(
            (self.fatura.charge_state, self.balance("outstanding")), ("received", 98.01)
        )

    def test_news_that_need_somebody_are_told(self):
        for name in (
            "PAYMENT_BANK_SLIP_CANCELLED",
            "PAYMENT_CREDIT_CARD_CAPTURE_REFUSED",
            "PAYMENT_DUNNING_REQUESTED",
            "PAYMENT_SPLIT_DIVERGENCE_BLOCK",
        ):
            with self.subTest(name):
                self.fatura.activity_ids.unlink()
                self.hear(name)
                self.assertEqual(len(self.fatura.activity_ids), 1)

    def test_collected_by_dunning_is_paid(self):
        self.pay(status="DUNNING_RECEIVED")
        self.assertEqual((self.fatura.charge_state, self.fatura.amount_residual), ("received", 0.0))
