"""The database goes away, or Odoo is killed, while a vendor contract of 300 titles is at work.

Each step happens whole or not at all, and done again it happens once.
"""

import base64
import random
import threading
import time

import pytest

from tests.host.layout import ROOT
from tests.host.processes import free_port, start_odoo

from .conftest import DATABASE, FILLED
from .cutting import cut, faults_shown
from .odoo import Session
from .orders import wait_until

pytestmark = pytest.mark.load

TITLES = 300
SEED = 17
CUTS = 3
SECONDS = 60
CONTRACT = "vendor.financing.contract"
LINE = "vendor.financing.report.line"
# What the contract stands for in the ledger, by account; what was undone balances.
LEDGER = """
    SELECT l.account_id, round(sum(l.balance), 2)
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
     WHERE m.state = 'posted' AND m.vendor_operation_id IS NOT NULL
  GROUP BY l.account_id HAVING round(sum(l.balance), 2) != 0 ORDER BY l.account_id
"""


class Stage:
    """A company whose contract waits to become effective, on an Odoo that can be killed."""

    def __init__(self, databases):
        self._databases = databases
        self._port = free_port()
        self.start()
        (contract,) = self.admin.search_read(CONTRACT, [["state", "=", "draft"]], ["agreement_id"])
        self.contract, self.agreement = contract["id"], contract["agreement_id"][0]

    def start(self):
        self._odoo = start_odoo(
            self._databases, DATABASE, self._port, options=["--max-cron-threads=0"]
        )
        self.log_in()

    def log_in(self):
        self.admin = Session(f"http://127.0.0.1:{self._port}", DATABASE, "admin", "admin")

    def kill(self):
        self._odoo.kill()
        wait_until(lambda: not self._databases.postgres.count_clients(DATABASE), "connections end")

    def restart(self):
        self.kill()
        self.start()

    def stop(self):
        self._odoo.stop()

    def make_contract(self):
        """Make another contract of the same titles."""
        self.contract = self.admin.call(CONTRACT, "create", {"agreement_id": self.agreement})
        self.admin.call(CONTRACT, "action_add_pending", [self.contract])
        self.admin.call(CONTRACT, "action_apply_expected", [self.contract])

    def cut(self):
        cut(self._databases.postgres, DATABASE, 1)
        # The first call after it may still meet a connection that is gone.
        wait_until(self._is_back, "Odoo reaches its database again", SECONDS)

    def _is_back(self):
        with faults_shown():
            self.log_in()
            return self.state()
        return None

    def query(self, sql):
        return self._databases.postgres.query(sql, DATABASE).strip()

    def state(self):
        return self.admin.read_one(CONTRACT, self.contract, ["state"])["state"]

    def during(self, method, fault, delay):
        """Press a button, and let something happen so many seconds after it."""
        admin = self.admin

        def press():
            with faults_shown():
                admin.call(CONTRACT, method, [self.contract])

        pressed = threading.Thread(target=press)
        pressed.start()
        time.sleep(delay)
        fault()
        pressed.join(SECONDS)


@pytest.fixture
def stage(databases, filled):
    databases.copy(DATABASE, template=FILLED)
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.bench import financing_jobs\n"
        f"financing_jobs.prepare(env, {TITLES})\n"
        "name = financing_jobs.REFERENCE\n"
        "agreement = env['vendor.financing.agreement'].search([('name', '=', name)])\n"
        "agreement.write({'report_document_column': 'Documento', 'report_date_column': 'Data',\n"
        "                 'report_amount_column': 'Valor'})\n"
        "contract = env['vendor.financing.contract'].create({'agreement_id': agreement.id})\n"
        f"contract._add_titles(contract._find_pending()[:{TITLES}])\n"
        "contract.action_apply_expected()\n"
        "env.cr.commit()\n"
    )
    databases.odoo_shell(DATABASE, script, what="Making a contract of many titles")
    stage = Stage(databases)
    yield stage
    stage.stop()
    databases.drop(DATABASE)


def test_each_step_happens_whole_or_not_at_all(stage):
    generator = random.Random(SEED)
    nothing = stage.query(LEDGER)
    stage.admin.call(CONTRACT, "action_effect", [stage.contract])
    whole = stage.query(LEDGER)
    assert whole != nothing
    for fault in (stage.cut, stage.restart):
        for _time in range(CUTS):
            interrupt(stage, "action_undo", fault, generator.uniform(0.05, 1.5), whole, nothing)
            # What was undone is over; its titles wait for another contract.
            stage.make_contract()
            interrupt(stage, "action_effect", fault, generator.uniform(0.05, 1.5), nothing, whole)


def interrupt(stage, step, fault, delay, before, after):
    """Have a step interrupted, and done again where it was not done."""
    stage.during(step, fault, delay)
    ledger = stage.query(LEDGER)
    assert ledger in (before, after), f"{step} is never half done"
    check_proof(stage)
    if ledger == before:
        stage.admin.call(CONTRACT, step, [stage.contract])
    assert stage.query(LEDGER) == after
    check_proof(stage)


def test_report_of_the_bank_is_booked_once_whatever_happens(stage):
    """The import is cut and killed and done again, and so is the booking of its rows."""
    generator = random.Random(SEED)
    stage.admin.call(CONTRACT, "action_effect", [stage.contract])
    content = make_report(stage)
    for fault in (stage.cut, stage.restart):
        for step in (import_report, book_report):
            with_fault(stage, fault, generator.uniform(0.05, 1.5), step, content)
            check_proof(stage)
    import_report(stage, content)
    open_lines = stage.admin.search_read(LINE, [["state", "=", "open"]], ["problem"])
    assert not open_lines, open_lines[:3]
    book_report(stage, content)
    lines = stage.admin.search_read(LINE, [], ["state"])
    assert len(lines) == TITLES, "each row once"
    settled = "SELECT count(*) FROM vendor_financing_contract_installment WHERE state = 'settled'"
    assert stage.query(settled) == str(TITLES)
    check_proof(stage)


def make_report(stage):
    rows = stage.query(
        "SELECT m.name, CURRENT_DATE + 4, i.principal FROM vendor_financing_contract_installment i"
        " JOIN account_move m ON m.id = i.move_id ORDER BY i.id"
    )
    lines = [row.split("|") for row in rows.splitlines()]
    text = "Documento;Data;Valor\n" + "\n".join(";".join(line) for line in lines)
    return base64.b64encode(text.encode()).decode()


def import_report(stage, content):
    values = {"agreement_id": stage.agreement, "report_file": content}
    wizard = stage.admin.call("vendor.financing.report", "create", values)
    stage.admin.call("vendor.financing.report", "action_import", [wizard])


def book_report(stage, _content):
    lines = stage.admin.call(LINE, "search", [["state", "!=", "booked"]])
    if lines:
        stage.admin.call(LINE, "action_book", lines)


def with_fault(stage, fault, delay, step, content):
    def press():
        with faults_shown():
            step(stage, content)

    pressed = threading.Thread(target=press)
    pressed.start()
    time.sleep(delay)
    fault()
    pressed.join(SECONDS)


def check_proof(stage):
    """The ledger, the instalments and the marks agree."""
    names = ["proof_difference", "mismatch_count"]
    proof = stage.admin.read_one("vendor.financing.agreement", stage.agreement, names)
    assert (proof["proof_difference"], proof["mismatch_count"]) == (0, 0), proof
