"""What each Makefile target does."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from .databases import Databases
from .demo import check_ports, run_demo
from .environments import odoo_environment, tools_environment
from .layout import ADDONS, HOST
from .lint import format_sources, lint
from .odoo_source import find_odoo, save
from .packages import chromium, wkhtmltopdf
from .postgres import Postgres
from .suite import Suite, take_screenshots
from .terminal import HostError, say


def prepare_host(*, tools=True):
    """Make the host ready, independent parts at the same time; return its Databases."""
    HOST.mkdir(exist_ok=True)
    (HOST / ".gitignore").write_text("*\n")
    with ThreadPoolExecutor(max_workers=4) as pool:
        database = pool.submit(_start_postgres)
        odoo = pool.submit(_odoo_with_libraries)
        others = [pool.submit(wkhtmltopdf)]
        if tools:
            others.append(pool.submit(tools_environment))
        source, python = odoo.result()
        postgres = database.result()
        for other in others:
            other.result()
    databases = Databases(postgres, source, python)
    databases.ensure_template()
    save(source)
    return databases


def _start_postgres():
    postgres = Postgres()
    postgres.start()
    return postgres


def _odoo_with_libraries():
    source = find_odoo()
    return source, odoo_environment(source)


def prepare(_arguments):
    databases = prepare_host()
    say(f"The host is ready: Odoo from {databases.source.package}, template {databases.template}.")
    databases.postgres.stop()


def run(_arguments):
    check_ports()
    databases = prepare_host()
    try:
        run_demo(databases)
    finally:
        databases.postgres.stop()


def test(arguments):
    databases = prepare_host()
    databases.postgres.set_durable(False)
    try:
        Suite(databases).run(arguments.only)
    finally:
        databases.postgres.stop()


def lint_only(_arguments):
    save(_odoo_with_libraries()[0])
    tools_environment()
    lint()


def format_only(_arguments):
    tools_environment()
    format_sources()


def translations(_arguments):
    databases = prepare_host()
    try:
        databases.copy("translations", ADDONS)
        Suite(databases).translate("update", "translations")
    finally:
        databases.drop("translations")
        databases.postgres.stop()


def screenshots(_arguments):
    databases = prepare_host()
    chromium()
    try:
        take_screenshots(databases)
    finally:
        databases.postgres.stop()


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
    "lint": (lint_only, "static checks"),
    "format": (format_only, "bring the sources into form"),
    "translations": (translations, "bring templates and pt_BR up to date with the source"),
    "screenshots": (screenshots, "renew the pictures of the documentation"),
    "prepare": (prepare, "make the host ready without running anything on it"),
    "clean": (clean, "remove everything that was built"),
}
