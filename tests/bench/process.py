"""A resident Odoo as the benchmarks use it; see resident.py."""

import json
import subprocess

from tests.host.environments import ODOO_PYTHON
from tests.host.layout import HOST, LOGS, ROOT
from tests.host.terminal import HostError


class Resident:
    """One Odoo process on one database. `begin` and `result` let several work at once."""

    def __init__(self, databases, database):
        command = databases.odoo_command(
            database, "--no-http", "--max-cron-threads=0", "--log-level=warn"
        )
        command[:3] = [str(ODOO_PYTHON), str(ROOT / "tests" / "bench" / "resident.py")]
        self._log = LOGS / "bench.log"
        LOGS.mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=HOST,
                env=databases.postgres.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def begin(self, job, **arguments):
        """Start a job."""
        print(
            json.dumps({"job": job, "arguments": arguments}), file=self._process.stdin, flush=True
        )

    def result(self):
        """Wait for the started job and return its result."""
        line = self._process.stdout.readline()
        if not line:
            raise HostError(f"A benchmark's Odoo ended early; see {self._log}.")
        return json.loads(line)

    def do(self, job, **arguments):
        """Start a job and wait for its result."""
        self.begin(job, **arguments)
        return self.result()
