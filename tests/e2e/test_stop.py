"""Odoo is stopped, as for an update, in the middle of a send: the next one need not wait for it."""

import threading

import pytest

from tests.host.processes import free_port, start_odoo

from .conftest import DATABASE, FILLED
from .crons import wait_for_crons
from .cutting import faults_shown
from .odoo import Session
from .orders import make_order, wait_until
from .sandbox import Sandbox, SandboxProcess

UNDER_WAY = "SELECT count(*) FROM supplier_credit_message WHERE state = 'sending'"
# By the clock of Odoo, which stores UTC.
LEASED = f"{UNDER_WAY} AND lease_until > now() AT TIME ZONE 'UTC'"

# After a request without an answer the next attempt waits for a minute.
PASS_PAUSES = "UPDATE supplier_credit_message SET next_attempt = next_attempt - interval '1 day'"


@pytest.fixture
def stage(databases, filled, sandbox_port, tmp_path):
    databases.copy(DATABASE, template=FILLED)
    sandbox = SandboxProcess(sandbox_port, tmp_path / "sandbox.sqlite")
    port = free_port()

    def start():
        return start_odoo(databases, DATABASE, port, options=["--max-cron-threads=1"])

    odoo = start()
    yield Sandbox(sandbox), f"http://127.0.0.1:{port}", odoo, start
    sandbox.stop()
    databases.drop(DATABASE)


def test_stopped_server_gives_its_messages_back(stage, databases):
    sandbox, url, odoo, start = stage
    admin = Session(url, DATABASE, "admin", "admin")
    sandbox.set_customer("57647232000153", limiteTotal="50000.00")
    orders = [make_order(admin, "20.00")["id"] for _number in range(3)]
    # Longer than a user waits, so that the cron has them when the server is stopped.
    sandbox.set_faults({"kind": "latency", "seconds": 12, "path": "/pre-autorizacoes$"})

    def send():
        with faults_shown():
            admin.call("sale.order", "action_send_supplier_preauthorization", orders)

    sending = threading.Thread(target=send)
    sending.start()
    query = databases.postgres.query
    try:
        wait_until(lambda: query(LEASED, DATABASE).strip() != "0", "messages are being sent")
        odoo.stop()
        sending.join(60)
        assert query(LEASED, DATABASE).strip() == "0", "nobody waits for a process that is gone"
        sandbox.clear_faults()
        query(PASS_PAUSES, DATABASE)
        odoo = start()
        again = Session(url, DATABASE, "admin", "admin")
        domain = [["order_id", "in", orders], ["state", "=", "active"]]
        wait_for_crons(
            databases,
            DATABASE,
            lambda: again.call("supplier.credit.preauthorization", "search_count", domain) == 3,
            "all are reserved",
        )
        reserved = [one["numeroPedido"] for one in sandbox.ledger()["preAutorizacoes"]]
        assert len(reserved) == len(set(reserved)) == 3, "each once"
    finally:
        odoo.stop()
