"""What the addons cost documents that are not theirs: the same work without and with them."""

from tests.host.layout import ADDONS
from tests.host.terminal import step

from .process import Resident

WITHOUT = "bench_sales_without"
WITH = "bench_sales_with"


def measure(databases, pairs, count):
    """Return {phase: {"without": [[seconds, queries]], "with": [...]}} of interleaved pairs."""
    try:
        with step("Making two databases, without and with the addons"):
            databases.copy(WITHOUT)
            databases.copy(WITH, ADDONS)
        with Resident(databases, WITHOUT) as without, Resident(databases, WITH) as with_addon:
            without.do("prepare_sales", with_agreement=False)
            with_addon.do("prepare_sales", with_agreement=True)
            for database in (WITHOUT, WITH):
                databases.postgres.query("VACUUM ANALYZE", database)
            with step(f"{pairs} pairs of {count} orders"):
                return _take_turns({"without": without, "with": with_addon}, pairs, count)
    finally:
        for database in (WITHOUT, WITH):
            databases.drop(database)


def _take_turns(residents, pairs, count):
    found = {}
    for number in range(-1, pairs):
        # Who begins alternates, so that neither always finds a warmer or a busier machine.
        names = list(residents) if number % 2 else list(residents)[::-1]
        for name in names:
            result = residents[name].do("sell", count=count)
            # The first pair only warms the caches up.
            if number >= 0:
                for phase, values in result.items():
                    found.setdefault(phase, {"without": [], "with": []})[name].append(values)
    return found
