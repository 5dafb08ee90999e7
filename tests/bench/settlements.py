"""What settling a statement costs beside the host reconciling as many lines, and how it grows."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import requests

from tests.host import statement
from tests.host.layout import HOST
from tests.host.processes import free_port, start_sandbox
from tests.host.terminal import step

from .process import Resident

DATABASE = "bench_settlements"
# The sandbox's clock stands there.
ZONE = ZoneInfo("America/Sao_Paulo")
FUTURE_DAYS = 20
# Small statements take more turns, so that a comparison never rests on a few seconds.
ENTRIES_IN_ALL = 4000
MOST_ROUNDS = 8
# Entries of the statement that only warms the caches up.
WARM_UP = 100


def count_rounds(size):
    """Return how many statements of a size are settled: an even number, so that turns are fair."""
    return max(2, min(MOST_ROUNDS, ENTRIES_IN_ALL // size) // 2 * 2)


def measure(databases, sizes):
    """Return {size: {"settlement": [...], "host": [...], "settled": [...]}}, an item per statement.

    Of a settlement that is {step: [seconds, queries]}, of the host [seconds, queries], and how many
    open items both settled. After each statement its books are checked, and that importing it again
    changes nothing.

    :param sizes: entries of a statement
    """
    state = HOST / "bench"
    state.mkdir(exist_ok=True)
    for path in state.glob("settlements.sqlite*"):
        path.unlink()
    port = free_port()
    sandbox = start_sandbox(port, state / "settlements.sqlite")
    try:
        with step("Making a database with open items of Supplier"):
            databases.copy(DATABASE, ["supplier_credit"])
        with Resident(databases, DATABASE) as resident:
            bench = _Bench(resident, f"http://127.0.0.1:{port}")
            bench.prepare(sizes)
            databases.postgres.query("VACUUM ANALYZE", DATABASE)
            return {size: bench.take_turns(size) for size in sizes}
    finally:
        sandbox.stop()
        databases.drop(DATABASE)


def list_totals(found):
    """Return the seconds and queries of all settlements of a size, and those of the host."""
    steps = [values for turn in found["settlement"] for values in turn.values()]
    return [sum(column) for rows in (steps, found["host"]) for column in zip(*rows, strict=True)]


class _Bench:
    def __init__(self, resident, url):
        self._resident = resident
        self._url = url
        self._numbers = count(1)
        today = datetime.now(ZONE).date()
        self._days = (today.isoformat(), (today + timedelta(FUTURE_DAYS)).isoformat())

    def prepare(self, sizes):
        """Make as many open items as all statements settle, and as many for the host."""
        needed = sum(size * count_rounds(size) for size in sizes) + WARM_UP
        codes = [f"TR{number}" for number in range(1, needed // statement.PER_SALE + 2)]
        self._instalments = statement.list_instalments(codes)
        with step(f"Posting twice {len(codes) * statement.PER_SALE} open items"):
            self._resident.do(
                "prepare_settlements",
                base_url=f"{self._url}/api/v1",
                codes=codes,
                host_count=needed,
            )
        self._take_turn(WARM_UP, is_ours_first=True)

    def take_turns(self, size):
        rounds = count_rounds(size)
        found = {"settlement": [], "host": [], "settled": []}
        with step(f"Settling {rounds} statements of {size} entries by turns with the host"):
            for number in range(rounds):
                turn = self._take_turn(size, is_ours_first=number % 2 == 0)
                for name, values in zip(found, turn, strict=True):
                    found[name].append(values)
        return found

    def _take_turn(self, size, *, is_ours_first):
        client, told = self._tell(size)
        settled = len(told.settled)
        if is_ours_first:
            ours = self._resident.do("settle", client_id=client)
            host = self._resident.do("reconcile_equal_lines", count=settled)
        else:
            host = self._resident.do("reconcile_equal_lines", count=settled)
            ours = self._resident.do("settle", client_id=client)
        self._resident.do(
            "check_settlement",
            expected={
                **{fate: getattr(told, fate) for fate in statement.FATES},
                "bank": str(told.bank),
                "written_off": str(told.written_off),
                "fees": str(told.fees),
            },
        )
        self._resident.do("import_again", client_id=client)
        return ours, host, settled

    def _tell(self, size):
        """Create a sandbox client with a statement on its books; return both."""
        client = f"bench-{next(self._numbers)}"
        told = statement.tell(client, self._instalments, size, *self._days)
        self._control("/clients", {"clientId": client, "clientSecret": "secret"})
        self._control("/settlement", {"clientId": client, "entries": told.entries})
        return client, told

    def _control(self, path, body):
        answer = requests.post(f"{self._url}/_sandbox{path}", json=body, timeout=120)
        answer.raise_for_status()
