"""`python -m tests.bench`, called by `make bench`: measures, then writes docs/benchmarks.md."""

import os
import sys

from tests.host.databases import Databases
from tests.host.environments import ODOO_PYTHON
from tests.host.odoo_source import load
from tests.host.postgres import Postgres
from tests.host.terminal import HostError, say

from . import approvals, beside_host, danfe, outages, report, sales, settlements
from .delivery import Delivery

FINANCING = ("prepare_financing", "make_effective", "post_equal_entry")
BILLING = ("prepare_billing", "bill", "invoice")


def main():
    settings = {
        "count": int(os.environ.get("BENCH_MESSAGES", "1000")),
        "latency": float(os.environ.get("BENCH_LATENCY", "0.1")),
        "repetitions": int(os.environ.get("BENCH_REPETITIONS", "3")),
        "orders": int(os.environ.get("BENCH_ORDERS", "200")),
        "pairs": int(os.environ.get("BENCH_PAIRS", "9")),
        "chunk": int(os.environ.get("BENCH_CHUNK", "50")),
        "danfe_items": int(os.environ.get("BENCH_DANFE", "990")),
        "outage": int(os.environ.get("BENCH_OUTAGE", "60")),
    }
    sizes = _read_sizes("BENCH_APPROVALS", "100,1000,5000")
    statements = _read_sizes("BENCH_SETTLEMENTS", "100,1000,10000")
    contracts = _read_sizes("BENCH_FINANCING", "100,1000,5000")
    subscriptions = _read_sizes("BENCH_BILLING", "100,1000,5000")
    only = os.environ.get("BENCH_ONLY")
    databases = Databases(Postgres(), load(), ODOO_PYTHON)
    try:
        if only == "billing":
            print(
                *report.list_beside_host(
                    beside_host.measure(databases, "reseller_billing", BILLING, subscriptions)
                ),
                sep="\n",
            )
            return 0
        if only == "danfe":
            print(*report.list_danfe_rows(danfe.measure(settings["danfe_items"])), sep="\n")
            return 0
        if only == "outages":
            rows = outages.measure(databases, settings["outage"])
            print(*report.list_outage_rows(rows), sep="\n")
            return 0
        if only != "financing":
            settled = settlements.measure(databases, statements)
        if only == "settlements":
            for rows in (report.list_settlement_rows, report.list_step_rows):
                print(*rows(settled), sep="\n")
            return 0
        financed = beside_host.measure(databases, "vendor_financing", FINANCING, contracts)
        if only == "financing":
            print(*report.list_beside_host(financed), sep="\n")
            return 0
        billed = beside_host.measure(databases, "reseller_billing", BILLING, subscriptions)
        sold = sales.measure(databases, settings["pairs"], settings["orders"])
        approved = approvals.measure(databases, sizes, settings["chunk"])
        delivery = Delivery(databases, settings["count"], settings["latency"])
        delivered = delivery.measure(settings["repetitions"])
        drawn = danfe.measure(settings["danfe_items"])
        waited = outages.measure(databases, settings["outage"])
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    report.write(delivered, sold, approved, settled, financed, billed, drawn, waited, settings)
    say(f"Written: {report.TARGET.relative_to(report.ROOT)}")
    return 0


def _read_sizes(variable, default):
    return [int(size) for size in os.environ.get(variable, default).split(",")]


if __name__ == "__main__":
    sys.exit(main())
