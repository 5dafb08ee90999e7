"""What a run of the suite took and covered: printed at its end, kept for docs/benchmarks.md."""

import json

from .environments import ODOO_PYTHON
from .layout import HOST, ROOT
from .terminal import run

FILE = HOST / "suite.json"
COVERAGE = HOST / "coverage"


class Figures:
    """Seconds of each part, and branch coverage of each addon by its own tests."""

    def __init__(self):
        self.seconds = {}
        self.coverage = {}

    def options_to_cover(self, addon):
        """Return the options by which pytest measures what a test run executes of an addon."""
        COVERAGE.mkdir(exist_ok=True)
        return [
            "-p", "tests.host.branches",
            f"--branches-of={addon}", f"--branches-file={COVERAGE / addon}",
        ]  # fmt: skip

    def read_coverage(self, addon):
        report = COVERAGE / f"{addon}.json"
        run(
            [
                ODOO_PYTHON, "-m", "coverage", "json", f"--rcfile={ROOT / '.coveragerc'}",
                f"--data-file={COVERAGE / addon}", "-o", report, "-q",
            ],
            what=f"Reading the coverage of {addon}",
            cwd=ROOT,
        )  # fmt: skip
        totals = json.loads(report.read_text())["totals"]
        self.coverage[addon] = {
            "lines": 100 * totals["covered_lines"] / totals["num_statements"],
            "branches": 100 * totals["covered_branches"] / totals["num_branches"],
        }

    def save(self):
        FILE.write_text(json.dumps({"seconds": self.seconds, "coverage": self.coverage}))

    def lines(self):
        """Return the figures as rows of two Markdown tables."""
        return list_seconds(self.seconds) + list_coverage(self.coverage)


def read():
    """Return (seconds of each part, coverage of each addon) of the last whole run here."""
    if not FILE.exists():
        return {}, {}
    kept = json.loads(FILE.read_text())
    return kept["seconds"], kept["coverage"]


def list_seconds(seconds):
    return [f"| {part} | {value / 60:.1f} |" for part, value in seconds.items()]


def list_coverage(coverage):
    return [
        f"| {addon} | {found['lines']:.1f} % | {found['branches']:.1f} % |"
        for addon, found in coverage.items()
    ]
