"""What a bystander waits for a page while services are silent and others work with them.

Odoo runs with two workers. Four people send without a pause, each an order to Supplier or a fatura
to Asaas; a fifth opens the login page again and again. What he waits is measured, beside the same
with services that answer.
"""

import contextlib
import threading
import time
from statistics import quantiles

import requests

from tests.e2e.billing import Asaas, Reseller
from tests.e2e.odoo import OdooError, Session
from tests.e2e.orders import make_order
from tests.e2e.sandbox import Sandbox, SandboxProcess
from tests.host import demo
from tests.host.layout import ADDONS, HOST
from tests.host.processes import free_port, start_odoo
from tests.host.terminal import say, step

DATABASE = "bench_outage"
PEOPLE = 4
# Seconds between two things that one person does, and between two pages.
THINKING = 5.0
LOOKING = 0.1
SILENT = 60
SUPPLIER, ASAAS = "/api/v1/(pre|trans|pos)", "/asaas/v3/"
# Name: (who works with which service, the fault of it).
SCENARIOS = {
    "both answer at once": (("supplier", "asaas"), None),
    "Supplier takes 8 s": (("supplier",), (SUPPLIER, 8)),
    "Supplier is silent": (("supplier",), (SUPPLIER, SILENT)),
    "Asaas takes 8 s": (("asaas",), (ASAAS, 8)),
    "Asaas is silent": (("asaas",), (ASAAS, SILENT)),
    "both are silent": (("supplier", "asaas"), ("/(api/v1/(pre|trans|pos)|asaas/v3/)", SILENT)),
}


def measure(databases, seconds):
    """Return a row for each scenario, see `_look`.

    :param seconds: how long each takes
    """
    rows = []
    for name, (services, fault) in SCENARIOS.items():
        rows.append({"name": name, **_run(databases, services, fault, seconds)})
        say(f"{name}: 95 of 100 pages within {rows[-1]['p95']:.2f} s")
    databases.drop(DATABASE)
    return rows


def _run(databases, services, fault, seconds):
    state = HOST / DATABASE
    state.mkdir(exist_ok=True)
    for path in state.glob("sandbox.sqlite*"):
        path.unlink()
    port, odoo_port = free_port(), free_port()
    process = SandboxProcess(port, state / "sandbox.sqlite")
    odoo = None
    try:
        with step("Making the company of a bystander"):
            databases.copy(DATABASE, ADDONS)
            demo.fill(databases, DATABASE, port, f"http://127.0.0.1:{odoo_port}")
        demo.set_customer(port, "57647232000153", {"limiteTotal": "10000000.00"})
        odoo = start_odoo(databases, DATABASE, odoo_port, options=["--workers=2"])
        url = f"http://127.0.0.1:{odoo_port}"
        people = [
            _make_person(url, process, services[number % len(services)]) for number in range(PEOPLE)
        ]
        if fault:
            path, latency = fault
            Sandbox(process).set_faults({"kind": "latency", "seconds": latency, "path": path})
            Asaas(f"http://127.0.0.1:{port}").set_faults(
                {"kind": "latency", "seconds": latency, "path": path}
            )
        return _look(url, people, seconds)
    finally:
        if odoo:
            odoo.stop()
        process.stop()


def _make_person(url, process, service):
    """Return a function that does one thing with a service."""
    session = Session(url, DATABASE, "admin", "admin")
    if service == "supplier":

        def send():
            order = make_order(session, "20.00")["id"]
            session.call("sale.order", "action_send_supplier_preauthorization", [order])

        return send
    reseller = Reseller(session, session, Asaas(f"http://127.0.0.1:{process.port}"))
    contract = reseller.make_contract()
    return lambda: reseller.make_fatura(contract)


def _look(url, people, seconds):
    """Return how long pages and people's own work took, in seconds, and how often.

    :rtype: dict of pages, p50, p95, longest, done and own_p95
    """
    end = time.monotonic() + seconds
    own = []

    def work(do):
        while time.monotonic() < end:
            began = time.monotonic()
            with contextlib.suppress(OdooError, requests.RequestException):
                do()
                own.append(time.monotonic() - began)
            time.sleep(THINKING)

    threads = [threading.Thread(target=work, args=(do,), daemon=True) for do in people]
    for thread in threads:
        thread.start()
    waited = []
    while time.monotonic() < end:
        began = time.monotonic()
        requests.get(f"{url}/web/login", timeout=300).raise_for_status()
        waited.append(time.monotonic() - began)
        time.sleep(LOOKING)
    for thread in threads:
        thread.join(SILENT)
    cuts = quantiles(waited, n=100)
    return {
        "pages": len(waited),
        "p50": cuts[49],
        "p95": cuts[94],
        "longest": max(waited),
        "done": len(own),
        "own_p95": quantiles(own, n=100)[94] if len(own) > 1 else 0.0,
    }
