"""The project's static checks, each with its own tool, none switched off for a whole file."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .docs import missing_in_docs
from .environments import ODOO_PYTHON, TOOLS_VENV
from .house import (
    actions_without_result,
    arrows_against_the_order,
    differing_texts,
    replaced_methods,
    spread_methods,
    triggers_by_own_clock,
)
from .layout import ADDONS, ODOO_SERIES, ROOT
from .odoo_source import load
from .terminal import HostError, say

BIN = TOOLS_VENV / "bin"
# A comment that switches a check off for more than the line it ends.
FILE_WIDE = re.compile(r"#\s*(ruff|flake8):\s*noqa|^\s*#\s*pylint:|#\s*pylint:\s*skip-file")


def lint():
    """Run all checks; print what failed and raise HostError with its names."""
    checks = {
        "ruff": [BIN / "ruff", "check", ROOT],
        "ruff format": [BIN / "ruff", "format", "--check", ROOT],
        "pylint-odoo": _pylint(),
        **{f"oca-checks {addon}": _oca(addon) for addon in ADDONS},
        "translations complete": [ODOO_PYTHON, "-m", "tests.host.translations", "check", *ADDONS],
        "licences": [
            BIN / "manifestoo",
            *_paths(),
            f"--odoo-series={ODOO_SERIES}",
            f"--select={','.join(ADDONS)}",
            "check-licenses",
        ],
        "dependencies": [
            BIN / "manifestoo",
            *_paths(),
            f"--odoo-series={ODOO_SERIES}",
            f"--select={','.join(ADDONS)}",
            "list-depends",
        ],
    }
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = dict(zip(checks, pool.map(_run, checks.values()), strict=True))
    results |= house_results()
    results["nothing disabled file-wide"] = _file_wide()
    _report(results)


def check_house():
    """Run the checks that only read sources; raise HostError with the names of failed ones."""
    _report(house_results())


def _report(results):
    failed = [name for name, (ok, _output) in results.items() if not ok]
    for name, (ok, output) in results.items():
        say(f"lint: {name}: {'ok' if ok else 'FAILED'}")
        if not ok:
            print(output, file=sys.stderr, flush=True)
    if failed:
        raise HostError(f"Lint failed: {', '.join(failed)}. `make format` mends the form.")


def house_results():
    """Return (whether it holds, what does not) of each rule that is checked by reading alone."""
    found = {
        "one file for each method of a model": spread_methods(),
        "no addon replaces another's method": replaced_methods(),
        "imports run one way": arrows_against_the_order(),
        "same text in each addon": differing_texts(),
        "actions return something": actions_without_result(),
        "crons are triggered by the database's clock": triggers_by_own_clock(),
        "documents name what exists": missing_in_docs(),
    }
    return {name: (not lines, "\n".join(lines)) for name, lines in found.items()}


def format_sources():
    """Bring the Python sources into the project's form."""
    for arguments in (["check", "--select", "I", "--fix"], ["format"]):
        _run([BIN / "ruff", *arguments, ROOT])
    say("Formatted.")


def _pylint():
    return [BIN / "pylint", *(ROOT / addon for addon in ADDONS)]


def _oca(addon):
    return [BIN / "oca-checks-odoo-module", ROOT / addon / "__manifest__.py"]


def _paths():
    package = load().package
    paths = [ROOT, package / "addons", *load().addons_paths]
    return [f"--addons-path={','.join(str(path) for path in paths)}"]


def _run(command):
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode == 0, finished.stdout + finished.stderr


def _file_wide():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in (*ADDONS, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FILE_WIDE.search(line)
    ]
    return not found, "\n".join(found)
