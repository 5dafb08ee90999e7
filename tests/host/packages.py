"""The operating system's packages: used when there, installed when allowed, named when not."""

import os
import shutil
import threading
from pathlib import Path

from .layout import IS_ROOT, LOGS
from .terminal import HostError, run, say, step

_apt = threading.Lock()


def _may_install():
    return IS_ROOT and shutil.which("apt-get") is not None


def _install(packages, reason):
    with _apt, step(f"Installing {' '.join(packages)} with apt ({reason})"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        log = LOGS / f"apt-{packages[0]}.log"
        install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
        try:
            run(install, what="apt-get install", log=log, env=environment)
        except HostError:
            # A new machine has no package lists yet; fetch them and try once more.
            run(["apt-get", "update"], what="apt-get update", log=LOGS / "apt-update.log")
            run(install, what=f"Installing {' '.join(packages)}", log=log, env=environment)


def find_program(names):
    """Return the path of the first of these programs on the PATH, or None."""
    return next((found for name in names if (found := shutil.which(name))), None)


def require_program(names, packages, reason, *, optional=False):
    """Return the path of a program, installing Debian's packages when this user may.

    :param optional: without it the command goes on, and says what will not work
    """
    found = find_program(names)
    if not found and _may_install():
        _install(packages, reason)
        found = find_program(names)
    if found:
        return found
    message = (
        f"{names[0]} was not found; it is needed for {reason}. "
        f"Install it, on Debian or Ubuntu with:  sudo apt-get install {' '.join(packages)}"
    )
    if optional:
        say(f"Note: {message}")
        return None
    raise HostError(message)


def postgres_binaries():
    """Return the folder with initdb, pg_ctl and postgres; install PostgreSQL if this user may."""

    def search():
        on_path = shutil.which("pg_ctl")
        folders = [Path(on_path).resolve().parent] if on_path else []
        folders += sorted(
            Path("/usr/lib/postgresql").glob("*/bin"),
            key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
            reverse=True,
        )
        needed = ("initdb", "pg_ctl", "postgres", "createdb", "psql")
        return next((f for f in folders if all((f / name).exists() for name in needed)), None)

    found = search()
    if not found and _may_install():
        _install(["postgresql"], "the database")
        found = search()
    if not found:
        raise HostError(
            "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found. Either "
            "install them, on Debian or Ubuntu with:  sudo apt-get install postgresql   or point "
            "PGHOST, PGPORT, PGUSER and PGPASSWORD at a running server in which that user may "
            "create databases."
        )
    return found


def chromium():
    """Return the browser for tours and screenshots."""
    return require_program(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        ["chromium"],
        "browser tests and screenshots",
    )


def wkhtmltopdf():
    """Return the program that Odoo prints its own PDF reports with, or None with a note."""
    return require_program(
        ("wkhtmltopdf",), ["wkhtmltopdf"], "Odoo's own PDF reports", optional=True
    )


def faketime(*, optional=False):
    """Return the library that sets the clock of the processes which load it.

    :param optional: without it return None, and say what will not work
    """

    def search():
        return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)

    found = search()
    if not found and _may_install():
        _install(["libfaketime"], "tests on special days")
        found = search()
    if not found:
        message = (
            "libfaketime was not found; it is needed for tests on special days. Install it, on "
            "Debian or Ubuntu with:  sudo apt-get install libfaketime"
        )
        if not optional:
            raise HostError(message)
        say(f"Note: {message}")
    return found
