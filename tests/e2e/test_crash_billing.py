"""Odoo is killed while it bills, charges and settles: nothing is lost, nothing is done twice.

CRASH_CONTRACTS, CRASH_KILLS, CRASH_EVENTS and CRASH_SEED make shorter or other runs.
"""

import os
import random
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.host import demo
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo

from .billing import Asaas, Reseller
from .conftest import INSTALLED
from .odoo import OdooError, Session
from .orders import wait_until
from .sandbox import Sandbox, SandboxProcess
from .test_billing import check_books

pytestmark = pytest.mark.load

DATABASE = "e2e_crash_billing"
CONTRACTS = int(os.environ.get("CRASH_CONTRACTS", "500"))
KILLS = int(os.environ.get("CRASH_KILLS", "5"))
EVENTS = int(os.environ.get("CRASH_EVENTS", "10000"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
# Seconds that Odoo lives between two crashes.
LIFE = (1.0, 6.0)
SECONDS_TO_FINISH = 1500


@pytest.fixture(scope="module")
def stage(databases):
    """An Odoo that can be killed, a second one beside it, contracts that are due, and Asaas."""
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox_port, odoo_port, second_port = free_port(), free_port(), free_port()
    sandbox = SandboxProcess(sandbox_port, state / "sandbox.sqlite")
    stage = SimpleNamespace(url=f"http://127.0.0.1:{odoo_port}", odoo=None, second=None)

    def start():
        stage.odoo = start_odoo(databases, DATABASE, odoo_port, options=["--max-cron-threads=2"])

    def start_second():
        stage.second = start_odoo(
            databases, DATABASE, second_port, options=["--max-cron-threads=2"]
        )

    stage.start, stage.start_second = start, start_second
    stage.second_url = f"http://127.0.0.1:{second_port}"
    try:
        databases.copy(DATABASE, template=INSTALLED)
        demo.fill(databases, DATABASE, sandbox_port, stage.url)
        script = (
            "import sys\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.host import contracts_script\n"
            f"contracts_script.make(env, {CONTRACTS})\n"
        )
        databases.odoo_shell(DATABASE, script, what="Making the contracts")
        asaas = Asaas(Sandbox(sandbox).url)
        asaas.configure(webhookPauses=[0.5] * 15)
        start()
        admin = Session(stage.url, DATABASE, "admin", "admin")
        stage.reseller = Reseller(admin, admin, asaas)
        yield stage
    finally:
        for odoo in filter(None, (stage.odoo, stage.second)):
            odoo.stop()
        sandbox.stop()
        databases.drop(DATABASE)


def reconnect(stage):
    """Log in again after a crash."""
    admin = Session(stage.url, DATABASE, "admin", "admin")
    stage.reseller.admin = stage.reseller.session = admin
    return stage.reseller


def kill_now_and_then(stage, generator):
    for _round in range(KILLS):
        time.sleep(generator.uniform(*LIFE))
        stage.odoo.kill()
        stage.start()
    return reconnect(stage)


def trigger(admin, name):
    """Have a cron run by its own thread, which does not wait for us."""
    (data,) = admin.search_read(
        "ir.model.data",
        [["module", "=", "reseller_billing"], ["name", "=", f"ir_cron_{name}"]],
        ["res_id"],
    )
    try:
        admin.call("ir.cron", "write", [data["res_id"]], {"nextcall": "2020-01-01 00:00:00"})
    except OdooError as error:
        # The host refuses to change a running cron; the test relies on it.
        assert error.kind == "odoo.exceptions.UserError", error


def count(admin, **values):
    domain = [[name, "=", value] for name, value in values.items()]
    return admin.call("account.move", "search_count", domain)


def test_two_processes_that_are_killed_bill_each_contract_once(stage):
    generator = random.Random(SEED)
    reseller = stage.reseller
    stage.start_second()
    second = Session(stage.second_url, DATABASE, "admin", "admin")
    for admin in (reseller.admin, second):
        trigger(admin, "bill_contracts")
    kill_now_and_then(stage, generator)
    admin = reseller.admin

    def billed():
        trigger(admin, "bill_contracts")
        time.sleep(1)
        return count(admin, move_type="out_invoice", state="posted") >= CONTRACTS

    wait_until(billed, "every contract is billed", SECONDS_TO_FINISH)
    faturas = admin.search_read(
        "account.move",
        [["billing_contract_id", "!=", False], ["move_type", "=", "out_invoice"]],
        ["billing_contract_id", "reference_month", "reference_year", "state"],
    )
    months = Counter(
        (one["billing_contract_id"][0], one["reference_year"], one["reference_month"])
        for one in faturas
    )
    assert (len(months), set(months.values())) == (CONTRACTS, {1})
    assert {one["state"] for one in faturas} == {"posted"}

    def charged():
        return count(admin, charge_state="awaiting") == CONTRACTS

    wait_until(charged, "every fatura is charged", SECONDS_TO_FINISH)
    charges = Counter(
        payment["externalReference"] for payment in reseller.asaas.ledger()["payments"]
    )
    assert (len(charges), set(charges.values())) == (CONTRACTS, {1})

    def mailed():
        unwritten = [["fatura_mailed_at", "=", False], ["charge_state", "!=", False]]
        return not admin.call("account.move", "search_count", unwritten)

    # The slip of a charge whose worker was killed is asked for when its lease is over.
    wait_until(mailed, "every client is written to", SECONDS_TO_FINISH)


def test_payments_are_settled_once_each_though_odoo_is_killed(stage):
    generator = random.Random(SEED + 1)
    reseller = stage.reseller
    paid = reseller.asaas.pay_all()
    assert paid["paid"] == CONTRACTS
    kill_now_and_then(stage, generator)
    admin = reseller.admin
    # Events lost while Odoo was down are found by the comparison.
    trigger(admin, "reconcile_charges")
    wait_until(
        lambda: count(admin, charge_state="received") == CONTRACTS,
        "every fatura is settled",
        SECONDS_TO_FINISH,
    )
    payments = admin.search_read(
        "account.payment", [["charge_id", "!=", False]], ["charge_id", "state"]
    )
    once = Counter(payment["charge_id"][0] for payment in payments)
    assert (len(once), set(once.values())) == (CONTRACTS, {1})
    check_books(reseller, reseller.asaas)


def test_many_events_at_once_post_nothing_twice(stage):
    reseller = stage.reseller
    admin = reseller.admin
    before = reseller.balances()
    known = reseller.asaas.ledger()["payments"][0]["id"]
    started = time.monotonic()
    reseller.asaas.emit(event="PAYMENT_RECEIVED", paymentId=known, times=EVENTS)

    def arrived():
        return admin.call(
            "reseller.billing.event",
            "search_count",
            [["charge_reference", "=", known], ["source", "=", "webhook"]],
        )

    wait_until(lambda: arrived() >= EVENTS, "every event is stored", SECONDS_TO_FINISH)
    stored = time.monotonic() - started

    def waiting():
        return admin.call("reseller.billing.event", "search_count", [["state", "=", "waiting"]])

    wait_until(lambda: not waiting(), "every event is done with", SECONDS_TO_FINISH)
    done = time.monotonic() - started
    print(f"{EVENTS} events: stored in {stored:.0f} s, done with in {done:.0f} s")
    assert reseller.balances() == before
