"""`make host-tests`: the host's own suites without and with our addons, compared."""

import re

from .layout import ADDONS, LOGS
from .processes import free_port
from .terminal import HostError, run, say, step

SUITES = (
    "account",
    "account_payment",
    "payment",
    "portal",
    "sale",
    "sale_management",
    "l10n_br",
    "website_sale",
    "point_of_sale",
)
# Installed without our addons, too. Tests in a browser are skipped: they need websocket-client.
APPS = ("website_sale", "point_of_sale")
DATABASE = "host_suite"
# Tests of the host that do themselves what the addons refuse, so that they cannot pass: this one
# writes the payment state of an invoice as a user (docs/decisions/common.md, "Figures").
REFUSED = {"TestAccountPayment.test_payment_state_computation"}
_FAILED = re.compile(r" ERROR \S+ odoo\.addons\.\S+: (?:Subtest )?(?:FAIL|ERROR): (\w+\.\w+)")
_RESULT = re.compile(r"odoo\.tests\.result: .* of (\d+) tests")


def compare(databases):
    """Run the suites twice; raise HostError if one fails with our addons only, or runs less."""
    failed, counts = {}, {}
    for name, addons in (("without", ()), ("with", ADDONS)):
        with step(f"The host's own tests {name} our addons ({', '.join(SUITES)})"):
            failed[name], counts[name] = _run(databases, name, addons)
        say(f"{counts[name]} tests {name}, failed: {', '.join(sorted(failed[name])) or 'none'}")
    if ours := failed["with"] - failed["without"] - REFUSED:
        raise HostError(f"Failed with our addons only: {', '.join(sorted(ours))}")
    if counts["with"] < counts["without"] or not counts["without"]:
        raise HostError(f"With our addons only {counts['with']} of {counts['without']} tests ran.")


def _run(databases, name, addons):
    """Return which tests failed, and how many ran."""
    databases.copy(DATABASE, (*APPS, *addons))
    try:
        output = run(
            databases.odoo_command(
                "-d", DATABASE, "-u", "account,payment,portal", "--stop-after-init",
                f"--http-port={free_port()}", "--max-cron-threads=0",
                f"--test-tags={','.join(f'/{suite}' for suite in SUITES)}",
            ),
            what=f"The host's tests {name} our addons",
            log=LOGS / f"host-tests-{name}.log",
            env=databases.postgres.environment,
            accept=(0, 1),
        )  # fmt: skip
    finally:
        databases.drop(DATABASE)
    result = _RESULT.search(output)
    if not result:
        raise HostError(f"The host's tests {name} our addons did not come to an end; see {LOGS}.")
    return set(_FAILED.findall(output)), int(result.group(1))
