"""What making a vendor contract effective costs beside the host's equal entry, and its growth."""

from tests.host.terminal import step

from .process import Resident

DATABASE = "bench_financing"
# Big contracts are measured less often.
MOST_TITLES, MOST_TURNS = 5000, 6


def measure(databases, sizes):
    """Return {size: {"contracts": [[seconds, queries]], "host": [...]}}.

    :param sizes: titles of a contract
    """
    try:
        with step("Making a database with invoices to finance"):
            databases.copy(DATABASE, ["vendor_financing"])
        with Resident(databases, DATABASE) as resident:
            with step(f"Posting {sizes[-1]} vendor invoices"):
                resident.do("prepare_financing", count=sizes[-1])
            databases.postgres.query("VACUUM ANALYZE", DATABASE)
            with step(f"Contracts of {sizes} titles by turns with equal entries"):
                return _take_turns(resident, sizes)
    finally:
        databases.drop(DATABASE)


def _take_turns(resident, sizes):
    jobs = {"contracts": "make_effective", "host": "post_equal_entry"}
    for job in jobs.values():
        # These only warm the caches up.
        resident.do(job, count=sizes[0])
    found = {}
    for size in sizes:
        found[size] = {name: [] for name in jobs}
        for number in range(max(2, min(MOST_TURNS, MOST_TITLES // size))):
            for name in list(jobs)[:: 1 if number % 2 else -1]:
                found[size][name].append(resident.do(jobs[name], count=size))
    return found
