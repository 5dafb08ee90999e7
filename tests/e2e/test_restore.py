"""A backup comes back: what was sent after it is neither lost nor sent twice.

pg_dump runs in the middle of a day's work, the day goes on, the dump is restored, and people do
again what the database has forgotten. Two servers work on it, whose clocks differ by ten minutes;
then the clock of one jumps.
"""

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.host.clock import OwnClock
from tests.host.layout import HOST
from tests.host.processes import free_port, start_odoo
from tests.host.terminal import run

from .claiming import Claimant
from .conftest import DATABASE, FILLED
from .crons import wait_for_crons
from .nfe_files import SAMPLE, nfe_maker
from .odoo import Session
from .sandbox import Sandbox, SandboxProcess

# Of each kind.
OPERATIONS = 20
LIVE = ("EM_ANALISE", "VIGENTE", "UTILIZADA_PARCIAL")
SECONDS = 180
# Seconds that a server's clock is ahead of the others.
TEN_MINUTES, DAY = 600, 24 * 3600


class Company:
    """A company at work on an Odoo whose database can be dumped and restored."""

    def __init__(self, databases, sandbox_port):
        self._databases = databases
        self._folder = HOST / DATABASE
        self._dump = self._folder / "yesterday.dump"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.sandbox = Sandbox(SandboxProcess(sandbox_port, self._folder / "sandbox.sqlite"))
        self.clock = OwnClock(self._folder / "clock")
        self.clock.set(TEN_MINUTES)
        self._servers = []
        self.start()

    def start(self):
        for port, environment in ((self._port, None), (free_port(), self.clock.environment)):
            self._servers.append(
                start_odoo(
                    self._databases,
                    DATABASE,
                    port,
                    options=["--max-cron-threads=2"],
                    environment=environment,
                )
            )
        self.admin = Session(self.url, DATABASE, "admin", "admin")

    def stop(self):
        while self._servers:
            self._servers.pop().stop()

    def end(self):
        self.stop()
        self.sandbox.process.stop()

    def dump(self):
        """Back the database up while everything runs."""
        self._run("pg_dump", "-Fc", "-f", self._dump, DATABASE)

    def restore(self):
        """Put the backup in the database's place, as after a disk was lost."""
        self.stop()
        postgres = self._databases.postgres
        postgres.drop(DATABASE)
        postgres.create(DATABASE)
        self._run("pg_restore", "-O", "-d", DATABASE, self._dump)
        self.start()

    def _run(self, program, *arguments):
        postgres = self._databases.postgres
        command = [postgres.program(program), *arguments]
        run(command, what=f"{program} of the company", env=postgres.environment)


@pytest.fixture
def company(databases, filled, sandbox_port):
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    databases.copy(DATABASE, template=FILLED)
    company = Company(databases, sandbox_port)
    yield company
    company.end()
    databases.drop(DATABASE)


class Life(Claimant):
    """What people do: reserve, cancel, sell, grant a bonus; and do again after a restore."""

    def __init__(self, company, databases):
        users = SimpleNamespace(accountant=company.admin, manager=company.admin)
        super().__init__(company, databases, company.admin, users)
        self._company = company

    def meet_again(self):
        """Log in again after Odoo was started anew."""
        self.admin = self.accountant = self.manager = self._company.admin

    def make_orders(self, count):
        """Return the ids of new quotations on Supplier's credit."""
        values = {
            "partner_id": self.customers[0].partner,
            "payment_term_id": self.terms[2],
            "preferred_payment_method_line_id": self._bearer,
        }
        line = {"product_id": self._product, "product_uom_qty": 1, "tax_ids": [[5, 0, 0]]}
        return self.admin.call(
            "sale.order",
            "create",
            [
                {**values, "order_line": [[0, 0, {**line, "price_unit": 20 + number}]]}
                for number in range(count)
            ],
        )

    def reserve(self, orders):
        for order in orders:
            self.admin.call("sale.order", "action_send_supplier_preauthorization", [order])

    def cancel(self, orders):
        for order in orders:
            self.admin.call("sale.order", "action_cancel_supplier_preauthorizations", [order])

    def prepare_sale(self):
        """Return a draft invoice and its NF-e."""
        customer, total = self.customers[1], Decimal("100.00")
        invoice = self._create_invoice(customer, total, self.terms[2], self._bearer)
        content = nfe_maker.make_nfe(SAMPLE, **self._describe_nfe(customer, total))
        self.upload(invoice, content)
        return invoice

    def register(self, invoices):
        for invoice in invoices:
            self.admin.call("account.move", "action_post", [invoice])

    def wait_until(self, condition, what):
        wait_for_crons(self._databases, DATABASE, condition, what, SECONDS)

    def wait_for_rest(self):
        mine = ["agreement_id", "=", self.agreement]
        moving = ["state", "in", ["waiting", "sending", "unknown", "answered"]]
        self.wait_until(lambda: not self.messages(mine, moving), "all messages arrive")
        assert not self.messages(mine, ["state", "in", ["failed"]])

    def read_agreement(self, name):
        return self.admin.read_one("supplier.credit.agreement", self.agreement, [name])[name]

    def read_states(self, orders):
        found = self.admin.search_read(
            "supplier.credit.preauthorization", [["order_id", "in", orders]], ["order_id", "state"]
        )
        return {one["order_id"][0]: one["state"] for one in found}


def test_backup_of_yesterday_doubles_nothing_and_all_is_found(company, databases):
    life = Life(company, databases)
    life.begin(fee_recognition="approval")
    reserved = life.make_orders(OPERATIONS)
    life.reserve(reserved)
    waiting, drafts = life.make_orders(OPERATIONS), life.make_orders(OPERATIONS)
    sold = [life.prepare_sale() for _number in range(OPERATIONS)]
    life.register(sold)
    to_sell = [life.prepare_sale() for _number in range(OPERATIONS)]
    life.wait_for_rest()
    # These are committed and not sent when the backup is made.
    life.sandbox.set_faults({"kind": "status", "status": 503, "path": "/api/v1/"})
    life.reserve(waiting)
    company.dump()
    life.sandbox.clear_faults()

    life.reserve(drafts)
    life.cancel(reserved)
    life.register(to_sell)
    for invoice in sold:
        life.grant_bonus(SimpleNamespace(invoice=invoice), Decimal("5.00"))
    life.retry("waiting", "unknown")
    life.wait_for_rest()
    before = count(life.sandbox.ledger())
    # Of this order the backup knows nothing at all.
    last = life.make_orders(1)
    forgotten = life.admin.read_one("sale.order", last[0], ["name"])
    life.reserve(last)
    life.wait_for_rest()

    company.restore()
    life.meet_again()
    # By itself: what waited in the backup, and the comparison of a database that was restored.
    life.wait_for_rest()
    life.wait_until(lambda: life.read_agreement("compared_at"), "the comparison begins")
    life.wait_for_rest()
    states = life.read_states(reserved)
    assert set(states.values()) == {"cancelled"}, "what was cancelled since is found"
    found = life.admin.search_read("supplier.credit.finding", [], ["kind", "state", "reference"])
    assert Counter(one["kind"] for one in found) == {
        "preauthorization": OPERATIONS + 1,
        "transaction": OPERATIONS,
    }
    # Half of it a manager takes over from the list, half people simply do again.
    half = life.admin.call(
        "supplier.credit.finding",
        "search",
        [["kind", "=", "preauthorization"], ["reference", "!=", forgotten["name"]]],
        limit=10,
    )
    life.admin.call("supplier.credit.finding", "action_take_over", half)
    life.wait_for_rest()
    # A server's clock is put right by a day, in the middle of the work, and then back.
    company.clock.set(DAY)
    again = [order for order in drafts if life.read_states([order]).get(order) is None]
    assert len(again) >= OPERATIONS - 10
    life.reserve(again)
    life.register(to_sell)
    company.clock.set(-DAY)
    for invoice in sold:
        life.grant_bonus(SimpleNamespace(invoice=invoice), Decimal("5.00"))
    rest = life.admin.call(
        "supplier.credit.finding",
        "search",
        [["reference", "=", forgotten["name"]], ["state", "=", "open"]],
    )
    life.admin.call("supplier.credit.finding", "action_take_over", rest)
    life.wait_for_rest()
    life.run_cron("follow_orders")
    life.wait_for_rest()

    ledger = life.sandbox.ledger()
    after = count(ledger)
    assert after == before, "nothing is doubled, and nothing is lost"
    assert set(life.read_states(drafts + waiting).values()) == {"active"}
    codes = life.admin.search_read(
        "supplier.credit.preauthorization", [["state", "=", "active"]], ["code"]
    )
    assert {one["code"] for one in codes} == {
        one["codigoPreAutorizacao"] for one in ledger["preAutorizacoes"] if one["situacao"] in LIVE
    }


def count(ledger):
    """Return how often each order, NF-e and sale has something that lives at Supplier."""
    return (
        Counter(
            one["numeroPedido"] for one in ledger["preAutorizacoes"] if one["situacao"] in LIVE
        ),
        Counter(one["chaveNFe"] for one in ledger["transacoes"] if one["situacao"] != "REJEITADA"),
        Counter(one["codigoTransacao"] for one in ledger["posVendas"]),
    )
