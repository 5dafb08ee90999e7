"""PostgreSQL: the server the environment names, or a private cluster on a Unix socket."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import clock
from .layout import HOST, IS_ROOT, LOGS, ROOT
from .packages import postgres_binaries
from .terminal import HostError, run, say, step

SUPERUSER = "odoo_host"
# A Unix socket's whole path must stay below 108 bytes, the name `/.s.PGSQL.5432` included.
LONGEST_SOCKET_FOLDER = 90


class Postgres:
    """A server to make databases on; `environment` holds what clients need to reach it.

    Who starts a private cluster is a user of it until it stops it, or ends: the last one stops it.
    """

    def __init__(self):
        self.private = not os.environ.get("PGHOST")
        if not self.private:
            self.environment = dict(os.environ)
            self.bin = None
            return
        self.bin = postgres_binaries()
        self._user = _cluster_owner()
        self._folder = self._choose_folder()
        self._data = self._folder / "data"
        self._socket = self._choose_socket()
        # Each user has this file locked together with the others; its end unlocks it.
        self._use = None
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PG")},
            "PGHOST": str(self._socket),
            "PGPORT": "5432",
            "PGUSER": SUPERUSER,
        }

    # Life of the private cluster

    def start(self):
        """Make sure that the server answers; a broken or half-made private cluster is made anew."""
        if not self.private:
            self._check_reachable()
            return
        self._make_folders()
        with self._one_at_a_time():
            if not (self._data / ".complete").exists():
                self._initialise()
            if clock.chosen() and not self._has_users():
                # One that a killed run left behind has another time.
                self._stop_unless_connected()
            if not self._is_running():
                self._start()
            self._use = self._open("users.lock")
            fcntl.flock(self._use, fcntl.LOCK_SH)

    def stop(self):
        """Use the private cluster no more, and stop it unless another process uses it."""
        if not self.private or not self._folder.exists():
            return
        with self._one_at_a_time():
            if self._use:
                self._use.close()
                self._use = None
            if not self._has_users():
                self._stop_unless_connected()

    def count_clients(self, database=None):
        """Return how many others are connected, to one database or to any."""
        chosen = f" AND datname = '{database}'" if database else ""
        return int(
            self.query(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                f" AND pid <> pg_backend_pid(){chosen}"
            )
        )

    def set_durable(self, durable):
        """Turn fsync on for a demo that people keep, off for tests that are thrown away."""
        if not self.private:
            return
        value = "on" if durable else "off"
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            self.query(f"ALTER SYSTEM SET {name} = {value}")
        self.query("SELECT pg_reload_conf()")
        if durable:
            self.query("CHECKPOINT")

    def remove(self):
        """Remove the private cluster (make clean)."""
        if self.private and self._data.exists():
            if self._is_running():
                self._run_as_owner(
                    [self.bin / "pg_ctl", "stop", "-w", "-m", "immediate", "-s", "-D", self._data],
                    what="Stopping PostgreSQL",
                )
            shutil.rmtree(self._folder, ignore_errors=True)
            shutil.rmtree(self._socket, ignore_errors=True)

    # Databases

    def query(self, sql, database="postgres"):
        """Return what psql prints for one statement, unaligned and without headings."""
        return run(
            [
                self.program("psql"),
                "-d",
                database,
                "-X",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                sql,
            ],
            what=f"SQL on {database}",
            env=self.environment,
        ).strip()

    def exists(self, name):
        return self.query(f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == "1"

    def create(self, name, template="template0"):
        """Create a database, from a template in a second or so."""
        command = [self.program("createdb"), "-T", template, "-E", "UTF8"]
        if template == "template0":
            command += ["--lc-collate=C"]
        run([*command, name], what=f"Creating database {name}", env=self.environment)

    def drop(self, name):
        run(
            [self.program("dropdb"), "--if-exists", "--force", name],
            what=f"Dropping database {name}",
            env=self.environment,
        )

    def rename(self, old, new):
        self.query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    # Inside

    @contextlib.contextmanager
    def _one_at_a_time(self):
        """Let no other process start or stop the private cluster meanwhile."""
        with self._open("start.lock") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _has_users(self):
        with self._open("users.lock") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _open(self, name):
        return (self._folder / name).open("w")

    def _start(self):
        self._run_as_owner(
            [
                self.bin / "pg_ctl", "start", "-w", "-t", "60", "-s",
                "-D", self._data,
                "-l", self._folder / "server.log",
                "-o", f"-c listen_addresses='' -c unix_socket_directories='{self._socket}'",
            ],
            what="Starting PostgreSQL",
        )  # fmt: skip

    def _stop_unless_connected(self):
        if self._is_running() and not self.count_clients():
            self._run_as_owner(
                [self.bin / "pg_ctl", "stop", "-w", "-m", "fast", "-s", "-D", self._data],
                what="Stopping PostgreSQL",
            )

    def program(self, name):
        """Return how a client program of the server is called."""
        return self.bin / name if self.bin else name

    def _check_reachable(self):
        if not shutil.which("psql"):
            raise HostError(
                "PGHOST is set, but the client programs (psql, createdb, dropdb) are not there; "
                "on Debian or Ubuntu:  sudo apt-get install postgresql-client"
            )
        self.query("SELECT 1")
        if self.query("SELECT current_user") == "postgres":
            raise HostError(
                "Odoo refuses to work as database user postgres. Make another one that may create "
                "databases, on the server with:  createuser --createdb odoo   and set PGUSER=odoo."
            )

    def _choose_folder(self):
        # A server whose clock is set shares nothing with the one that has the real time.
        name = "postgres-clock" if clock.chosen() else "postgres"
        inside = HOST / name
        if not IS_ROOT or _can_enter(self._user, HOST if HOST.exists() else ROOT):
            return inside
        # This checkout lies where the cluster's user may not go (below /root, say).
        key = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"odoo-host-{name}-{key}"

    def _choose_socket(self):
        inside = self._folder / "socket"
        if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        key = hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"odoo-host-{key}"

    def _make_folders(self):
        for folder in (self._folder, self._socket):
            folder.mkdir(parents=True, exist_ok=True)
            if IS_ROOT:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
            folder.chmod(0o700)

    def _initialise(self):
        with step("Making a private PostgreSQL cluster (once)"):
            shutil.rmtree(self._data, ignore_errors=True)
            self._run_as_owner(
                [
                    self.bin / "initdb", "-D", self._data, "-U", SUPERUSER,
                    "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
                ],
                what="initdb",
                log=LOGS / "initdb.log",
            )  # fmt: skip
            settings = self._data / "postgresql.auto.conf"
            settings.write_text(
                "shared_buffers = '256MB'\nmax_connections = 150\nmax_wal_size = '2GB'\n"
            )
            (self._data / ".complete").touch()

    def _is_running(self):
        status = [str(self.bin / "pg_ctl"), "status", "-D", str(self._data)]
        finished = subprocess.run(status, capture_output=True, check=False, **self._as_owner())
        return finished.returncode == 0

    def _as_owner(self):
        if not IS_ROOT:
            return {}
        return {
            "user": self._user.pw_uid,
            "group": self._user.pw_gid,
            "extra_groups": [],
            "cwd": "/",
        }

    def _run_as_owner(self, command, *, what, log=None):
        # pg_ctl's child keeps the pipe open, so its output goes to the server's own log.
        if "start" in command:
            finished = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
                **self._as_owner(),
            )
            if finished.returncode:
                server_log = self._folder / "server.log"
                tail = server_log.read_text().splitlines()[-15:] if server_log.exists() else []
                raise HostError(
                    f"{what} failed; `make clean` starts afresh. The server said:\n"
                    + "\n".join(tail)
                )
            return
        run(command, what=what, log=log, **self._as_owner())


def _cluster_owner():
    """PostgreSQL refuses to run as root, so root lends the cluster to the user `postgres`."""
    if not IS_ROOT:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            say(f"No system user {name}.")
    raise HostError(
        "PostgreSQL cannot run as root and there is no user postgres or nobody. Run as another "
        "user."
    )


def _can_enter(user, folder):
    probe = subprocess.run(
        ["test", "-x", str(folder)],
        check=False,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
    )
    return probe.returncode == 0
