"""How fast waiting messages are delivered, beside a bare client and the theoretical floor."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import requests

from tests.host import demo
from tests.host.layout import HOST, ROOT
from tests.host.processes import free_port, start_sandbox
from tests.host.terminal import HostError, say, step

from .process import Resident

PREPARED = "bench_delivery"
RUN = "bench_run"
PATH = "/api/v1/pre-autorizacoes"
CUSTOMER = "57647232000153"
SECRET = "secret"
FIRST_AMOUNT = 20.50
# Name: worker processes (0: the bare client), requests at the same time in each.
SCENARIOS = {
    "one worker, 16 parallel": (1, 16),
    "bare client, 16 parallel": (0, 16),
    "two workers, 16 parallel each": (2, 16),
    "one worker, 4 parallel": (1, 4),
    "two workers, 4 parallel each": (2, 4),
}


class Delivery:
    """The sandbox and a database with waiting messages; each run gets a copy of the database."""

    def __init__(self, databases, count, latency):
        self._databases = databases
        self._count = count
        self._latency = latency

    def measure(self, repetitions):
        """Return {scenario: [seconds]}; the scenarios take turns."""
        found = {name: [] for name in SCENARIOS}
        state = HOST / "bench"
        state.mkdir(exist_ok=True)
        for path in state.glob("sandbox.sqlite*"):
            path.unlink()
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        sandbox = start_sandbox(port, state / "sandbox.sqlite")
        try:
            self._prepare(port)
            for number in range(repetitions):
                names = list(SCENARIOS)
                for name in names[number % len(names) :] + names[: number % len(names)]:
                    seconds = self._run(*SCENARIOS[name])
                    found[name].append(seconds)
                    say(f"{name}: {self._count} messages in {seconds:.2f} s")
        finally:
            sandbox.stop()
            for database in (RUN, PREPARED):
                self._databases.drop(database)
        return found

    def _prepare(self, port):
        with step(f"Making {self._count} orders with a message each"):
            self._databases.copy(PREPARED, ["supplier_credit"])
            demo.fill_company(self._databases, PREPARED, port)
            script = (
                "import sys\n"
                f"sys.path.insert(0, {str(ROOT)!r})\n"
                "from tests.host import orders_script\n"
                f"orders_script.make(env, {self._count}, {FIRST_AMOUNT})\n"
                "orders_script.queue(env)\n"
            )
            self._databases.odoo_shell(PREPARED, script, what="Making the orders")
            self._databases.postgres.query("VACUUM ANALYZE", PREPARED)
        self._control(
            "POST",
            "/faults",
            json={"faults": [{"kind": "latency", "seconds": self._latency, "path": PATH}]},
        )

    def _run(self, workers, parallel):
        """Return the seconds from the start of the first message to the end of the last."""
        client = f"bench-{uuid.uuid4().hex}"
        self._control("POST", "/clients", json={"clientId": client, "clientSecret": SECRET})
        self._control(
            "PUT",
            f"/clientes/{CUSTOMER}",
            params={"clientId": client},
            json={"limiteTotal": "99999999.00"},
        )
        if workers:
            seconds = self._run_workers(client, workers, parallel)
        else:
            seconds = self._run_bare_client(client, parallel)
        self._check(client, workers)
        return seconds

    def _run_workers(self, client, workers, parallel):
        postgres = self._databases.postgres
        postgres.drop(RUN)
        postgres.create(RUN, PREPARED)
        postgres.query(
            f"UPDATE supplier_credit_agreement SET client_id = '{client}', "
            f"client_secret = '{SECRET}', parallel_requests = {parallel}",
            RUN,
        )
        with ExitStack() as stack:
            residents = [
                stack.enter_context(Resident(self._databases, RUN)) for _ in range(workers)
            ]
            for resident in residents:
                resident.begin("ready")
            for resident in residents:
                resident.result()
            for resident in residents:
                resident.begin("deliver")
            times = [resident.result() for resident in residents]
        states = postgres.query(
            "SELECT state, count(*) FROM supplier_credit_message GROUP BY state", RUN
        )
        if states != f"done|{self._count}":
            raise HostError(f"Not all messages were delivered: {states}")
        return max(ended for _began, ended in times) - min(began for began, _ended in times)

    def _run_bare_client(self, client, parallel):
        """Post the same bodies with nothing but requests and a pool of threads."""
        bodies = [
            json.loads(line)
            for line in self._databases.postgres.query(
                "SELECT request::jsonb FROM supplier_credit_message ORDER BY id", PREPARED
            ).splitlines()
        ]
        kept = threading.local()
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": SECRET}

        def post(body):
            if not hasattr(kept, "session"):
                kept.session = requests.Session()
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
            response = kept.session.post(
                self._url + PATH, json=body, headers=headers, timeout=(5, 20)
            )
            response.raise_for_status()
            return response.json()

        began = time.monotonic()
        answer = requests.post(f"{self._url}/api/v1/oauth/token", data=form, timeout=20)
        token = answer.json()["access_token"]
        with ThreadPoolExecutor(parallel) as pool:
            list(pool.map(post, bodies))
        return time.monotonic() - began

    def _check(self, client, workers):
        """Each message reached the sandbox exactly once."""
        ledger = self._control("GET", "/ledger", params={"clientId": client}).json()
        posts = [r for r in ledger["requests"] if r["operation"] == "POST /pre-autorizacoes"]
        in_force = [r for r in ledger["preAutorizacoes"] if r["situacao"] == "VIGENTE"]
        once = all(request["count"] == 1 for request in posts)
        if not len(posts) == len(in_force) == self._count or not once:
            raise HostError(
                f"{workers} worker(s): {len(posts)} keys and {len(in_force)} reservations at the "
                f"sandbox for {self._count} messages; each key once: {once}"
            )

    def _control(self, method, path, **options):
        response = requests.request(method, f"{self._url}/_sandbox{path}", timeout=60, **options)
        response.raise_for_status()
        return response
