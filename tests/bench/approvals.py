"""What processing an approval costs beside the host's equal entry, and how it grows."""

from tests.host.terminal import step

from .process import Resident

DATABASE = "bench_approvals"


def measure(databases, sizes, chunk):
    """Return {size: {"approvals": [seconds, queries], "host": [...]}}, each per document.

    :param sizes: how many approvals are in the database at the end of each measurement
    :param chunk: how many share a transaction; both take turns after each
    """
    try:
        with step("Making a database with approvals to process"):
            databases.copy(DATABASE, ["supplier_credit"])
        with Resident(databases, DATABASE) as resident:
            with step(f"Posting twice {sizes[-1]} invoices"):
                resident.do("prepare_approvals", count=sizes[-1] + chunk)
            databases.postgres.query("VACUUM ANALYZE", DATABASE)
            with step(f"Processing {sizes[-1]} approvals by turns with equal entries"):
                return _take_turns(resident, sizes, chunk)
    finally:
        databases.drop(DATABASE)


def _take_turns(resident, sizes, chunk):
    jobs = {"approvals": "approve", "host": "post_equal_entries"}
    for job in jobs.values():
        # These only warm the caches up.
        resident.do(job, count=chunk)
    found, done = {}, 0
    for size in sizes:
        turns = {name: [] for name in jobs}
        for number in range((size - done) // chunk):
            for name in list(jobs)[:: 1 if number % 2 else -1]:
                turns[name].append(resident.do(jobs[name], count=chunk))
        found[size] = {
            name: [sum(values) / len(rows) / chunk for values in zip(*rows, strict=True)]
            for name, rows in turns.items()
        }
        done = size
    resident.do("check_approvals")
    return found
