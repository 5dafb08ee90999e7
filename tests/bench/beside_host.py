"""What a piece of our work costs beside the host's equal work, and how that grows."""

from tests.host.terminal import step

from .process import Resident

# Big pieces are measured less often.
MOST_PIECES, MOST_TURNS = 5000, 6


def measure(databases, addon, jobs, sizes):
    """Return {size: {"ours": [[seconds, queries]], "host": [...]}}, measured by turns.

    :param jobs: names of `resident.JOBS`: what prepares the largest size, our work, the host's
    :param sizes: how many pieces are done together
    """
    prepare, *work = jobs
    database = f"bench_{addon}"
    try:
        with step(f"Making a database with {addon}"):
            databases.copy(database, [addon])
        with Resident(databases, database) as resident:
            with step(f"Preparing {sizes[-1]} pieces of work"):
                resident.do(prepare, count=sizes[-1])
            databases.postgres.query("VACUUM ANALYZE", database)
            with step(f"Doing {sizes} by turns with the host's equal work"):
                return _take_turns(resident, dict(zip(("ours", "host"), work, strict=True)), sizes)
    finally:
        databases.drop(database)


def _take_turns(resident, jobs, sizes):
    for job in jobs.values():
        # These only warm the caches up.
        resident.do(job, count=sizes[0])
    found = {}
    for size in sizes:
        found[size] = {name: [] for name in jobs}
        for number in range(max(2, min(MOST_TURNS, MOST_PIECES // size))):
            for name in list(jobs)[:: 1 if number % 2 else -1]:
                found[size][name].append(resident.do(jobs[name], count=size))
    return found
