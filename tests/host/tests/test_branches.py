"""What notes in the code say was executed is what coverage finds by tracing."""

import json
import subprocess

import pytest

from tests.host.environments import ODOO_PYTHON
from tests.host.layout import ROOT

# Each kind of statement that steps anywhere, by ways taken and not taken.
SOURCE = '''\
"""A module."""
from __future__ import annotations

import contextlib
import enum
import functools


class Kind(enum.Enum):
    """A class that takes each name in it for a member."""

    ONE = 1
    TWO = (
        2
    )

    @property
    @functools.cache
    def name_of(self):
        """Return something."""
        if self is Kind.ONE:
            return "one"
        return "other"


def choose(number):
    if number > 2:
        found = "many"
    elif number == 2:
        found = "two"
    else:
        found = "few"
    if number < 0:
        return None
    for one in range(number):
        if one == 1:
            continue
        if one == 3:
            break
    else:
        found += "!"
    while number:
        number -= 1
        if number == 7:
            break
    return found


def match(value):
    match value:
        case "a" | "b":
            return 1
        case [first, *_]:
            found = first
        case {"key": key} if key:
            found = key
    match value:
        case str():
            found = 2
        case _:
            found = 3
    return found


def fail(kind):
    try:
        if kind:
            raise kind("no")
        number = 1
    except KeyError:
        number = 2
    except (
        TypeError,
        ValueError,
    ):
        return 3
    else:
        number += 1
    finally:
        kind = None
    return number


def clean(number):
    try:
        if number:
            return number
        number = 5
    finally:
        number = 0
    return number


def passes(number):
    with contextlib.suppress(ValueError):
        if number == 1:
            return 1
        if number == 2:
            raise ValueError
        number = 3
    with contextlib.nullcontext(), \\
            contextlib.nullcontext():
        number += 1
    return number


def generate(number):
    global LAST
    for one in range(number):
        if one % 2:
            yield one
    LAST = number


def nothing(number):
    """Only this."""


def never():
    def inside():
        return 1

    return inside


def propagate():
    if LAST:
        raise RuntimeError
    return 1


LAST = None
if LAST:
    LAST = 1
choose(0), choose(2), choose(5)
match("a"), match([1])
fail(None), fail(ValueError)
clean(1)
passes(1), passes(2), passes(4)
list(generate(3)), nothing(1)
Kind.ONE.name_of
with contextlib.suppress(RuntimeError):
    propagate()
'''
TRACED = "-m coverage run --rcfile={rules} --source={folder} --data-file={data} {script}"
NOTED = """\
import sys
from pathlib import Path
from tests.host import branches

folder = Path(sys.argv[1])
branches.measure(folder)
sys.path.insert(0, str(folder))
import script
branches.write(folder, sys.argv[2])
"""


def read(data):
    report = data.with_suffix(".json")
    rules = f"--rcfile={ROOT / '.coveragerc'}"
    python("-m", "coverage", "json", rules, f"--data-file={data}", "-q", "-o", report)
    return {
        path.rsplit("/", 1)[-1]: {
            name: found[name]
            for name in ("executed_lines", "missing_lines", "executed_branches", "missing_branches")
        }
        for path, found in json.loads(report.read_text())["files"].items()
    }


def python(*arguments):
    subprocess.run([ODOO_PYTHON, *map(str, arguments)], cwd=ROOT, check=True)


@pytest.fixture
def folder(tmp_path):
    """Give a folder with a script, a file that nobody imports, and one that is not measured."""
    measured = tmp_path / "measured"
    (measured / "tests").mkdir(parents=True)
    for name, text in (
        ("__init__.py", ""),
        ("script.py", SOURCE),
        ("other.py", "if __name__:\n    NUMBER = 1\n"),
        ("tests/__init__.py", "NUMBER = 1\n"),
        ("__manifest__.py", "{}\n"),
    ):
        (measured / name).write_text(text)
    return measured


def test_notes_find_what_tracing_finds(folder, tmp_path):
    traced, noted = tmp_path / "traced", tmp_path / "noted"
    values = {"rules": ROOT / ".coveragerc", "folder": folder, "data": traced}
    python(*TRACED.format(script=folder / "script.py", **values).split())
    python("-c", NOTED, folder, noted)
    expected = read(traced)
    assert expected["script.py"]["missing_branches"], "ways that are not taken"
    assert read(noted) == expected
