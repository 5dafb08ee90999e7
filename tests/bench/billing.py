"""What billing contracts costs beside the host's equal invoices, and its growth."""

from tests.host.terminal import step

from .process import Resident

DATABASE = "bench_billing"
MOST_CONTRACTS, MOST_TURNS = 5000, 6


def measure(databases, sizes):
    """Return {size: {"contracts": [[seconds, queries]], "host": [...]}}.

    :param sizes: contracts that are billed together
    """
    try:
        with step("Making a database with contracts to bill"):
            databases.copy(DATABASE, ["reseller_billing"])
        with Resident(databases, DATABASE) as resident:
            with step(f"Making {sizes[-1]} contracts"):
                resident.do("prepare_billing", count=sizes[-1])
            databases.postgres.query("VACUUM ANALYZE", DATABASE)
            with step(f"Billing {sizes} contracts by turns with equal invoices"):
                return _take_turns(resident, sizes)
    finally:
        databases.drop(DATABASE)


def _take_turns(resident, sizes):
    jobs = {"contracts": "bill", "host": "invoice"}
    for job in jobs.values():
        # These only warm the caches up.
        resident.do(job, count=sizes[0])
    found = {}
    for size in sizes:
        found[size] = {name: [] for name in jobs}
        for number in range(max(2, min(MOST_TURNS, MOST_CONTRACTS // size))):
            for name in list(jobs)[:: 1 if number % 2 else -1]:
                found[size][name].append(resident.do(jobs[name], count=size))
    return found
