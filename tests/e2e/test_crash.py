"""Odoo is killed again and again while it sends: nothing is lost, nothing is done twice.

CRASH_ROUNDS, CRASH_ORDERS and CRASH_SEED make shorter or other runs.
"""

import os
import random
import threading
import time
from collections import Counter
from decimal import Decimal
from types import SimpleNamespace

import pytest
import requests

from tests.host import demo
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo

from .conftest import INSTALLED
from .odoo import OdooError, Session
from .orders import wait_until
from .sandbox import Sandbox, SandboxProcess

pytestmark = pytest.mark.load

DATABASE = "e2e_crash"
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20"))
ORDERS = int(os.environ.get("CRASH_ORDERS", "300"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
LATENCY = 0.075
# Two people at work, each with half of the orders.
PEOPLE = 2
LARGEST_SELECTION = 12
# Seconds that Odoo lives between two crashes.
LIFE = (0.2, 2.5)
# A message of a dead process waits for its lease: four timeouts twice, and a margin.
TIMEOUT = 1
SECONDS_TO_FINISH = 400
OPEN = ["waiting", "sending", "unknown", "answered"]


@pytest.fixture
def stage(databases):
    """An Odoo that can be killed and started again, with its orders and its sandbox."""
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox_port, odoo_port = free_port(), free_port()
    sandbox = SandboxProcess(sandbox_port, state / "sandbox.sqlite")
    stage = SimpleNamespace(sandbox=Sandbox(sandbox), url=f"http://127.0.0.1:{odoo_port}")

    def start():
        stage.odoo = start_odoo(databases, DATABASE, odoo_port, options=["--max-cron-threads=2"])

    stage.start = start
    stage.odoo = None
    try:
        databases.copy(DATABASE, template=INSTALLED)
        demo.fill(databases, DATABASE, sandbox_port)
        demo.set_customer(sandbox_port, "57647232000153", {"limiteTotal": "10000000.00"})
        script = (
            "import sys\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.host import orders_script\n"
            f"env['supplier.credit.agreement'].search([]).timeout = {TIMEOUT}\n"
            f"orders_script.make(env, {ORDERS}, 20.50)\n"
        )
        databases.odoo_shell(DATABASE, script, what="Making the orders")
        start()
        yield stage
    finally:
        if stage.odoo:
            stage.odoo.stop()
        sandbox.stop()
        databases.drop(DATABASE)


class Person(threading.Thread):
    """Sends the pre-authorizations of some orders, a few at a time, whatever happens to Odoo."""

    def __init__(self, url, order_ids, generator):
        super().__init__(daemon=True)
        self.refusals = []
        self._url = url
        self._left = list(order_ids)
        self._generator = generator

    def run(self):
        session = None
        while self._left:
            try:
                session = session or Session(self._url, DATABASE, "admin", "admin")
                self._left = self._unsent(session)
                some = self._left[: self._generator.randint(1, LARGEST_SELECTION)]
                if some:
                    session.call("sale.order", "action_send_supplier_preauthorization", some)
            except OdooError as error:
                self.refusals.append(str(error))
                session = None
            except (requests.RequestException, ValueError):
                # Odoo is dead, or died while it answered.
                session = None
                time.sleep(0.1)

    def _unsent(self, session):
        sent = session.search_read(
            "supplier.credit.preauthorization", [["order_id", "in", self._left]], ["order_id"]
        )
        return sorted(set(self._left) - {reservation["order_id"][0] for reservation in sent})


def test_nothing_is_lost_and_nothing_doubled(stage):
    generator = random.Random(SEED)
    admin = Session(stage.url, DATABASE, "admin", "admin")
    orders = admin.search_read(
        "sale.order", [["client_order_ref", "=", "many"]], ["name", "amount_total"], order="id"
    )
    assert len(orders) == ORDERS
    stage.sandbox.set_faults({"kind": "latency", "seconds": LATENCY})
    people = [
        Person(stage.url, [order["id"] for order in orders[start::PEOPLE]], random.Random(start))
        for start in range(PEOPLE)
    ]
    for person in people:
        person.start()
    in_the_middle = 0
    for _round in range(ROUNDS):
        time.sleep(generator.uniform(*LIFE))
        stage.odoo.kill()
        in_the_middle += any(person.is_alive() for person in people)
        stage.start()
    for person in people:
        person.join(SECONDS_TO_FINISH)
        assert not person.is_alive(), "somebody could not send everything"
        assert not person.refusals
    assert in_the_middle, "no crash came while somebody was sending"

    admin = Session(stage.url, DATABASE, "admin", "admin")
    wait_until(
        lambda: not admin.call("supplier.credit.message", "search_count", [["state", "in", OPEN]]),
        "every message has come to its end",
        SECONDS_TO_FINISH,
    )
    _compare(admin, stage.sandbox.ledger(), orders)


def _compare(admin, ledger, orders):
    """Each order has one reservation on either side, with the same code and amount."""
    states = Counter(
        message["state"] for message in admin.search_read("supplier.credit.message", [], ["state"])
    )
    assert states == {"done": ORDERS}
    reservations = admin.search_read(
        "supplier.credit.preauthorization", [], ["order_id", "state", "code", "amount", "error"]
    )
    ours = sorted(
        (found["order_id"][1], found["code"], found["state"], f"{found['amount']:.2f}")
        for found in reservations
    )
    theirs = sorted(
        (booked["numeroPedido"], booked["codigoPreAutorizacao"], "active", booked["saldo"])
        for booked in ledger["preAutorizacoes"]
        if booked["situacao"] == "VIGENTE"
    )
    assert ours == theirs
    assert [name for name, *_rest in ours] == sorted(order["name"] for order in orders)
    assert len(ledger["preAutorizacoes"]) == ORDERS
    assert not [found for found in reservations if found["error"]]
    effects = Counter(effect["effect"] for effect in ledger["effects"])
    assert effects["RESERVED"] == ORDERS
    reserved = sum(Decimal(amount) for *_names, amount in ours)
    assert ledger["totals"]["limitePreAutorizado"] == f"{reserved:.2f}"
