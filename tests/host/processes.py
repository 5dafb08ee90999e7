"""Starts the sandbox and Odoo as processes of their own, and stops them with this one."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .environments import TOOLS_PYTHON
from .layout import HOST, LOGS, ROOT
from .terminal import HostError


def free_port():
    """Return a loopback port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_port_free(port, what, variable):
    """Raise HostError if something else already listens on a port that we are about to use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise HostError(
                f"Port {port} for {what} is taken. Stop what listens there, or choose another:  "
                f"{variable}={port + 10} make run"
            ) from error


class Process:
    """A child process with its log; ends with its whole group."""

    def __init__(self, command, log, **options):
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )

    @property
    def running(self):
        return self._process.poll() is None

    def kill(self):
        """End it as a power cut would (kill -9 on the whole group)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """Ask it to end; insist after ten seconds."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait_for(self, url, seconds, what):
        """Return once the address answers; raise HostError with the log's end if it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
        tail = "\n".join(f"    {line}" for line in self.log.read_text().splitlines()[-25:])
        raise HostError(f"{what} did not start; the end of {self.log}:\n{tail}")


def start_sandbox(port, database):
    """Start the sandbox of the external services and wait until it answers."""
    process = Process(
        [TOOLS_PYTHON, "-m", "tests.sandbox", "--port", port, "--database", database],
        LOGS / "sandbox.log",
        cwd=ROOT,
    )
    return _ready(process, f"http://127.0.0.1:{port}/_sandbox/health", 30, "The sandbox")


def start_odoo(databases, database, port, *, options=(), environment=None):
    """Start Odoo on one database, with its crons, and wait until it answers.

    :param environment: further variables of the process, such as those of a clock of its own;
        None takes one away
    """
    variables = {**databases.postgres.environment, **(environment or {})}
    command = databases.odoo_command(
        "-d", database,
        f"--db-filter=^{database}$",
        f"--http-port={port}",
        "--http-interface=127.0.0.1",
        "--no-database-list",
        "--log-level=info",
        *options,
    )  # fmt: skip
    process = Process(
        command,
        LOGS / f"odoo-{database}.log",
        cwd=HOST,
        env={name: value for name, value in variables.items() if value is not None},
    )
    return _ready(process, f"http://127.0.0.1:{port}/web/login", 120, "Odoo")


def _ready(process, url, seconds, what):
    """Return the process once it answers; if it does not, or we are interrupted, stop it."""
    try:
        process.wait_for(url, seconds, what)
    except BaseException:
        process.stop()
        raise
    return process
