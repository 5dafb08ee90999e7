from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...tools.asaas.charge import is_reference, read_charge, write_terms
from ...tools.asaas.client import AsaasClient
from ...tools.errors import OutcomeUnknown, Rejected
from ...tools.phone import split_phones
from ...tools.receipts import Terms

# Recorded in Asaas' own sandbox on 2026-07-14; nulls and further names as they come.
RECORDED = {
    "object": "payment",
    "id": "pay_pngqmn2bxuyccy7z",
    "dateCreated": "2026-07-14",
    "customer": "cus_000008392497",
    "checkoutSession": None,
    "value": 350,
    "netValue": 348.01,
    "originalValue": None,
    "interestValue": None,
    "billingType": "BOLETO",
    "status": "PENDING",
    "dueDate": "2026-07-24",
    "paymentDate": None,
    "clientPaymentDate": None,
    "externalReference": None,
    "deleted": False,
    "creditDate": None,
    "estimatedCreditDate": None,
    "discount": {"value": 5, "limitDate": None, "dueDateLimitDays": 0, "type": "PERCENTAGE"},
    "escrow": None,
    "refunds": None,
}


@tagged("post_install", "-at_install")
class TestAsaasFacts(BaseCase):
    """The client against facts of Asaas: what amounts, ids, dates and statuses mean."""

    def read_answer(self, **values):
        return read_charge({**RECORDED, **values})

    def test_recorded_charge(self):
        charge = self.read_answer()
        self.assertEqual((charge.state, charge.amount), ("awaiting", Decimal("350.00")))
        self.assertEqual((charge.paid, charge.external_reference), (None, ""))
        self.assertEqual(charge.due_date, date(2026, 7, 24))

    def test_unknown_names_and_missing_nulls_are_no_fault(self):
        needed = ("id", "status", "value", "dueDate")
        bare = {name: RECORDED[name] for name in needed}
        self.assertEqual(read_charge(bare).amount, Decimal("350.00"))
        self.assertEqual(self.read_answer(somethingNew={"a": [1]}, refunds=[]).refunds, ())

    def test_ids_of_both_forms_and_nothing_that_leads_elsewhere(self):
        for reference in ("pay_pngqmn2bxuyccy7z", "pay_1_pngqmn2bxuyccy"):
            self.assertEqual(self.read_answer(id=reference).reference, reference)
        for reference in ("", "..", "a/b", "a?b", "a%2Fb", "a b", 5, None, "é", "x" * 101):
            with self.subTest(reference):
                self.assertFalse(is_reference(reference))
                with self.assertRaises(OutcomeUnknown):
                    self.read_answer(id=reference)
        client = AsaasClient(type("Service", (), {"send": None, "url": ""}))
        for reference in ("..", "pay_1/refund", ""):
            with self.subTest(reference), self.assertRaises(Rejected):
                client.get_charge(reference)

    def test_principal_is_the_original_value_and_paid_the_value(self):
        cases = [
            # (value, originalValue, interestValue): in time, early, late
            ((350, None, None), ("350.00", "350.00", "0.00")),
            ((332.5, 350, None), ("350.00", "332.50", "0.00")),
            ((360.5, 350, 10.5), ("350.00", "360.50", "10.50")),
        ]
        for (value, original, interest), expected in cases:
            charge = self.read_answer(
                status="RECEIVED", value=value, originalValue=original, interestValue=interest
            )
            found = (charge.amount, charge.paid, charge.surcharge)
            self.assertEqual(found, tuple(Decimal(amount) for amount in expected))

    def test_dates_of_two_forms(self):
        for text in ("2026-12-08", "08/12/2026", "2026-12-08 10:00:00", "08/12/2026 10:00:00"):
            self.assertEqual(self.read_answer(dueDate=text).due_date, date(2026, 12, 8))

    def test_deleted_is_a_flag_and_keeps_the_status(self):
        self.assertEqual(self.read_answer(deleted=True).state, "cancelled")
        self.assertEqual(self.read_answer(deleted=True, status="RECEIVED").state, "received")

    def test_only_done_refunds_are_money(self):
        refunds = [
            {"status": status, "value": 10, "dateCreated": "2026-07-12 10:00:00"}
            for status in (
                "DONE",
                "PENDING",
                "CANCELLED",
                "AWAITING_CRITICAL_ACTION_AUTHORIZATION",
                "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION",
            )
        ]
        charge = self.read_answer(status="RECEIVED", refunds=refunds)
        self.assertEqual((charge.refunded, charge.refunding), (Decimal(10), Decimal(30)))
        self.assertEqual(charge.state, "partially_refunded")

    def test_way_of_payment(self):
        self.assertEqual(self.read_answer().method, "", "not paid yet")
        for kind, method in (("PIX", "pix"), ("DEBIT_CARD", "card"), ("NEW", "other")):
            self.assertEqual(self.read_answer(status="CONFIRMED", billingType=kind).method, method)

    def test_conditions_of_zero_are_sent(self):
        terms = Terms("R", "cus_1", "boleto_pix", Decimal(10), date(2026, 12, 8), "Texto")
        body = write_terms(terms)
        self.assertEqual(
            [body[name]["value"] for name in ("fine", "interest", "discount")], [0.0, 0.0, 0.0]
        )
        self.assertEqual(body["billingType"], "BOLETO")

    def test_phones(self):
        cases = {
            "(11) 3333-4444": ("", "1133334444"),
            "5511988887777": ("11988887777", ""),
            "0xx11 98888-7777": ("11988887777", ""),
            "11-98888-7777;11 3333 4444": ("11988887777", "1133334444"),
            "(11) 98765-4321 ramal 22": ("11987654321", ""),
            "98888-7777": ("", ""),
            "4003-1234": ("", ""),
            "11 99999-9999": ("", ""),
            None: ("", ""),
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(split_phones(text), expected)
