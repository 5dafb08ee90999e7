"""A statement that is settled while Odoo is killed: the stage, and the accountant who goes on."""

import os
import threading
import time
from datetime import timedelta

import requests

from tests.host import statement
from tests.host.demo import CLIENT
from tests.host.processes import start_odoo

from . import conftest
from .cutting import cut
from .days import today
from .odoo import OdooError, Session
from .orders import wait_until

DATABASE = f"{conftest.DATABASE}_settlement"
PREPARED = f"{DATABASE}_prepared"
ENTRIES = int(os.environ.get("CRASH_SETTLEMENT_ENTRIES", "600"))
ACCOUNTANT = "accountant"
# The sandbox's clock stands there.
FUTURE_DAYS = 20


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
        now = today()
        self.day = now.isoformat()
        later = (now + timedelta(FUTURE_DAYS)).isoformat()
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
        """Kill Odoo; return once PostgreSQL has ended its transactions, too."""
        self._odoo.kill()
        wait_until(
            lambda: not self._databases.postgres.count_clients(DATABASE), "the connections ended"
        )

    def cut(self):
        """Take the database away for a second, under the running Odoo."""
        cut(self._databases.postgres, DATABASE, 1)

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
        # Errors shown to the user; none is expected.
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
            # Without its database Odoo has no words for users.
            if not error.kind.startswith("psycopg2."):
                self.refusals.append(str(error))
            time.sleep(0.1)
        except (requests.RequestException, ValueError):
            # No answer, or half of one.
            time.sleep(0.1)
        self._session = None
        return None

    def _log_in(self):
        password = f"{ACCOUNTANT}-{ACCOUNTANT}"
        return Session(self._stage.url, DATABASE, ACCOUNTANT, password)

    def advance(self):
        """Do the next step; return whether nothing is left to do."""
        unmatched = ["&", ["state", "in", ["open", "proposed"]], ["problem", "=", False]]
        waiting = ["|", ["to_acknowledge", "=", True], *unmatched]
        agreement = self._read_agreement()
        is_imported = agreement["settlement_cursor"] and not agreement["settlement_requested"]
        if not is_imported or self._search("settlement.entry", waiting):
            self.press_import()
            return False
        self.ignore_undecided()
        self.post()
        return not self._search("settlement", [["state", "!=", "posted"]])

    def press_import(self):
        agreement = self._read_agreement()
        self._call("agreement", "action_import_settlements", [agreement["id"]])

    def ignore_undecided(self):
        """Ignore, with a reason, the entries without a match that name their problem."""
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
