"""Supplier's decisions arrive as webhooks: sandbox to Odoo over real HTTP, with Odoo's crons."""

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .orders import make_order, wait_until

SECRET = "shared-secret"


@pytest.fixture(scope="module")
def address(running, admin):
    """Where Odoo takes the events of the agreement; the sandbox sends them there."""
    (agreement,) = admin.search_read("supplier.credit.agreement", [], ["webhook_url"])
    admin.call("supplier.credit.agreement", "write", [agreement["id"]], {"webhook_secret": SECRET})
    path = agreement["webhook_url"].partition("/supplier_credit/")[2]
    url = f"{running.url}/supplier_credit/{path}"
    running.sandbox.send_webhooks(url, SECRET)
    return url


@pytest.fixture
def in_analysis(users, address):
    """Return a function that sends an order's pre-authorization; Supplier analyses it."""

    def send(amount="100.02"):
        order = make_order(users.salesman, amount)
        users.salesman.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
        return order

    return send


def reservation_of(session, order):
    (found,) = session.search_read(
        "supplier.credit.preauthorization",
        [["order_id", "=", order["id"]]],
        ["state", "code", "amount"],
    )
    return found


def events(admin, *domain):
    return admin.search_read(
        "supplier.credit.message",
        [["direction", "=", "incoming"], *domain],
        ["state", "event_id", "error", "res_model", "res_id", "request"],
        order="id",
    )


def events_of(admin, code):
    return [event for event in events(admin) if json.loads(event["request"])["codigo"] == code]


def is_in_force(session, *orders):
    return all(reservation_of(session, order)["state"] == "active" for order in orders)


def sign(body, secret=SECRET):
    moment = int(time.time())
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Supplier-Signature": f"t={moment},v1={digest}", "Content-Type": "application/json"}


def test_decision_releases_the_order_by_itself(users, admin, sandbox, in_analysis):
    order = in_analysis()
    reservation = reservation_of(users.salesman, order)
    assert reservation["state"] == "in_analysis"
    state = users.salesman.read_one("sale.order", order["id"], ["supplier_release_state"])
    assert state["supplier_release_state"] == "blocked"
    sandbox.decide("pre-autorizacao", reservation["code"])
    wait_until(lambda: is_in_force(users.salesman, order), "the reservation is in force")
    state = users.salesman.read_one("sale.order", order["id"], ["supplier_release_state"])
    assert state["supplier_release_state"] == "released_reservation"
    (booked,) = [
        booked
        for booked in sandbox.ledger()["preAutorizacoes"]
        if booked["codigoPreAutorizacao"] == reservation["code"]
    ]
    reservation = reservation_of(users.salesman, order)
    assert booked["situacao"] == "VIGENTE"
    assert booked["valorPreAutorizado"] == f"{reservation['amount']:.2f}"
    # The query of what is in analysis may have brought the decision before the event did.
    wait_until(
        lambda: [event["state"] for event in events_of(admin, reservation["code"])] == ["done"],
        "the event is processed",
    )
    (event,) = events_of(admin, reservation["code"])
    assert not event["error"]
    assert (event["res_model"], event["res_id"]) == (
        "supplier.credit.preauthorization",
        reservation["id"],
    )


def test_declined_order_stays_blocked(users, admin, sandbox, in_analysis):
    order = in_analysis("100.03")
    sandbox.decide("pre-autorizacao", reservation_of(users.salesman, order)["code"])
    wait_until(
        lambda: reservation_of(users.salesman, order)["state"] == "declined", "it is declined"
    )
    state = users.salesman.read_one("sale.order", order["id"], ["supplier_release_state"])
    assert state["supplier_release_state"] == "blocked"


def test_repeated_overtaken_and_lost_events_do_no_harm(users, admin, sandbox, in_analysis):
    orders = [in_analysis() for _ in range(4)]
    codes = [reservation_of(users.salesman, order)["code"] for order in orders]
    sandbox.set_faults(
        {"kind": "webhook_out_of_order", "times": 1},
        {"kind": "webhook_duplicate", "times": 2},
        {"kind": "webhook_drop", "times": 1},
    )
    sandbox.decide()
    wait_until(lambda: is_in_force(users.salesman, *orders), "all four are in force")
    wait_until(lambda: all(e["delivered"] for e in sandbox.ledger()["webhooks"]), "all are taken")
    assert sandbox.fired() == 4
    for code in codes:
        assert len(events_of(admin, code)) == 1, "what came twice is stored once"
    wait_until(lambda: not events(admin, ["state", "=", "waiting"]), "all are processed")
    assert not events(admin, ["state", "!=", "done"])


def test_wrong_signature_is_refused_and_nothing_is_stored(
    users, admin, sandbox, in_analysis, address
):
    order = in_analysis()
    code = reservation_of(users.salesman, order)["code"]
    before = len(events(admin))
    event = {"idEvento": "forged", "tipo": "x", "recurso": "pre-autorizacao", "codigo": code}
    body = json.dumps(event).encode()
    for headers in (sign(body, "another"), {"Content-Type": "application/json"}):
        assert requests.post(address, body, headers=headers, timeout=10).status_code == 401
    assert requests.get(address, timeout=10).status_code == 405
    wrong = address[:-3]
    assert requests.post(wrong, body, headers=sign(body), timeout=10).status_code == 404
    assert len(events(admin)) == before

    sandbox.set_faults({"kind": "webhook_bad_signature", "times": 1})
    sandbox.decide("pre-autorizacao", code)
    wait_until(lambda: is_in_force(users.salesman, order), "the repetition is well signed")
    assert sandbox.ledger()["webhooks"][-1]["attempts"] == 2
    assert len(events_of(admin, code)) == 1


def test_same_event_many_times_at_once_is_stored_once(admin, address, users, in_analysis):
    code = reservation_of(users.salesman, in_analysis())["code"]
    event = {"idEvento": "at-once", "tipo": "x", "recurso": "pre-autorizacao", "codigo": code}
    body = json.dumps(event).encode()

    def send(_number):
        return requests.post(address, body, headers=sign(body), timeout=30).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(36))) == {200}
    assert len(events(admin, ["event_id", "=", "at-once"])) == 1


def test_event_that_overtakes_the_answer_waits_for_it(users, admin, sandbox, address):
    order = make_order(users.salesman, "100.02")
    sandbox.set_faults(
        {"kind": "reset_after", "method": "POST", "path": "/pre-autorizacoes$", "times": 1}
    )
    users.salesman.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    assert not reservation_of(users.salesman, order)["code"]
    (booked,) = [
        booked
        for booked in sandbox.ledger()["preAutorizacoes"]
        if booked["numeroPedido"] == order["name"]
    ]
    code = booked["codigoPreAutorizacao"]
    sandbox.decide("pre-autorizacao", code)
    (event,) = wait_until(
        lambda: [event for event in events_of(admin, code) if event["error"]], "it is looked at"
    )
    assert event["state"] == "waiting"
    (message,) = admin.search_read(
        "supplier.credit.message",
        [
            ["res_model", "=", "supplier.credit.preauthorization"],
            ["res_id", "=", reservation_of(users.salesman, order)["id"]],
        ],
        ["state"],
    )
    assert message["state"] == "unknown"
    admin.call("supplier.credit.message", "action_retry", [message["id"]])
    admin.call("supplier.credit.message", "action_retry", [event["id"]])
    wait_until(lambda: is_in_force(users.salesman, order), "it is in force")
    wait_until(lambda: events_of(admin, code)[0]["state"] == "done", "the event is done")


def test_unknown_code_stays_visible(admin, sandbox, address):
    sandbox.emit("pre-autorizacao", "PA99999999")
    (event,) = wait_until(
        lambda: [e for e in events_of(admin, "PA99999999") if e["state"] == "failed"],
        "the event has failed",
    )
    assert "PA99999999" in event["error"]
