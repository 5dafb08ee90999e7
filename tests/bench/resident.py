"""An Odoo without HTTP and crons that does one job after another. Runs in Odoo's Python.

Each line of its input is a JSON object {job, arguments}, each line of its output the result.
"""

import json
import sys
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import (
    approval_jobs,
    billing_jobs,
    financing_jobs,
    sale_jobs,
    settlement_jobs,
)


def ready(_env):
    """Answer once everything is loaded."""
    return True


def deliver(env):
    """Deliver until nothing is due; return when that began and ended (seconds, epoch)."""
    messages = env["supplier.credit.message"]
    began = time.time()
    while messages._find_due():
        messages._cron_deliver()
        # Only a new transaction sees what other workers committed.
        env.cr.rollback()
    return [began, time.time()]


JOBS = {
    "ready": ready,
    "deliver": deliver,
    "prepare_approvals": approval_jobs.prepare,
    "approve": approval_jobs.approve,
    "post_equal_entries": approval_jobs.post_equal_entries,
    "check_approvals": approval_jobs.check,
    "prepare_billing": billing_jobs.prepare,
    "bill": billing_jobs.bill,
    "invoice": billing_jobs.invoice,
    "prepare_financing": financing_jobs.prepare,
    "make_effective": financing_jobs.make_effective,
    "post_equal_entry": financing_jobs.post_equal_entry,
    "prepare_sales": sale_jobs.prepare,
    "sell": sale_jobs.sell,
    "prepare_settlements": settlement_jobs.prepare,
    "settle": settlement_jobs.settle,
    "reconcile_equal_lines": settlement_jobs.reconcile_equal_lines,
    "check_settlement": settlement_jobs.check_settlement,
    "import_again": settlement_jobs.import_again,
}


def main():
    database, *options = sys.argv[1:]
    config.parse_config(["-d", database, *options], setup_logging=True)
    server.start(preload=[], stop=True)
    registry = Registry(database)
    for line in sys.stdin:
        request = json.loads(line)
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            result = JOBS[request["job"]](env, **request["arguments"])
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
