"""The database comes back from a backup while Asaas goes on: nothing lives there twice.

Two servers work on it, whose clocks differ by ten minutes; then the clock of one jumps.

RESTORE_CONTRACTS makes shorter or longer runs.
"""

import os
from collections import Counter
from functools import partial
from types import SimpleNamespace

import pytest

from tests.host import demo
from tests.host.clock import OwnClock
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo
from tests.host.taxpayers import make_cpf
from tests.host.terminal import run

from .billing import Asaas, Reseller
from .conftest import DATABASE as FIRST
from .conftest import INSTALLED
from .crons import wait_for_crons
from .odoo import Session
from .panel import TOKEN, Panel
from .sandbox import Sandbox, SandboxProcess
from .test_crash_billing import count, trigger
from .test_restore import DAY, TEN_MINUTES

DATABASE = f"{FIRST}_restore_billing"
CONTRACTS = int(os.environ.get("RESTORE_CONTRACTS", "12"))
# Contracts that are billed after the backup only.
LATER = 3
SECONDS = 240
WAITING = "SELECT count(*) FROM payment_transaction WHERE charge_state = 'processing'"

# What waits after requests without an answer waits for a minute; what was being sent at the moment
# of the backup, for minutes.
PASS_PAUSES = """
    UPDATE payment_transaction
       SET charge_next_attempt = charge_next_attempt - interval '1 day',
           charge_lease_until = charge_lease_until - interval '1 day';
    UPDATE payment_provider SET billing_failed_at = billing_failed_at - interval '1 day';
    UPDATE reseller_billing_panel_link
       SET next_attempt = next_attempt - interval '1 day',
           lease_until = lease_until - interval '1 day';
    UPDATE reseller_billing_panel SET paused_until = paused_until - interval '1 day'
"""


@pytest.fixture(scope="module")
def stage(databases):
    """An Odoo whose database can be backed up and restored, contracts that are due, and Asaas."""
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    sandbox_port, odoo_port = free_port(), free_port()
    sandbox = SandboxProcess(sandbox_port, state / "sandbox.sqlite")
    clock = OwnClock(state / "clock")
    clock.set(TEN_MINUTES)
    stage = SimpleNamespace(servers=[], clock=clock, backup=state / "backup.sql")
    postgres, url = databases.postgres, f"http://127.0.0.1:{odoo_port}"

    def start():
        options = ["--max-cron-threads=2"]
        for port, environment in ((odoo_port, None), (free_port(), clock.environment)):
            stage.servers.append(
                start_odoo(databases, DATABASE, port, options=options, environment=environment)
            )
        stage.admin = Session(url, DATABASE, "admin", "admin")
        stage.reseller = Reseller(stage.admin, stage.admin, asaas)

    def stop():
        while stage.servers:
            stage.servers.pop().stop()

    def back_up():
        command = [postgres.program("pg_dump"), "-f", stage.backup, DATABASE]
        run(command, what="Backing up", env=postgres.environment)

    def restore():
        """Bring back what was backed up, under a server that is started anew."""
        stop()
        postgres.drop(DATABASE)
        postgres.create(DATABASE)
        command = [postgres.program("psql"), "-q", "-X", "-d", DATABASE, "-f", stage.backup]
        run(command, what="Restoring", env=postgres.environment)
        # A backup is older than the pauses in it; the servers begin to send at once.
        postgres.query(PASS_PAUSES, DATABASE)
        stage.waiting = postgres.query(WAITING, DATABASE).strip()
        start()

    stage.back_up, stage.restore = back_up, restore
    try:
        databases.copy(DATABASE, template=INSTALLED)
        demo.fill(databases, DATABASE, sandbox_port, url)
        script = (
            "import sys\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.host import contracts_script\n"
            f"contracts_script.make(env, {CONTRACTS})\n"
        )
        databases.odoo_shell(DATABASE, script, what="Making the contracts")
        stage.asaas = asaas = Asaas(Sandbox(sandbox).url)
        start()
        yield stage
    finally:
        stop()
        sandbox.stop()
        databases.drop(DATABASE)


def living(asaas):
    """Return how many charges can be paid, by our reference."""
    return Counter(
        payment["externalReference"]
        for payment in asaas.ledger()["payments"]
        if not payment["deleted"]
    )


def test_nothing_is_charged_twice_after_a_restore(stage, databases):
    admin, asaas = stage.admin, stage.asaas
    wait_until = partial(wait_for_crons, databases, DATABASE)
    # Nothing gets through, so that all charges wait in the backup.
    asaas.set_faults({"kind": "status", "status": 503, "path": "/payments"})
    trigger(admin, "bill_contracts")
    wait_until(lambda: count(admin, charge_state="processing") == CONTRACTS, "all wait", SECONDS)
    contracts = [stage.reseller.make_contract() for _number in range(LATER)]
    stage.back_up()

    asaas.clear_faults()
    databases.postgres.query(PASS_PAUSES, DATABASE)
    trigger(admin, "bill_contracts")
    total = CONTRACTS + LATER

    def charged():
        return len(living(asaas)) == total

    wait_until(charged, "all are charged", SECONDS)
    assert set(living(asaas).values()) == {1}

    stage.restore()
    admin = stage.admin
    stage.clock.set(DAY)
    assert stage.waiting == str(CONTRACTS)
    trigger(admin, "bill_contracts")
    wait_until(
        lambda: count(admin, charge_state="awaiting") == CONTRACTS, "all are known again", SECONDS
    )
    assert (len(living(asaas)), set(living(asaas).values())) == (total, {1})

    stage.clock.set(-DAY)

    # What was billed after the backup is unknown here, found, and keeps from billing again.
    def find():
        return admin.search_read(
            "reseller.billing.finding", [["kind", "=", "unknown"]], ["external_reference", "state"]
        )

    wait_until(lambda: len(find()) == LATER, "the lost ones are found", SECONDS)
    # Of a server whose day is yesterday's nothing is due; the next run has the right one.
    stage.clock.set(TEN_MINUTES)
    trigger(admin, "bill_contracts")
    ids = [contract.id for contract in contracts]

    def held():
        domain = [["id", "in", ids], ["billing_error", "!=", False]]
        return admin.call("reseller.billing.contract", "search_count", domain) == LATER

    wait_until(held, "the contracts wait for a decision", SECONDS)
    admin.call("reseller.billing.finding", "action_cancel_there", [one["id"] for one in find()])
    wait_until(
        lambda: count(admin, charge_state="awaiting") == total, "all are billed again", SECONDS
    )
    wait_until(lambda: len(living(asaas)) == total, "nothing lives twice", SECONDS)
    assert set(living(asaas).values()) == {1}
    owners = Counter(
        payment["customer"] for payment in asaas.ledger()["payments"] if not payment["deleted"]
    )
    assert set(owners.values()) == {1}


def test_panel_has_everything_once_after_a_restore(stage, databases):
    """What was told to the panel after the backup is told again, and what is there is read."""
    wait_until = partial(wait_for_crons, databases, DATABASE)
    sandbox_url = stage.asaas.url.removesuffix("/_sandbox/asaas")
    panel = Panel(sandbox_url)
    connection = stage.admin.call(
        "reseller.billing.panel",
        "create",
        {"name": "oGestor", "url": panel.url, "token": TOKEN},
    )
    before = [panel.make_client(f"Antes {number}", make_cpf(800 + number)) for number in range(3)]
    synchronise(stage, connection)
    wait_until(lambda: count_clients(stage, "Antes") == 3, "the clients are read", SECONDS)
    contracts = [stage.reseller.make_contract() for _number in range(3)]
    faturas = [stage.reseller.make_fatura(contract) for contract in contracts]
    for fatura in faturas:
        stage.reseller.wait_for(fatura, "awaiting")
    stage.back_up()

    after = [panel.make_client(f"Depois {number}", make_cpf(810 + number)) for number in range(2)]
    references = {stage.reseller.reference(fatura) for fatura in faturas}
    paid = stage.reseller.reference(faturas[0])

    def told(state=None):
        return Counter(
            one["idCobranca"]
            for one in panel.list("faturas")
            if one["idCobranca"] in references and (state is None or one["situacao"] == state)
        )

    def shown_as_paid():
        synchronise(stage, connection)
        return told("PAGA") == {paid: 1}

    stage.asaas.pay(paid, method="PIX")
    stage.reseller.wait_for(faturas[0], "received")
    wait_until(shown_as_paid, "the panel shows what was paid", SECONDS)
    wait_until(lambda: told() == dict.fromkeys(references, 1), "all are told", SECONDS)
    wait_until_told(stage, wait_until)
    known = list_known(panel)

    stage.restore()
    synchronise(stage, connection)
    wait_until(lambda: count_clients(stage, "Depois") == 2, "later clients are read", SECONDS)
    trigger(stage.admin, "reconcile_charges")
    wait_until(lambda: stage.reseller.state(faturas[0]) == "received", "it is paid again", SECONDS)
    wait_until(shown_as_paid, "the panel shows it paid still", SECONDS)
    assert told() == dict.fromkeys(references, 1), "each once"
    wait_until_told(stage, wait_until)
    assert list_known(panel) == known, "nothing is told twice"
    assert (count_clients(stage, "Antes"), count_clients(stage, "Depois")) == (
        len(before),
        len(after),
    )


def synchronise(stage, panel):
    stage.admin.call("reseller.billing.panel", "action_synchronise", [panel])


def wait_until_told(stage, wait_until):
    """Wait until nothing is to be told to the panel; fail with what is, and why."""

    def list_pending():
        fields = ["kind", "reference", "body", "attempts", "next_attempt", "lease_until", "error"]
        domain = [["is_pending", "=", True]]
        return stage.admin.search_read("reseller.billing.panel.link", domain, fields)

    try:
        wait_until(lambda: not list_pending(), "the panel has all", SECONDS)
    except AssertionError as failure:
        failure.add_note(f"To be told: {list_pending()}")
        raise


def list_known(panel):
    """Return how often the panel has each client and each contract."""
    return (
        Counter(client["cpfCnpj"] for client in panel.list("clientes")),
        Counter(signed["clienteId"] for signed in panel.list("contratacoes")),
    )


def count_clients(stage, name):
    return stage.admin.call("res.partner", "search_count", [["name", "like", f"{name} "]])
