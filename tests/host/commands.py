"""What each Makefile target does."""

import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor

from . import clock, host_suite
from .databases import Databases
from .demo import DATABASE as DEMO_DATABASE
from .demo import check_ports, run_demo
from .environments import odoo_environment, tools_environment
from .layout import ADDONS, HOST
from .lint import check_house, format_sources, lint
from .odoo_source import find_odoo, save
from .packages import chromium, wkhtmltopdf
from .postgres import Postgres
from .suite import EVERY_TEST, Suite, take_screenshots
from .terminal import HostError, say, step

# The parts of the suite in which Odoo, or the sandbox, knows what day it is.
PARTS_WITH_DATES = ("together", "sandbox", "e2e")


@contextlib.contextmanager
def prepared_host():
    """Make the host ready, independent parts at the same time; give its Databases.

    PostgreSQL is stopped at the end, also after an error, unless another process uses it.
    """
    HOST.mkdir(exist_ok=True)
    (HOST / ".gitignore").write_text("*\n")
    postgres = Postgres()
    try:
        with ThreadPoolExecutor(max_workers=4) as pool:
            odoo = pool.submit(_odoo_with_libraries)
            others = [
                pool.submit(part) for part in (postgres.start, wkhtmltopdf, tools_environment)
            ]
            source, python = odoo.result()
            for other in others:
                other.result()
        databases = Databases(postgres, source, python)
        databases.ensure_template()
        save(source)
        yield databases
    finally:
        postgres.stop()


def _odoo_with_libraries():
    source = find_odoo()
    return source, odoo_environment(source)


def prepare(_arguments):
    with prepared_host() as databases:
        say(f"The host is ready: Odoo from {databases.source.package}.")


def run(_arguments):
    check_ports()
    with prepared_host() as databases:
        run_demo(databases)


@contextlib.contextmanager
def _host_for_tests():
    """Make the host ready, fast rather than safe; give its Databases."""
    with prepared_host() as databases:
        # While a demo runs on the same cluster, its setting stays.
        if not databases.postgres.private or not databases.postgres.count_clients(DEMO_DATABASE):
            databases.postgres.set_durable(False)
        databases.ensure_template_of_tests()
        yield databases


def test(arguments):
    with _host_for_tests() as databases:
        Suite(databases).run(arguments.only)


def dates(arguments):
    """Run what depends on the day by every clock, or by one."""
    names = [arguments.clock] if arguments.clock else clock.NAMES
    with _host_for_tests() as databases:
        chromium()
        suite = Suite(databases)
        failed = [
            f"{part} by the clock {name}"
            for name in names
            for part in arguments.part or PARTS_WITH_DATES
            if not _passes(suite, name, part)
        ]
    if failed:
        raise HostError(f"Failed: {', '.join(failed)}")
    say("Green on all days.")


def _passes(suite, name, part):
    with step(f"Running {part} by the clock {name}"):
        try:
            suite.run_by_clock(name, part, {EVERY_TEST: "1"})
        except HostError as error:
            say(str(error))
            return False
    return True


def test_some(arguments):
    with _host_for_tests() as databases:
        Suite(databases).some(arguments.paths, arguments.options)


def end_to_end(_arguments):
    with _host_for_tests() as databases:
        Suite(databases).end_to_end()


def bench(_arguments):
    with _host_for_tests() as databases:
        Suite(databases).bench()


def host_tests(_arguments):
    with _host_for_tests() as databases:
        host_suite.compare(databases)


def lint_only(_arguments):
    save(_odoo_with_libraries()[0])
    tools_environment()
    lint()


def house_only(_arguments):
    check_house()


def format_only(_arguments):
    tools_environment()
    format_sources()


def translations(_arguments):
    with prepared_host() as databases:
        try:
            databases.copy("translations", ADDONS)
            Suite(databases).translate("update", "translations")
        finally:
            databases.drop("translations")


def screenshots(_arguments):
    with prepared_host() as databases:
        chromium()
        take_screenshots(databases)


def clean(_arguments):
    try:
        Postgres().remove()
    except HostError as error:
        say(f"PostgreSQL's private cluster was left alone: {error}")
    shutil.rmtree(HOST, ignore_errors=True)
    say("Removed .host; the next command makes everything anew.")


COMMANDS = {
    "run": (run, "start the demo"),
    "test": (test, "everything that CI checks"),
    "dates": (dates, "the suite on days that are easily forgotten"),
    "some": (test_some, "chosen test files, on a database that is kept"),
    "e2e": (end_to_end, "everything end to end, crashes and load included"),
    "bench": (bench, "measure and write docs/benchmarks.md"),
    "host-tests": (host_tests, "the host's own tests without and with our addons"),
    "lint": (lint_only, "static checks"),
    "house": (house_only, "the rules of the house, and names in the documents"),
    "format": (format_only, "bring the sources into form"),
    "translations": (translations, "bring templates and pt_BR up to date with the source"),
    "screenshots": (screenshots, "renew the pictures of the documentation"),
    "prepare": (prepare, "make the host ready without running anything on it"),
    "clean": (clean, "remove everything that was built"),
}
