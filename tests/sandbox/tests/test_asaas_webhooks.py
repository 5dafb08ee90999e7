"""Events about charges: told at least once, in order, with the token; a refused queue pauses."""

import json
import re

import pytest

from .asaas_client import DUE, TOKEN, Holder
from .client import Process, wait_until


def test_event_tells_the_charge_as_it_was(holder, receiver):
    hook = holder.hook(receiver.url)
    charge = holder.charge(externalReference="FAT/1")
    paid = holder.pay(charge)
    wait_until(lambda: len(receiver.received) == 2)
    assert receiver.names == ["PAYMENT_CREATED", "PAYMENT_RECEIVED"]
    assert [event["payment"] for event in receiver.events] == [charge, paid]
    for headers, body in receiver.received:
        assert headers["asaas-access-token"] == TOKEN
        event = json.loads(body)
        assert list(event) == ["id", "event", "dateCreated", "payment"]
        assert re.fullmatch(r"evt_[0-9a-f]{32}&[0-9]+", event["id"])
        assert re.fullmatch(r"2026-11-23 12:\d\d:\d\d", event["dateCreated"])
    wait_until(lambda: holder.delivered() == [True, True])
    (first, _second) = holder.ledger()["events"]
    assert first == {
        **receiver.events[0],
        "webhookId": hook["id"],
        "attempts": 1,
        "delivered": True,
        "lastStatus": 200,
    }


def test_every_step_has_its_event(holder, receiver):
    names = [
        "PAYMENT_CREATED",
        "PAYMENT_UPDATED",
        "PAYMENT_DELETED",
        "PAYMENT_RESTORED",
        "PAYMENT_OVERDUE",
        "PAYMENT_RECEIVED",
        "PAYMENT_RECEIVED_IN_CASH_UNDONE",
        "PAYMENT_CONFIRMED",
        "PAYMENT_PARTIALLY_REFUNDED",
        "PAYMENT_REFUNDED",
        "PAYMENT_CHARGEBACK_REQUESTED",
    ]
    holder.hook(receiver.url, events=names)
    charge = holder.charge()
    path = f"/payments/{charge['id']}"
    holder.change(charge, value=90)
    holder.ok("DELETE", path)
    holder.ok("POST", f"{path}/restore")
    holder.move(now=f"{DUE}T10:00:00")
    holder.move(advanceDays=1)
    holder.ok("POST", f"{path}/receiveInCash", {"paymentDate": DUE, "value": 90})
    holder.ok("POST", f"{path}/undoReceivedInCash")
    holder.pay(charge, method="PIX", confirmed=True)
    holder.pay(charge)
    holder.ok("POST", f"{path}/refund", {"value": 1})
    holder.control("POST", f"{path}/chargeback", step="REQUESTED")
    holder.control("POST", f"{path}/chargeback", step="LOST")
    expected = [*names[:8], "PAYMENT_RECEIVED", names[8], names[10], names[9]]
    wait_until(lambda: len(receiver.received) >= len(expected))
    assert receiver.names == expected


def test_overdue_is_told_although_nobody_asks(holder, receiver):
    holder.hook(receiver.url, events=["PAYMENT_OVERDUE"])
    holder.charge(due="2026-11-23")
    # The common way to move a clock opens no books; the sender does.
    body = {"clientId": holder.id, "advanceDays": 1}
    answer = holder.session.post(f"{holder.url}/_sandbox/clock", json=body, timeout=10)
    assert answer.status_code == 200
    wait_until(lambda: receiver.names == ["PAYMENT_OVERDUE"])


def test_only_listed_events_are_sent_and_others_on_purpose(holder, receiver):
    holder.hook(receiver.url, events=["PAYMENT_RECEIVED"])
    charge = holder.charge()
    holder.emit("PAYMENT_NEVER_SEEN", paymentId=charge["id"])
    holder.emit(paymentId="pay_unknown")
    holder.emit(payment={"id": 5})
    wait_until(lambda: len(receiver.received) == 3)
    assert [e["payment"] for e in receiver.events] == [
        charge,
        {"object": "payment", "id": "pay_unknown"},
        {"id": 5},
    ]


def test_repeated_with_the_same_id_until_the_answer_is_200(holder, receiver):
    holder.hook(receiver.url)
    receiver.answers += [500, 204, 302]
    holder.emit()
    holder.emit()
    wait_until(lambda: holder.delivered() == [True, True])
    ids = [event["id"] for event in receiver.events]
    assert len(set(ids[:4])) == 1 and ids[4] != ids[0] and len(ids) == 5
    assert holder.ledger()["events"][0]["attempts"] == 4


def test_queue_pauses_after_fifteen_failures_and_resumes_in_order(holder, receiver):
    hook = holder.hook(receiver.url)
    path = f"/webhooks/{hook['id']}"
    receiver.always = 500
    sent = [holder.emit()["id"] for _ in range(3)]
    wait_until(lambda: holder.ok("GET", path)["interrupted"])
    assert holder.ok("GET", path)["penalizedRequestsCount"] == 15
    assert [e["attempts"] for e in holder.ledger()["events"]] == [15, 0, 0]
    sent.append(holder.emit()["id"])
    receiver.always = 200
    receiver.received.clear()
    found = holder.ok("PUT", path, {"interrupted": False})
    assert (found["interrupted"], found["penalizedRequestsCount"]) == (False, 0)
    wait_until(lambda: all(holder.delivered()))
    assert [event["id"] for event in receiver.events] == sent


def test_paused_queue_keeps_events_for_two_weeks(holder, receiver):
    hook = holder.hook(receiver.url, interrupted=True)
    holder.emit()
    holder.move(advanceDays=10)
    kept = holder.emit()["id"]
    holder.move(advanceDays=5)
    holder.ok("PUT", f"/webhooks/{hook['id']}", {"interrupted": False})
    wait_until(lambda: holder.delivered() == [False, True])
    assert [event["id"] for event in receiver.events] == [kept]


def test_sequential_queue_waits_and_the_other_does_not(holder, receiver):
    holder.hook(receiver.url, sendType="NON_SEQUENTIALLY")
    holder.faults({"kind": "webhook_drop", "times": 1})
    sent = [holder.emit()["id"] for _ in range(2)]
    wait_until(lambda: all(holder.delivered()))
    assert [event["id"] for event in receiver.events] == sent[::-1]
    receiver.received.clear()
    (hook,) = holder.ok("GET", "/webhooks")["data"]
    holder.ok("PUT", f"/webhooks/{hook['id']}", {"sendType": "SEQUENTIALLY"})
    holder.faults({"kind": "webhook_drop", "times": 1})
    sent = [holder.emit()["id"] for _ in range(2)]
    wait_until(lambda: all(holder.delivered()))
    assert [event["id"] for event in receiver.events] == sent


def test_duplicate_disorder_and_wrong_token(holder, receiver):
    holder.hook(receiver.url)
    holder.faults({"kind": "webhook_duplicate", "times": 1, "path": "^PAYMENT_CREATED$"})
    first = holder.emit()["id"]
    wait_until(lambda: len(receiver.received) == 2)
    assert [event["id"] for event in receiver.events] == [first, first]
    holder.faults({"kind": "webhook_out_of_order", "times": 1, "seconds": 30})
    receiver.received.clear()
    sent = [holder.emit()["id"] for _ in range(3)]
    wait_until(lambda: len(receiver.received) == 3)
    assert receiver.events[0]["id"] != sent[0]
    assert sorted(event["id"] for event in receiver.events) == sorted(sent)
    holder.faults({"kind": "webhook_bad_signature", "times": 1})
    holder.ok("PUT", f"/webhooks/{_hook(holder)}", {"authToken": "u" * 20 + "v" * 20})
    receiver.received.clear()
    receiver.answers += [401]
    holder.emit()
    wait_until(lambda: len(receiver.received) == 2)
    tokens = [headers["asaas-access-token"] for headers, _body in receiver.received]
    assert tokens == ["v" * 20 + "u" * 20, "u" * 20 + "v" * 20]


def _hook(holder):
    return holder.ok("GET", "/webhooks")["data"][0]["id"]


def test_held_back_event_comes_by_itself_in_the_end(holder, receiver):
    holder.hook(receiver.url)
    holder.faults({"kind": "webhook_out_of_order", "times": 1, "seconds": 0.3})
    holder.emit()
    wait_until(lambda: holder.delivered() == [True])


def test_looks_of_the_payer_are_noted_and_told(holder, receiver):
    names = ["PAYMENT_CHECKOUT_VIEWED", "PAYMENT_BANK_SLIP_VIEWED"]
    holder.hook(receiver.url, events=names)
    charge = holder.charge()
    for address in (charge["invoiceUrl"], charge["bankSlipUrl"]):
        assert holder.session.get(address, timeout=10).status_code == 200
    wait_until(lambda: receiver.names == names)
    found = holder.show(charge)
    assert found == receiver.events[1]["payment"]
    assert found["lastInvoiceViewedDate"] and found["lastBankSlipViewedDate"]


def test_two_webhooks_get_the_same_event(holder, receiver):
    holder.hook(receiver.url)
    holder.hook(receiver.url, name="Other")
    holder.charge()
    wait_until(lambda: len(receiver.received) == 2)
    assert len({event["id"] for event in receiver.events}) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"authToken": "short"}, "invalid_authToken"),
        ({"authToken": "x" * 256}, "invalid_authToken"),
        ({"events": ["PAYMENT_NEVER_SEEN"]}, "invalid_events"),
        ({"events": []}, "invalid_events"),
        ({"sendType": "AT_ONCE"}, "invalid_sendType"),
        ({"email": None}, "invalid_email"),
        ({"email": "nobody"}, "invalid_email"),
        ({"url": "http://192.0.2.1/hook"}, "invalid_url"),
        ({"url": "https://asaas.example.com/"}, "invalid_url"),
        ({"url": "http://127.0.0.1/a b"}, "invalid_url"),
        ({"url": "http://127.0.0.1/é"}, "invalid_url"),
        ({"name": None}, "invalid_object"),
    ],
)
def test_faulty_webhooks_are_refused(holder, receiver, change, code):
    hook = holder.hook(receiver.url)
    body = {"url": receiver.url, "authToken": TOKEN, "sendType": "SEQUENTIALLY", **hook, **change}
    if "authToken" not in change:
        assert holder.refused("PUT", f"/webhooks/{hook['id']}", change)[1] == code
    assert holder.refused("POST", "/webhooks", body) == (400, code)
    assert holder.ok("GET", "/webhooks")["data"] == [hook]


def test_token_is_never_shown_and_ten_webhooks_are_the_most(holder, receiver):
    hooks = [holder.hook(receiver.url) for _ in range(10)]
    assert hooks[0]["hasAuthToken"] is True
    assert TOKEN not in json.dumps([hooks, holder.ok("GET", "/webhooks"), holder.ledger()])
    assert holder.key not in json.dumps(holder.ledger())
    body = {**hooks[0], "authToken": TOKEN}
    assert holder.refused("POST", "/webhooks", body) == (400, "invalid_action")
    path = f"/webhooks/{hooks[0]['id']}"
    assert holder.ok("DELETE", path) == {"deleted": True, "id": hooks[0]["id"]}
    assert holder.refused("GET", path) == (404, "")
    assert holder.ok("GET", "/webhooks", limit=100)["totalCount"] == 9


def test_disabled_webhook_gets_nothing(holder, receiver):
    hook = holder.hook(receiver.url, enabled=False)
    holder.charge()
    assert holder.ledger()["events"] == []
    assert holder.control("POST", "/events", event="PAYMENT_CREATED").status_code == 409
    holder.ok("PUT", f"/webhooks/{hook['id']}", {"enabled": True})
    holder.charge()
    wait_until(lambda: len(receiver.received) == 1)


def test_books_and_queue_survive_a_crash(tmp_path, receiver):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    holder = Holder(sandbox.url, webhookPauses=[0.2])
    holder.hook(receiver.url)
    receiver.always = 503
    charge = holder.charge()
    wait_until(lambda: receiver.received)
    sandbox.kill()
    receiver.received.clear()
    receiver.always = 200
    sandbox.start()
    try:
        holder.url = sandbox.url
        wait_until(lambda: receiver.received)
        assert receiver.events[0]["payment"] == charge == holder.show(charge)
    finally:
        sandbox.stop()
