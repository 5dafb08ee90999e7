"""The seed's story over HTTP: client, contract, fatura, payment; and Asaas when it misbehaves."""

from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from .billing import Asaas, Reseller, sum_statement
from .days import today
from .odoo import OdooError
from .orders import wait_until

SOON = (today() + timedelta(days=10)).isoformat()


@pytest.fixture(scope="module")
def reseller(running, admin, users):
    reseller = Reseller(admin, users.accountant, Asaas(running.sandbox.url))
    reseller.register_webhook(running.url)
    return reseller


@pytest.fixture
def asaas(reseller):
    yield reseller.asaas
    reseller.asaas.clear_faults()


def test_story_of_the_seed(reseller, asaas):
    contract = reseller.make_contract(active=False, plan=False)
    with pytest.raises(OdooError, match="is not active"):
        reseller.make_fatura(contract)
    reseller.session.call("reseller.billing.contract", "write", [contract.id], {"state": "active"})
    before = reseller.balances()
    fatura = reseller.make_fatura(contract, Decimal("150.00"), due=SOON)
    # Saved and sent: the answer stands there when the form is loaded again.
    values = reseller.read(
        fatura, "state", "charge_state", "slip_line", "pix_payload", "charge_url"
    )
    assert (values["state"], values["charge_state"]) == ("posted", "awaiting")
    assert len(values["slip_line"].replace(" ", "").replace(".", "")) == 47
    assert values["pix_payload"].startswith("000201")
    asaas.pay(reseller.reference(fatura), method="PIX")
    reseller.wait_for(fatura, "received")
    values = reseller.read(fatura, "payment_state", "amount_residual", "charge_fee")
    assert values["payment_state"] in ("paid", "in_payment")
    assert values["amount_residual"] == 0
    after = reseller.balances()
    (held,) = asaas.payments()[
        reseller.admin.search_read(
            "payment.transaction", [["fatura_id", "=", fatura]], ["reference"]
        )[0]["reference"]
    ]
    net = Decimal(f"{held['netValue']:.2f}")
    assert after["outstanding"] - before["outstanding"] == net
    assert after["fee"] - before["fee"] == Decimal("150.00") - net


def test_client_is_told_by_e_mail_with_the_boleto(reseller):
    contract = reseller.make_contract()
    fatura = reseller.make_fatura(contract, due=SOON)
    reseller.wait_for(fatura, "awaiting")
    (mail,) = reseller.admin.search_read(
        "mail.mail", [["model", "=", "account.move"], ["res_id", "=", fatura]], ["attachment_ids"]
    )
    (pdf,) = reseller.admin.call(
        "ir.attachment", "read", mail["attachment_ids"], ["mimetype", "file_size"]
    )
    assert (pdf["mimetype"], pdf["file_size"] > 500) == ("application/pdf", True)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after", "seconds": 11, "times": 1},
        {"kind": "reset_after", "times": 1},
        {"kind": "status_after", "status": 500, "times": 1},
        {"kind": "malformed", "times": 1},
        {"kind": "reset_before", "times": 1},
        {"kind": "status", "status": 503, "times": 1},
        {"kind": "rate_limit", "retryAfter": 1, "times": 1},
    ],
    ids=lambda fault: fault["kind"],
)
def test_create_that_fails_makes_one_charge(reseller, asaas, fault):
    asaas.set_faults({**fault, "method": "POST", "path": "/payments$"})
    contract = reseller.make_contract()
    fatura = reseller.make_fatura(contract, due=SOON)
    values = reseller.read(fatura, "charge_state", "charge_problem")
    asaas.clear_faults()
    # An event may report a charge whose creation had no answer before it is looked up.
    if values["charge_state"] != "awaiting":
        assert values["charge_state"] == "processing"
        assert values["charge_problem"]
        # Its next attempt is a minute away; a person need not wait for it.
        reseller.session.call("account.move", "action_register_charge", [fatura])
    reseller.wait_for(fatura, "awaiting")
    (charge,) = reseller.admin.search_read(
        "payment.transaction", [["fatura_id", "=", fatura]], ["reference"]
    )
    assert len(asaas.payments()[charge["reference"]]) == 1


def test_late_payment_refund_and_chargeback_equal_the_statement(reseller, asaas):
    contract = reseller.make_contract()
    faturas = [
        reseller.make_fatura(contract, amount, due=SOON, is_one_off_fatura=True)
        for amount in (Decimal("99.90"), Decimal("1234.56"), Decimal("80.00"))
    ]
    for fatura in faturas:
        reseller.wait_for(fatura, "awaiting")
    asaas.move_clock(advanceDays=40)
    try:
        for fatura in faturas:
            asaas.pay(reseller.reference(fatura), method="PIX")
            reseller.wait_for(fatura, "received")
        asaas.refund(
            reseller.asaas.url.rsplit("/_sandbox", 1)[0], reseller.reference(faturas[0]), 30.5
        )
        reseller.wait_for(faturas[0], "partially_refunded")
        asaas.charge_back(reseller.reference(faturas[1]), "REQUESTED")
        reseller.wait_for(faturas[1], "charged_back")
        assert reseller.read(faturas[1], "amount_residual")["amount_residual"] == 1234.56
        check_books(reseller, asaas)
    finally:
        asaas.move_clock(reset=True)


def test_refund_under_way_is_asked_for_once_and_booked_when_done(reseller, asaas):
    contract = reseller.make_contract()
    fatura = reseller.make_fatura(contract, Decimal("100.00"), due=SOON)
    reseller.wait_for(fatura, "awaiting")
    reference = reseller.reference(fatura)
    asaas.pay(reference, method="PIX")
    reseller.wait_for(fatura, "received")

    def refund(amount):
        values = {"move_id": fatura, "amount": amount}
        wizard = reseller.admin.call("reseller.billing.refund", "create", values)
        reseller.admin.call("reseller.billing.refund", "action_confirm", [wizard])

    def held():
        payment = next(one for one in asaas.ledger()["payments"] if one["id"] == reference)
        return [(item["value"], item["status"]) for item in payment["refunds"] or ()]

    asaas.configure(slowRefunds=True)
    try:
        asaas.set_faults({"kind": "reset_after", "times": 1, "method": "POST", "path": "/refund$"})
        refund(40)
        wait_until(lambda: held() == [(40, "PENDING")], "the refund is under way")
        asaas.clear_faults()
        # A refund without an answer is not sent again with the next one.
        refund(30)
        wait_until(lambda: len(held()) == 2, "the second refund is under way")
        assert held() == [(40, "PENDING"), (30, "PENDING")]
        assert reseller.state(fatura) == "received"
        asaas.finish_refunds(reference)
        reseller.wait_for(fatura, "partially_refunded")
        assert reseller.read(fatura, "charge_refunded")["charge_refunded"] == 70
        check_books(reseller, asaas)
    finally:
        asaas.configure(slowRefunds=False)


def check_books(reseller, asaas):
    """What stands here on the provider's accounts is what its statement says."""
    ledger = asaas.ledger()
    booked, said = reseller.balances(), sum_statement(ledger)
    assert booked["outstanding"] == Decimal(f"{ledger['balance']:.2f}")
    assert booked["fee"] == -said.get("PAYMENT_FEE", Decimal(0))


def test_refusals_at_the_door(reseller, running):
    provider = reseller.admin.read_one(
        "payment.provider", reseller.provider["id"], ["webhook_key", "webhook_token"]
    )
    url = f"{running.url}/reseller_billing/webhook/{provider['webhook_key']}"
    right = {"asaas-access-token": provider["webhook_token"]}
    event = {"id": "evt_door", "event": "PAYMENT_RECEIVED", "payment": {"id": "pay_unknown"}}
    cases = [
        (url, event, {}, 401),
        (url, event, {"asaas-access-token": "x" * 40}, 401),
        (url + "x", event, right, 404),
        (url, event, right, 200),
        (url, event, right, 200),
    ]
    for address, body, headers, expected in cases:
        answer = requests.post(address, json=body, headers=headers, timeout=10)
        assert answer.status_code == expected
    assert requests.post(url, data=b"{", headers=right, timeout=10).status_code == 400
    stored = reseller.admin.search_read(
        "reseller.billing.event", [["event_ref", "=", "evt_door"]], ["state"]
    )
    assert len(stored) == 1


def test_money_nobody_asked_for_is_listed(reseller, running, asaas):
    base = running.sandbox.url + "/asaas/v3"
    headers = {"access_token": "$aact_hmlg_sandbox", "User-Agent": "tests"}
    customer = requests.get(f"{base}/customers?limit=1", headers=headers, timeout=10).json()["data"]
    made = requests.post(
        f"{base}/payments",
        json={"customer": customer[0]["id"], "billingType": "PIX", "value": 77, "dueDate": SOON},
        headers=headers,
        timeout=10,
    ).json()
    asaas.pay(made["id"])

    def listed():
        return reseller.admin.search_read(
            "reseller.billing.event",
            [["charge_reference", "=", made["id"]], ["state", "=", "orphan"], ["amount", "=", 77]],
            ["error"],
        )

    assert wait_until(listed, "the orphan is listed")
