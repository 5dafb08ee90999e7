"""The API of online receipts: the recorded answers, customers, charges and their refusals."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from .asaas_client import CPF, DUE, TODAY, Holder

RECORDED = Path(__file__).parent / "data/asaas"


def _recorded(name):
    return json.loads((RECORDED / name).read_text())


def _shape(value):
    """Keys in their order, and the type of each value."""
    if isinstance(value, dict):
        return [(name, _shape(one)) for name, one in value.items()]
    return "number" if type(value) in (int, float) else type(value).__name__


def test_answers_have_the_recorded_shape(holder):
    holder.move(now="2026-07-14T10:00:00")
    customer, boleto = _recorded("customer.json"), _recorded("boleto.json")
    found = holder.ok("POST", "/customers", customer["request"]["body"])
    assert _shape(found) == _shape(customer["response"]["body"])
    own = {"id": found["id"]}
    assert found == {**customer["response"]["body"], **own}
    body = {**boleto["request"]["body"], "customer": found["id"]}
    charge = holder.ok("POST", "/payments", body)
    assert _shape(charge) == _shape(boleto["response"]["body"])
    names = ("id", "customer", "invoiceUrl", "invoiceNumber", "nossoNumero", "bankSlipUrl")
    own = {name: charge[name] for name in names}
    assert charge == {**boleto["response"]["body"], **own}


def test_refusals_are_the_recorded_ones(holder):
    for case in _recorded("errors.json"):
        path = case["request"]["path"].removeprefix("/v3")
        answer = holder.call("POST", path, case["request"]["body"])
        assert (answer.status_code, answer.json()) == (
            case["response"]["status"],
            case["response"]["body"],
        )


def test_key_and_user_agent_are_asked_for(holder):
    answer = holder.call("GET", "/customers", key="$aact_hmlg_unknown")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "invalid_access_token")
    url = f"{holder.url}/asaas/v3/customers"
    assert requests.get(url, timeout=10).status_code == 401
    answer = holder.call("GET", "/customers", headers={"User-Agent": None})
    assert answer.status_code == 200, "the client's own name stands in"
    answer = holder.call("GET", "/customers", headers={"User-Agent": ""})
    assert answer.status_code == 403 and answer.json()["errors"]


def test_default_account_always_exists(process):
    headers = {"access_token": "$aact_hmlg_sandbox"}
    url = f"{process.url}/asaas/v3/customers"
    assert requests.get(url, headers=headers, timeout=10).status_code == 200


def test_accounts_see_nothing_of_each_other(holder, process):
    charge = holder.charge()
    other = Holder(process.url)
    assert other.refused("GET", f"/payments/{charge['id']}") == (404, "")
    assert other.refused("GET", f"/customers/{charge['customer']}") == (404, "")
    assert other.ok("GET", "/payments")["totalCount"] == 0
    body = {"customer": charge["customer"], "billingType": "PIX", "value": 1, "dueDate": DUE}
    assert other.refused("POST", "/payments", body) == (400, "invalid_customer")


def test_customers_are_found_changed_and_removed(holder):
    first = holder.customer(externalReference="P1", email="a@example.com")
    second = holder.customer(name="Empresa", cpfCnpj="11.222.333/0001-81")
    assert (second["cpfCnpj"], second["personType"]) == ("11222333000181", "JURIDICA")
    assert holder.customer()["id"] != first["id"], "duplicates are allowed"
    for filters, count in (
        ({"cpfCnpj": CPF}, 2),
        ({"externalReference": "P1"}, 1),
        ({"email": "a@example.com"}, 1),
        ({"name": "Empresa"}, 1),
    ):
        assert holder.ok("GET", "/customers", **filters)["totalCount"] == count
    path = f"/customers/{first['id']}"
    changed = holder.ok("PUT", path, {"phone": "4733334444", "notificationDisabled": True})
    assert changed == {**first, "phone": "4733334444", "notificationDisabled": True}
    assert holder.ok("GET", path) == changed
    assert holder.ok("DELETE", path) == {"deleted": True, "id": first["id"]}
    assert holder.ok("GET", "/customers", cpfCnpj=CPF)["totalCount"] == 1
    assert holder.ok("GET", path)["deleted"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"cpfCnpj": CPF},
        {"name": "X"},
        {"name": "X", "cpfCnpj": "11111111111"},
        {"name": "X", "cpfCnpj": "12ABC34501DE36"},
        {"name": "X" * 256, "cpfCnpj": CPF},
        {"name": 5, "cpfCnpj": CPF},
        {"name": "\ud800", "cpfCnpj": CPF},
    ],
)
def test_faulty_customers_are_refused(holder, body):
    assert holder.refused("POST", "/customers", body) == (400, "invalid_object")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"customer": "cus_000000000001"}, "invalid_customer"),
        ({"customer": 5}, "invalid_customer"),
        ({"billingType": "CHEQUE"}, "invalid_billingType"),
        ({"billingType": None}, "invalid_billingType"),
        ({"value": 0}, "invalid_value"),
        ({"value": -1}, "invalid_value"),
        ({"value": 10.001}, "invalid_value"),
        ({"value": "100"}, "invalid_value"),
        ({"value": 10**9}, "invalid_value"),
        ({"dueDate": None}, "invalid_dueDate"),
        ({"dueDate": "10/12/2026"}, "invalid_dueDate"),
        ({"dueDate": "2026-02-30"}, "invalid_dueDate"),
        ({"dueDate": str(TODAY - timedelta(days=1))}, "invalid_dueDate"),
        ({"description": "x" * 501}, "invalid_description"),
        ({"discount": {"value": 100}}, "invalid_discount"),
        ({"discount": {"value": 5, "type": "HALF"}}, "invalid_discount"),
        ({"fine": {"value": 101, "type": "PERCENTAGE"}}, "invalid_fine"),
        ({"interest": {"value": -1}}, "invalid_interest"),
        ({"interest": 1}, "invalid_interest"),
    ],
)
def test_faulty_charges_are_refused(holder, change, code):
    payer = holder.customer()["id"]
    body = {"customer": payer, "billingType": "BOLETO", "value": 10, "dueDate": str(TODAY)}
    assert holder.refused("POST", "/payments", {**body, **change}) == (400, code)
    assert holder.ok("GET", "/payments")["totalCount"] == 0
    assert holder.ok("POST", "/payments", body)["status"] == "PENDING"


def test_pix_has_no_slip(holder):
    charge = holder.charge(5, kind="PIX")
    assert (charge["value"], charge["bankSlipUrl"], charge["nossoNumero"]) == (5, None, None)


def test_removed_customer_gets_no_charge(holder):
    payer = holder.customer()["id"]
    holder.ok("DELETE", f"/customers/{payer}")
    body = {"customer": payer, "billingType": "PIX", "value": 10, "dueDate": DUE}
    assert holder.refused("POST", "/payments", body) == (400, "invalid_customer")


def test_lists_are_paged_and_filtered(holder):
    for number in range(12):
        due = date.fromisoformat(DUE) + timedelta(days=number)
        holder.charge(10 + number, str(due), externalReference=f"R{number}")
    found = holder.ok("GET", "/payments")
    assert [found[n] for n in ("object", "hasMore", "totalCount", "limit", "offset")] == [
        "list",
        True,
        12,
        10,
        0,
    ]
    assert found["data"][0]["externalReference"] == "R11", "the newest first"
    rest = holder.ok("GET", "/payments", offset=10, limit=5)
    assert (rest["hasMore"], len(rest["data"])) == (False, 2)
    assert not {c["id"] for c in rest["data"]} & {c["id"] for c in found["data"]}
    assert holder.ok("GET", "/payments", externalReference="R3")["data"][0]["value"] == 13
    span = {"dueDate[ge]": "2026-12-12", "dueDate[le]": "2026-12-14", "billingType": "BOLETO"}
    assert holder.ok("GET", "/payments", **span)["totalCount"] == 3
    assert holder.ok("GET", "/payments", **{"dateCreated[ge]": "2026-11-24"})["totalCount"] == 0
    holder.pay(rest["data"][0])
    assert holder.ok("GET", "/payments", **{"paymentDate[ge]": str(TODAY)})["totalCount"] == 1
    assert holder.ok("GET", "/payments", status="RECEIVED")["totalCount"] == 1
    assert holder.ok("GET", "/payments", customer="cus_0")["totalCount"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "101"), ("limit", "0"), ("offset", "-1"), ("dueDate[ge]", "x"), ("dueDat", "x")],
)
def test_faulty_filters_are_refused(holder, name, value):
    assert holder.refused("GET", "/payments", **{name: value})[0] == 400


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_change_of_an_open_charge(holder, method):
    charge = holder.charge(externalReference="R", fine={"value": 2})
    path = f"/payments/{charge['id']}"
    same = {name: charge[name] for name in ("billingType", "value", "dueDate")}
    body = {**same, "description": "Texto", "discount": {"value": 1.5}}
    found = holder.ok(method, path, body)
    assert (found["description"], found["discount"]["value"]) == ("Texto", 1.5)
    assert (found["fine"]["value"], found["externalReference"]) == (2, "R")
    assert found["nossoNumero"] == charge["nossoNumero"], "the slip is the same"
    before = holder.ok("GET", f"{path}/identificationField")
    found = holder.ok(method, path, {**same, "value": 120.55, "dueDate": "2026-12-20"})
    assert (found["value"], found["netValue"], found["originalDueDate"]) == (120.55, 118.56, DUE)
    after = holder.ok("GET", f"{path}/identificationField")
    assert found["nossoNumero"] == after["nossoNumero"] != charge["nossoNumero"]
    assert before["identificationField"] != after["identificationField"]
    assert holder.refused(method, path, {**same, "dueDate": "2026-11-01"})[1] == "invalid_dueDate"
    found = holder.ok(method, path, {**same, "billingType": "PIX"})
    assert (found["nossoNumero"], found["bankSlipUrl"]) == (None, None)


def test_overdue_comes_with_the_clock_and_goes_with_a_new_date(holder):
    charge = holder.charge(due=str(TODAY))
    assert holder.show(charge)["status"] == "PENDING"
    holder.move(advanceDays=1)
    assert holder.ok("GET", "/payments", status="OVERDUE")["totalCount"] == 1
    body = {"billingType": "BOLETO", "value": 100, "dueDate": str(TODAY)}
    path = f"/payments/{charge['id']}"
    assert holder.refused("PUT", path, body) == (400, "invalid_dueDate")
    holder.control("POST", "/accounts", lateDateMayStay=True)
    assert holder.change(charge)["status"] == "OVERDUE"
    assert holder.change(charge, dueDate=DUE)["status"] == "PENDING"


def test_removed_charge_can_be_restored(holder):
    charge = holder.charge()
    path = f"/payments/{charge['id']}"
    assert holder.ok("DELETE", path) == {"deleted": True, "id": charge["id"]}
    assert holder.show(charge)["deleted"] is True
    assert holder.ok("GET", "/payments")["totalCount"] == 0
    assert holder.refused("DELETE", path) == (400, "invalid_action")
    assert holder.refused("PUT", path, {"value": 10}) == (400, "invalid_action")
    assert holder.refused("GET", f"{path}/pixQrCode") == (400, "invalid_action")
    assert holder.ok("POST", f"{path}/restore")["deleted"] is False
    assert holder.refused("POST", f"{path}/restore") == (400, "invalid_action")


def test_paid_charge_is_neither_changed_nor_removed(holder):
    charge = holder.charge()
    holder.pay(charge)
    path = f"/payments/{charge['id']}"
    for method, body in (("PUT", {"value": 10}), ("DELETE", None)):
        assert holder.refused(method, path, body) == (400, "invalid_action")
    for what in ("identificationField", "pixQrCode"):
        assert holder.refused("GET", f"{path}/{what}") == (400, "invalid_action")


def test_unknown_addresses_and_bodies(holder):
    assert holder.refused("GET", "/payments/pay_x") == (404, "")
    assert holder.refused("GET", "/nothing") == (404, "")
    assert holder.refused("PATCH", "/customers") == (405, "method_not_allowed")
    assert holder.refused("POST", "/customers", []) == (400, "invalid_object")
    answer = holder.session.post(
        f"{holder.url}/asaas/v3/customers", data="{", headers={"access_token": holder.key}
    )
    assert answer.status_code in (400, 415) and answer.json()["errors"]
