"""Odoo is killed while it settles a statement: the books end as if nothing had happened.

CRASH_SETTLEMENT_ENTRIES, CRASH_SETTLEMENT_ROUNDS and CRASH_SEED make shorter or other runs.
"""

import os
import random
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.host import statement
from tests.host.demo import CLIENT
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_odoo

from . import conftest
from .odoo import OdooError, Session
from .orders import wait_until
from .sandbox import Sandbox, SandboxProcess

DATABASE = f"{conftest.DATABASE}_settlement"
PREPARED = f"{DATABASE}_prepared"
ENTRIES = int(os.environ.get("CRASH_SETTLEMENT_ENTRIES", "600"))
ROUNDS = int(os.environ.get("CRASH_SETTLEMENT_ROUNDS", "12"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
ACCOUNTANT = "accountant"
# The sandbox's clock stands there.
ZONE = ZoneInfo("America/Sao_Paulo")
FUTURE_DAYS = 20
# Seconds that Odoo lives between two crashes of the long test.
LIFE = (0.5, 6)
SECONDS_TO_FINISH = 300
# So many seconds the sandbox takes for a page and for a confirmation, so that a crash falls among
# them.
PAGE_SECONDS = 0.5
CONFIRMATION_SECONDS = 0.01
# What an entry came to, what it settled and whether that is settled, and by whom else.
ENTRY_BOOKS = """
    SELECT e.external_id, e.state, e.amount, e.settled_amount, e.difference, e.write_off,
           e.to_acknowledge, e.acknowledged, e.conflict IS NOT NULL,
           t.code, i.number, l.reconciled, round(l.amount_residual, 2),
           (SELECT count(*) FROM account_partial_reconcile p
             WHERE l.id IN (p.debit_move_id, p.credit_move_id)),
           s.state, s.date
      FROM supplier_credit_settlement_entry e
 LEFT JOIN supplier_credit_settlement s ON s.id = e.settlement_id
 LEFT JOIN supplier_credit_transaction_installment i ON i.id = e.installment_id
 LEFT JOIN supplier_credit_transaction t ON t.id = i.transaction_id
 LEFT JOIN account_move_line l ON l.id = e.counterpart_line_id
  ORDER BY e.external_id
"""
# What the entries of statements book, by account.
LEDGER = """
    SELECT a.name->>'en_US', m.state, count(*),
           round(sum(l.balance), 2), round(sum(l.amount_residual), 2)
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account a ON a.id = l.account_id
     WHERE m.supplier_settlement_id IS NOT NULL
  GROUP BY 1, 2 ORDER BY 1, 2
"""


class Stage:
    """An Odoo that can be killed and started again, its database, its sandbox, its statement."""

    def __init__(self, databases, sandbox, port):
        self.url = f"http://127.0.0.1:{port}"
        self.sandbox = sandbox
        self._databases = databases
        self._port = port
        self._odoo = None

    def begin(self):
        """Start afresh: the prepared database, and the same statement untouched at Supplier."""
        self.end()
        self._databases.copy(DATABASE, template=PREPARED)
        self.sandbox.reset()
        self.told = self._tell()
        self.start()

    def _tell(self):
        today = datetime.now(ZONE).date()
        self.day = today.isoformat()
        later = (today + timedelta(FUTURE_DAYS)).isoformat()
        instalments = statement.list_instalments(sale_codes())
        told = statement.tell("LC", instalments, ENTRIES, self.day, later)
        body = {"clientId": CLIENT[0], "entries": told.entries}
        answer = requests.post(f"{self.sandbox.url}/_sandbox/settlement", json=body, timeout=60)
        answer.raise_for_status()
        return told

    def start(self):
        self._odoo = start_odoo(
            self._databases, DATABASE, self._port, options=["--max-cron-threads=1"]
        )

    def kill(self):
        """Kill Odoo; return once PostgreSQL, too, has ended what was under way."""
        self._odoo.kill()
        wait_until(
            lambda: not self._databases.postgres.count_clients(DATABASE), "the connections ended"
        )

    def end(self):
        if self._odoo:
            self._odoo.stop()
            self._odoo = None

    def query(self, sql):
        """Return the rows of an SQL query, as text."""
        return [
            row.split("|") for row in self._databases.postgres.query(sql, DATABASE).splitlines()
        ]

    def count_stored(self):
        return int(self.query("SELECT count(*) FROM supplier_credit_settlement_entry")[0][0])

    def get_cursor(self):
        """Return the day up to which all is fetched, or an empty text."""
        rows = self.query("SELECT settlement_cursor FROM supplier_credit_agreement")
        return rows[0][0] if rows else ""

    def list_confirmed(self):
        """Return the numbers that Supplier believes to be stored here."""
        told = self.sandbox.ledger()["lancamentos"]
        return {entry["lancamentoId"] for entry in told if entry["confirmado"]}

    def count_posted(self):
        """Return how many entries of statements stand in the ledger."""
        return int(
            self.query("SELECT count(*) FROM account_move WHERE supplier_settlement_id > 0")[0][0]
        )


class Accountant(threading.Thread):
    """Imports, decides and posts, whatever happens to Odoo, until the statement is settled."""

    def __init__(self, stage):
        super().__init__(daemon=True)
        # What the user was told instead of a result, which never happens here.
        self.refusals = []
        self._stage = stage
        self._session = None

    def run(self):
        while not self.do(self.advance) and not self.refusals:
            time.sleep(0.3)

    def do(self, step):
        """Return what a step returns, or None if Odoo is dead or dies meanwhile."""
        try:
            self._session = self._session or self._log_in()
            return step()
        except OdooError as error:
            self.refusals.append(str(error))
        except (requests.RequestException, ValueError):
            # No answer, or half of one.
            time.sleep(0.1)
        self._session = None
        return None

    def _log_in(self):
        password = f"{ACCOUNTANT}-{ACCOUNTANT}"
        return Session(self._stage.url, DATABASE, ACCOUNTANT, password)

    def advance(self):
        """Do what is next to be done; return whether nothing is left."""
        entries = self._search("settlement.entry", [])
        unmatched = ["&", ["state", "in", ["open", "proposed"]], ["problem", "=", False]]
        waiting = ["|", ["to_acknowledge", "=", True], *unmatched]
        agreement = self._read_agreement()
        is_imported = agreement["settlement_cursor"] and not agreement["settlement_requested"]
        if not is_imported or self._search("settlement.entry", waiting):
            self.press_import()
            return False
        assert entries
        self.ignore_undecided()
        self.post()
        return not self._search("settlement", [["state", "!=", "posted"]])

    def press_import(self):
        agreement = self._read_agreement()
        self._call("agreement", "action_import_settlements", [agreement["id"]])

    def ignore_undecided(self):
        """Ignore, with a reason, what was matched with nothing and says why."""
        undecided = self._search(
            "settlement.entry",
            [["state", "in", ["open", "proposed"]], ["problem", "!=", False]],
        )
        if undecided:
            values = {"entry_ids": [[6, 0, undecided]], "reason": "Asked Supplier"}
            wizard = self._call("settlement.decision", "create", values)
            self._call("settlement.decision", "action_ignore", [wizard])

    def post(self):
        if ready := self._search("settlement", [["state", "=", "matched"]]):
            self._call("settlement", "action_post", ready)

    def _read_agreement(self):
        fields = ["settlement_cursor", "settlement_requested"]
        (agreement,) = self._session.search_read("supplier.credit.agreement", [], fields)
        return agreement

    def _search(self, model, domain):
        return self._call(model, "search", domain)

    def _call(self, model, method, *arguments):
        return self._session.call(f"supplier.credit.{model}", method, *arguments)


def sale_codes():
    """Return as many transactions as a statement can settle."""
    return [f"TR-{number}" for number in range(ENTRIES // statement.PER_SALE + 1)]


@pytest.fixture(scope="module")
def stage(databases):
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    port = free_port()
    process = SandboxProcess(port, state / "sandbox.sqlite")
    stage = Stage(databases, Sandbox(process), free_port())
    try:
        databases.copy(PREPARED, template=conftest.INSTALLED)
        script = (
            "import sys\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.host import demo_script, settlement_script\n"
            f"demo_script.fill(env, 'http://127.0.0.1:{port}/api/v1', *{CLIENT!r})\n"
            f"settlement_script.prepare_demo(env, {sale_codes()!r})\n"
        )
        databases.odoo_shell(PREPARED, script, what="Making sales to settle")
        yield stage
    finally:
        stage.end()
        process.stop()
        for database in (DATABASE, PREPARED):
            databases.drop(database)


@pytest.fixture(autouse=True)
def slow_supplier(stage):
    stage.sandbox.set_faults(
        {"kind": "latency", "seconds": PAGE_SECONDS, "path": "/conciliacao$"},
        {"kind": "latency", "seconds": CONFIRMATION_SECONDS, "path": "/confirmacao$"},
    )
    yield
    stage.sandbox.clear_faults()


def test_killed_in_each_step_it_ends_as_if_unharmed(stage):
    """Once while pages come, once while entries are matched, confirmed, and posted."""
    generator = random.Random(SEED)
    stage.begin()
    accountant = Accountant(stage)
    effective = len(stage.told.numbers) - len(stage.told.future)

    accountant.do(accountant.press_import)
    # Whichever comes first; the next page is on its way then.
    wait_until(lambda: stage.count_stored() or stage.list_confirmed(), "a page is taken")
    time.sleep(generator.uniform(0, PAGE_SECONDS / 2))
    stage.kill()
    check_wreck(stage)
    assert stage.count_stored() < len(stage.told.numbers)
    assert not stage.get_cursor()

    stage.start()
    accountant.do(accountant.press_import)
    wait_until(stage.get_cursor, "all pages are stored")
    time.sleep(generator.uniform(0, PAGE_SECONDS * 3))
    stage.kill()
    check_wreck(stage)
    assert len(stage.list_confirmed()) < effective

    stage.start()
    accountant.do(accountant.press_import)
    wait_until(stage.list_confirmed, "something is confirmed")
    time.sleep(generator.uniform(0, 1))
    stage.kill()
    check_wreck(stage)
    assert 0 < len(stage.list_confirmed()) < effective

    stage.start()
    accountant.do(accountant.press_import)
    wait_until(lambda: len(stage.list_confirmed()) == effective, "all is confirmed")
    assert not stage.count_posted()
    accountant.do(accountant.ignore_undecided)
    posting = threading.Thread(target=accountant.do, args=(accountant.post,), daemon=True)
    posting.start()
    time.sleep(generator.uniform(0.5, 2.5))
    stage.kill()
    posting.join(SECONDS_TO_FINISH)
    check_wreck(stage)

    stage.start()
    finish(accountant)
    check_books(stage)


@pytest.mark.load
def test_killed_again_and_again_it_ends_as_an_unharmed_run(stage):
    stage.begin()
    unharmed = Accountant(stage)
    unharmed.start()
    finish(unharmed)
    books = check_books(stage)

    generator = random.Random(SEED)
    stage.begin()
    accountant = Accountant(stage)
    accountant.start()
    wrecks = Counter()
    for _round in range(ROUNDS):
        time.sleep(generator.uniform(*LIFE))
        stage.kill()
        wrecks[check_wreck(stage)] += 1
        stage.start()
    finish(accountant)
    assert check_books(stage) == books
    assert len(wrecks) > 2, f"the crashes fell into too few steps: {wrecks}"


def finish(accountant):
    """Wait until an accountant has nothing left to do; nobody was refused anything."""
    if accountant.is_alive():
        accountant.join(SECONDS_TO_FINISH)
        assert not accountant.is_alive(), "the statement was not settled in time"
    else:
        wait_until(
            lambda: accountant.do(accountant.advance) or accountant.refusals,
            "all is settled",
            SECONDS_TO_FINISH,
        )
    assert not accountant.refusals


def check_wreck(stage):
    """Whatever was under way, the books of a dead Odoo claim nothing that is not there.

    Returns the step in which it died.
    """
    numbers = set(stage.told.numbers)
    confirmed = stage.list_confirmed()
    rows = stage.query("SELECT external_id, state FROM supplier_credit_settlement_entry")
    states = dict(rows)
    assert len(states) == len(rows), "an entry is there twice"
    assert set(states) <= numbers
    assert confirmed <= set(states), "Supplier believes what is not stored"
    if stage.get_cursor() >= stage.day:
        assert set(states) == numbers, "the cursor passed entries that were not fetched"
    posted = {number for number, state in states.items() if state == "posted"}
    assert stage.count_posted() == bool(posted)
    assert posted in (set(), set(stage.told.settled + stage.told.booked)), "half of it is posted"
    if posted:
        check_ledger(stage)
        return "posted"
    if len(states) < len(numbers):
        return "importing" if states else "not begun"
    if "matched" not in states.values():
        return "matching"
    return "confirming" if len(confirmed) < len(numbers - set(stage.told.future)) else "posting"


def check_books(stage):
    """Each entry once, each item settled once, all confirmed; return the books to compare."""
    told = stage.told
    entries = stage.query(ENTRY_BOOKS)
    fates = {
        **dict.fromkeys([*told.settled, *told.booked], "posted"),
        **dict.fromkeys(told.undecided, "ignored"),
        **dict.fromkeys(told.future, "future"),
    }
    assert {row[0]: row[1] for row in entries} == fates
    assert len(entries) == len(fates)
    for row in entries:
        number, waits, is_confirmed = row[0], row[6], row[7]
        assert waits == "f", f"{number} still waits for its confirmation"
        assert is_confirmed == ("f" if number in told.future else "t"), number
    effective = {number for number, fate in fates.items() if fate != "future"}
    assert stage.list_confirmed() == effective
    settled = [row for row in entries if row[0] in set(told.settled)]
    assert {tuple(row[11:14]) for row in settled} == {("t", "0.00", "1")}
    assert len({(row[9], row[10]) for row in settled}) == len(told.settled)
    assert stage.get_cursor() == stage.day
    return SimpleNamespace(entries=entries, ledger=check_ledger(stage))


def check_ledger(stage):
    """One entry, with the sums of the statement, every item of which is settled."""
    told = stage.told
    assert stage.count_posted() == 1
    rows = stage.query(LEDGER)
    assert {row[1] for row in rows} == {"posted"}
    ledger = {row[0]: row[2:] for row in rows}
    bank = f"{told.bank:.2f}"
    owed = told.bank + told.fees + told.written_off
    assert ledger == {
        "Repasses a conciliar": ["1", bank, bank],
        "Diferenças": ["1", f"{told.written_off:.2f}", "0.00"],
        "Taxas da Supplier": ["1", f"{told.fees:.2f}", "0.00"],
        "Supplier a receber": [str(len(told.settled)), f"{-owed:.2f}", "0.00"],
    }
    return ledger
