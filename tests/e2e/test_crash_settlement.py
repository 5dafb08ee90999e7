"""Odoo is killed while it settles a statement: the books end as if nothing had happened.

CRASH_SETTLEMENT_ENTRIES, CRASH_SETTLEMENT_ROUNDS and CRASH_SEED make shorter or other runs.
"""

import os
import random
import threading
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.host.demo import CLIENT
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port

from . import conftest
from .orders import wait_until
from .sandbox import Sandbox, SandboxProcess
from .settling import DATABASE, PREPARED, Accountant, Stage, sale_codes

ROUNDS = int(os.environ.get("CRASH_SETTLEMENT_ROUNDS", "12"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
# Seconds that Odoo lives between two crashes of the long test.
LIFE = (0.5, 6)
SECONDS_TO_FINISH = 300
# So many seconds the sandbox takes for a page and for a confirmation, so that a crash falls among
# them.
PAGE_SECONDS = 0.5
CONFIRMATION_SECONDS = 0.01
# Per entry: its state, the item it settled, whether that item is settled, and other entries on it.
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


@pytest.mark.load
def test_database_that_goes_away_again_and_again_leaves_an_unharmed_run(stage):
    """PostgreSQL ends all connections at any moment; Odoo goes on when it is back."""
    generator = random.Random(SEED)
    stage.begin()
    accountant = Accountant(stage)
    accountant.start()
    wrecks = Counter()
    for _round in range(ROUNDS):
        time.sleep(generator.uniform(*LIFE))
        stage.cut()
        wrecks[check_wreck(stage)] += 1
    finish(accountant)
    check_books(stage)
    assert len(wrecks) > 2, f"the cuts fell into too few steps: {wrecks}"


def finish(accountant):
    """Work as an accountant until nothing is left; no action may be refused."""
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
        "Diferenças de repasse": ["1", f"{told.written_off:.2f}", "0.00"],
        "Taxas da Supplier": ["1", f"{told.fees:.2f}", "0.00"],
        "Supplier a receber": [str(len(told.settled)), f"{-owed:.2f}", "0.00"],
    }
    return ledger
