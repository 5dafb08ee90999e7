"""The contract with Asaas: what it refuses is refused by the sandbox and by the addon's double."""

import importlib.util
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from .asaas_client import Holder
from .asaas_facts import CHARGE, CUSTOMER, FUTURE, REFUSALS, WEBHOOK

DOUBLE = Path(__file__).parents[3] / "reseller_billing/tests/fake_asaas.py"


def _fill(value, ids):
    """Put ids in the place of their names."""
    if isinstance(value, dict):
        return {name: _fill(one, ids) for name, one in value.items()}
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], value)
    return value


class SandboxSide:
    """The sandbox, over HTTP."""

    def __init__(self, url):
        self.holder = Holder(url)
        self.holder.move(now=f"{date.today()}T12:00:00")

    def send(self, method, path, body):
        answer = self.holder.call(method, f"/{path}", body)
        return answer.status_code, answer.json() if answer.content else None

    def pay(self, reference, method):
        self.holder.pay({"id": reference}, method=method)


class DoubleSide:
    """The double that the addon's tests use."""

    def __init__(self):
        spec = importlib.util.spec_from_file_location("fake_asaas", DOUBLE)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.double = module.FakeAsaas()

    def send(self, method, path, body):
        answer = self.double(method, f"https://x/v3/{path}", json=body)
        return answer.status_code, answer.json() if answer.content else None

    def pay(self, reference, method):
        self.double.pay(reference, method=method, day=str(date.today()))


@pytest.fixture(params=["sandbox", "double"])
def side(request, process):
    return SandboxSide(process.url) if request.param == "sandbox" else DoubleSide()


@pytest.fixture
def ids(side):
    """A customer, and charges in the states that the refusals name."""
    found = {"customer": _made(side, "customers", CUSTOMER)}
    body = _fill(CHARGE, found)
    for name in ("open", "deleted", "boleto", "pix"):
        found[name] = _made(side, "payments", body)
    side.send("DELETE", f"payments/{found['deleted']}", None)
    side.pay(found["boleto"], "BOLETO")
    side.pay(found["pix"], "PIX")
    return found


def _made(side, path, body):
    status, answer = side.send("POST", path, body)
    assert status == 200, answer
    return answer["id"]


@pytest.mark.parametrize("fact", REFUSALS, ids=lambda fact: f"{fact.path}: {fact.name}")
def test_what_asaas_refuses_is_refused(side, ids, fact):
    before = _books(side, ids)
    status, answer = side.send(fact.method, _fill(fact.path, ids), _fill(fact.body, ids))
    assert status == fact.status, (fact.source, answer)
    if status == 404:
        assert answer is None
    else:
        (error,) = answer["errors"]
        assert error["code"] == fact.code, (fact.source, error)
        assert fact.said in error["description"]
    assert _books(side, ids) == before, "a refusal changes nothing"


def _books(side, ids):
    names = ("open", "deleted", "boleto", "pix")
    charges = [side.send("GET", f"payments/{ids[name]}", None)[1] for name in names]
    return charges, side.send("GET", "webhooks", None)[1]["data"]


@pytest.mark.parametrize(
    "change",
    [
        {"mobilePhone": "(47) 99632-1478"},
        {"phone": "(11) 3333-4444"},
        {"phone": "1133334444", "mobilePhone": "47996321478"},
        {"cpfCnpj": "249.715.637-92"},
        {"postalCode": "01310-100"},
        {"additionalEmails": "a@example.com,b@example.com"},
        {"somethingNew": {"deep": [1]}},
    ],
)
def test_customers_that_asaas_takes(side, change):
    status, answer = side.send("POST", "customers", {**CUSTOMER, **change})
    assert status == 200, answer


def test_webhooks_are_ten_at_most(side):
    for number in range(10):
        body = {**WEBHOOK, "url": f"http://127.0.0.1:9/{number}"}
        status, answer = side.send("POST", "webhooks", body)
        assert status == 200, answer
    status, answer = side.send("POST", "webhooks", WEBHOOK)
    assert (status, answer["errors"][0]["code"]) == (400, "invalid_action")


def test_deleted_charge_keeps_its_status_and_is_restored(side, ids):
    path = f"payments/{ids['deleted']}"
    answer = side.send("GET", path, None)[1]
    assert (answer["status"], answer["deleted"]) == ("PENDING", True)
    assert side.send("POST", f"{path}/restore", {})[1]["deleted"] is False


def test_boleto_is_refunded_by_a_link_for_the_payer(side, ids):
    status, answer = side.send("POST", f"payments/{ids['boleto']}/bankSlip/refund", None)
    assert (status, list(answer)) == (200, ["requestUrl"])
    charge = side.send("GET", f"payments/{ids['boleto']}", None)[1]
    (refund,) = charge["refunds"]
    assert refund["status"] == "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"
    assert (charge["status"], "id" in refund) == ("RECEIVED", False)
    datetime.strptime(refund["dateCreated"], "%Y-%m-%d %H:%M:%S")


def test_ids_have_both_forms(side, ids):
    found = {_made(side, "payments", _fill(CHARGE, ids)) for _ in range(4)}
    lengths = {(one.startswith("pay_1_"), len(one)) for one in found}
    assert lengths == {(True, 20), (False, 20)}


def test_paid_amount_is_value_and_principal_original_value(side, ids):
    charge = side.send("GET", f"payments/{ids['pix']}", None)[1]
    assert (charge["value"], charge["originalValue"]) == (100, None)
    assert (charge["billingType"], charge["dueDate"]) == ("PIX", FUTURE)
