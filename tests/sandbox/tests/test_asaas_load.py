"""Thousands of charges and events, as a month of a large reseller brings them."""

import pytest

from .client import wait_until


@pytest.mark.parametrize("kind", ["SEQUENTIALLY", "NON_SEQUENTIALLY"])
def test_ten_thousand_events(holder, receiver, kind):
    holder.hook(receiver.url, sendType=kind)
    charges = [holder.charge(5, kind="PIX") for _ in range(20)]
    for charge in charges:
        holder.emit("PAYMENT_UPDATED", paymentId=charge["id"], times=498)
    holder.control("POST", "/payments/pay-all")
    wait_until(lambda: len(receiver.received) >= 10_000, 60)
    wait_until(lambda: all(holder.delivered()), 60)
    ids = [event["id"] for event in receiver.events]
    assert len(ids) == len(set(ids)) == 10_000
    if kind == "SEQUENTIALLY":
        assert ids == [event["id"] for event in holder.ledger()["events"]]


def test_thousands_of_charges_are_made_and_paid(holder, receiver):
    charge = holder.charge()
    body = {
        "customer": charge["customer"],
        "billingType": "PIX",
        "value": 7,
        "dueDate": "2026-12-10",
    }
    for _ in range(1999):
        assert holder.call("POST", "/payments", body).status_code == 200
    holder.hook(receiver.url, events=["PAYMENT_RECEIVED"])
    answer = holder.control("POST", "/payments/pay-all")
    assert answer.json() == {"paid": 2000, "value": 100 + 1999 * 7}
    wait_until(lambda: len(receiver.received) == 2000, 60)
    assert len(holder.ledger()["statement"]) == 4000
