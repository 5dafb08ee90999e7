"""What payers pay, and what reaches the balance: both sides to the cent."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from .asaas_client import DUE, TODAY, Holder


def _cents(amount):
    """Half up, by whole numbers only."""
    return (2 * 100 * amount + 1).__floor__() // 2


@pytest.mark.parametrize(
    ("value", "fine", "interest", "days"),
    [
        ("350", ("PERCENTAGE", "2"), "1", 1),
        ("350", ("PERCENTAGE", "2"), "1", 45),
        ("99.99", ("FIXED", "3.33"), "2.5", 7),
        ("5.01", None, "10", 13),
        ("123.45", ("PERCENTAGE", "1.33"), None, 400),
        ("5.00", None, None, 9),
    ],
)
def test_late_payment_has_fine_once_and_interest_by_the_day(holder, value, fine, interest, days):
    conditions = {}
    extra, nominal = Fraction(0), Fraction(value)
    if fine:
        conditions["fine"] = {"type": fine[0], "value": float(fine[1])}
        extra += Fraction(fine[1]) * (nominal / 100 if fine[0] == "PERCENTAGE" else 1)
    if interest:
        conditions["interest"] = {"value": float(interest)}
        extra += nominal * Fraction(interest) / 100 * days / 30
    charge = holder.charge(float(value), str(TODAY), "PIX", **conditions)
    holder.move(advanceDays=days)
    paid = holder.pay(charge)
    expected, added = _cents(nominal + Fraction(_cents(extra), 100)), _cents(extra)
    assert round(paid["value"] * 100) == expected
    assert round((paid["netValue"]) * 100) == expected - 199
    if added:
        assert round(paid["interestValue"] * 100) == added
        assert round(paid["originalValue"] * 100) == _cents(nominal)
    else:
        assert (paid["interestValue"], paid["originalValue"]) == (None, None)
    day = str(TODAY + timedelta(days=days))
    assert [paid[n] for n in ("status", "paymentDate", "clientPaymentDate", "creditDate")] == [
        "RECEIVED",
        day,
        day,
        day,
    ]


@pytest.mark.parametrize(
    ("discount", "before", "expected"),
    [
        ({"value": 5, "type": "PERCENTAGE", "dueDateLimitDays": 0}, 0, 333.32),
        ({"value": 5, "type": "PERCENTAGE", "dueDateLimitDays": 2}, 2, 333.32),
        ({"value": 5, "type": "PERCENTAGE", "dueDateLimitDays": 2}, 1, 350.86),
        ({"value": 10.5, "type": "FIXED"}, 3, 340.36),
        (None, 0, 350.86),
    ],
)
def test_discount_for_those_who_pay_early(holder, discount, before, expected):
    charge = holder.charge(350.86, discount=discount, fine={"value": 2})
    holder.move(now=f"{date.fromisoformat(DUE) - timedelta(days=before)}T09:00:00")
    paid = holder.pay(charge)
    assert paid["value"] == expected
    assert paid["originalValue"] == (None if expected == 350.86 else 350.86)
    assert paid["interestValue"] is None


def test_boleto_is_credited_on_the_next_working_day(holder):
    charge = holder.charge()
    paid = holder.pay(charge)
    assert (paid["status"], paid["creditDate"]) == ("RECEIVED", "2026-11-24")
    assert holder.entries() == [("PAYMENT_RECEIVED", 100), ("PAYMENT_FEE", -1.99)]
    assert {e["date"] for e in holder.ledger()["statement"]} == {"2026-11-24"}
    assert holder.ledger()["balance"] == 98.01
    assert holder.ok("GET", "/finance/balance") == {"balance": 98.01}


def test_confirmed_boleto_is_received_by_the_clock(holder):
    holder.move(now="2026-11-27T10:00:00")  # a Friday
    charge = holder.charge()
    found = holder.pay(charge, confirmed=True)
    assert [found[n] for n in ("status", "paymentDate", "clientPaymentDate", "creditDate")] == [
        "CONFIRMED",
        None,
        "2026-11-27",
        "2026-11-30",
    ]
    assert holder.ledger()["balance"] == 0
    holder.move(advanceDays=2)
    assert holder.show(charge)["status"] == "CONFIRMED"
    holder.move(advanceDays=5)
    found = holder.show(charge)
    assert (found["status"], found["paymentDate"]) == ("RECEIVED", "2026-11-30")
    assert holder.ledger()["balance"] == 98.01


def test_confirmed_charge_is_received_by_a_second_call(holder):
    charge = holder.charge()
    holder.pay(charge, confirmed=True)
    assert holder.pay(charge)["status"] == "RECEIVED"
    answer = holder.control("POST", f"/payments/{charge['id']}/pay")
    assert (answer.status_code, answer.json()["codigo"]) == (400, "invalid_action")
    assert len(holder.entries()) == 2


def test_payer_may_pay_what_he_likes_on_an_earlier_day(holder):
    holder.move(now=f"{DUE}T10:00:00")
    charge = holder.charge(fine={"value": 2})
    holder.move(advanceDays=3)
    paid = holder.pay(charge, date=DUE)
    assert (paid["value"], paid["clientPaymentDate"]) == (100, DUE)
    paid = holder.pay(holder.charge(due="2026-12-13"), value=30.5, method="PIX")
    assert (paid["value"], paid["originalValue"], paid["interestValue"]) == (30.5, 100, None)
    late = holder.charge(due="2026-12-13")
    holder.move(advanceDays=1)
    paid = holder.pay(late, value=103)
    assert (paid["value"], paid["originalValue"], paid["interestValue"]) == (103, 100, 3)


def test_removed_charge_is_paid_all_the_same(holder):
    charge = holder.charge()
    holder.ok("DELETE", f"/payments/{charge['id']}")
    paid = holder.pay(charge)
    assert (paid["status"], paid["deleted"]) == ("RECEIVED", True)
    assert holder.ok("GET", "/payments")["data"] == [paid]
    assert holder.ledger()["balance"] == 98.01


def test_cash_moves_no_balance_and_can_be_undone(holder):
    charge = holder.charge(due=str(TODAY))
    path = f"/payments/{charge['id']}"
    body = {"paymentDate": str(TODAY), "value": 90, "notifyCustomer": False}
    assert holder.refused("POST", f"{path}/undoReceivedInCash") == (400, "invalid_action")
    future = {**body, "paymentDate": "2026-11-24"}
    assert holder.refused("POST", f"{path}/receiveInCash", future)[1] == "invalid_paymentDate"
    found = holder.ok("POST", f"{path}/receiveInCash", body)
    assert [found[n] for n in ("status", "value", "netValue", "originalValue")] == [
        "RECEIVED_IN_CASH",
        90,
        90,
        100,
    ]
    assert holder.refused("POST", f"{path}/receiveInCash", body) == (400, "invalid_action")
    assert (holder.entries(), holder.ledger()["balance"]) == ([], 0)
    holder.move(advanceDays=1)
    found = holder.ok("POST", f"{path}/undoReceivedInCash")
    assert [found[n] for n in ("status", "value", "paymentDate")] == ["OVERDUE", 100, None]


def test_refunds_in_parts_and_in_full(holder):
    charge = holder.charge()
    path = f"/payments/{charge['id']}/refund"
    assert holder.refused("POST", path, {}) == (400, "invalid_action")
    holder.pay(charge, method="PIX")
    found = holder.ok("POST", path, {"value": 30, "description": "Parte"})
    assert (found["status"], found["value"]) == ("RECEIVED", 100)
    (part,) = found["refunds"]
    assert (part["status"], part["value"], part["description"]) == ("DONE", 30, "Parte")
    assert holder.refused("POST", path, {"value": 70.01}) == (400, "invalid_value")
    found = holder.ok("POST", path, {})
    assert (found["status"], len(found["refunds"])) == ("REFUNDED", 2)
    assert holder.refused("POST", path, {}) == (400, "invalid_action")
    assert holder.entries()[2:] == [("REFUND", -30), ("REFUND", -70)]
    assert holder.ledger()["balance"] == -1.99, "the fee stays with Asaas"


def test_refund_may_be_under_way_for_a_while(process):
    holder = Holder(process.url, slowRefunds=True)
    charge = holder.charge()
    path = f"/payments/{charge['id']}"
    holder.pay(charge, method="PIX")
    assert holder.control("POST", f"{path}/refunds", status="DONE").status_code == 400
    found = holder.ok("POST", f"{path}/refund", {"value": 30})
    assert [found["status"], found["refunds"][0]["status"]] == ["RECEIVED", "PENDING"]
    assert holder.refused("POST", f"{path}/refund", {"value": 70.01}) == (400, "invalid_value")
    assert holder.entries()[2:] == []
    found = holder.control("POST", f"{path}/refunds", status="CANCELLED").json()
    assert found["refunds"][0]["status"] == "CANCELLED"
    holder.ok("POST", f"{path}/refund", {"value": 100})
    found = holder.control("POST", f"{path}/refunds", status="DONE").json()
    assert [item["status"] for item in found["refunds"]] == ["CANCELLED", "DONE"]
    assert (found["status"], holder.entries()[2:]) == ("REFUNDED", [("REFUND", -100)])


def test_refund_before_the_credit_comes_off_it(holder):
    charge = holder.charge()
    holder.pay(charge, method="PIX", confirmed=True)
    holder.ok("POST", f"/payments/{charge['id']}/refund", {"value": 40})
    assert holder.entries() == []
    holder.pay(charge)
    assert holder.ledger()["balance"] == 58.01


@pytest.mark.parametrize(
    ("steps", "status", "balance"),
    [
        (["REQUESTED"], "CHARGEBACK_REQUESTED", -1.99),
        (["REQUESTED", "DISPUTE"], "CHARGEBACK_DISPUTE", -1.99),
        (["REQUESTED", "AWAITING_REVERSAL"], "AWAITING_CHARGEBACK_REVERSAL", -1.99),
        (["REQUESTED", "DISPUTE", "AWAITING_REVERSAL", "WON"], "RECEIVED", 98.01),
        (["REQUESTED", "LOST"], "REFUNDED", -1.99),
    ],
)
def test_chargebacks(holder, steps, status, balance):
    charge = holder.charge()
    path = f"/payments/{charge['id']}/chargeback"
    assert holder.control("POST", path, step="REQUESTED").status_code == 400
    holder.pay(charge)
    for step in steps:
        found = holder.control("POST", path, step=step).json()
    assert (found["status"], holder.ledger()["balance"]) == (status, balance)


def test_any_status_and_everything_at_once(holder):
    charge = holder.charge()
    found = holder.control("POST", f"/payments/{charge['id']}/status", status="NEW_ONE").json()
    assert found["status"] == holder.show(charge)["status"] == "NEW_ONE"
    for _ in range(3):
        holder.charge(20)
    assert holder.control("POST", "/payments/pay-all").json() == {"paid": 3, "value": 60}
    assert holder.ledger()["balance"] == 54.03


def test_fees_are_those_of_the_account(process):
    holder = Holder(process.url, feeBoleto="3.49", feePix="0.00")
    assert holder.charge()["netValue"] == 96.51
    holder.pay(holder.charge(kind="PIX"))
    paid = holder.pay(holder.charge(kind="PIX"))
    assert holder.entries() == [("PAYMENT_RECEIVED", 100)] * 2
    holder.control("POST", "/accounts", feePix="5.00")
    assert holder.show(paid)["netValue"] == 100, "what has been paid keeps its fee"
