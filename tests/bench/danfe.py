"""What it takes to draw the DANFE of an NF-e with as many items as the layout allows."""

import json
import subprocess

from tests.host.environments import ODOO_PYTHON
from tests.host.layout import ROOT
from tests.host.terminal import HostError


def measure(items):
    """Return what the library alone and supplier_credit take, a list of dictionaries.

    :param items: of the larger NF-e
    """
    # The library is installed for Odoo's Python only; no database is needed.
    done = subprocess.run(
        [ODOO_PYTHON, "-m", "tests.bench.danfe_jobs", str(items)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise HostError(f"Drawing the DANFE failed:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]
