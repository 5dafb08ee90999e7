"""Checks that what the documents name exists: files, tests and the methods beside them."""

import re
from pathlib import Path

from .layout import ROOT

TRACEABILITY = ROOT / "docs/traceability.md"
# Which addon the rows of a document of the users are built in.
ADDON_OF_DOCUMENT = {
    "000": "supplier_credit",
    "001": "supplier_credit",
    "002": "supplier_credit",
    "003": "reseller_billing",
    "004": "vendor_financing",
}
SECTION = re.compile(r"^## (\d{3}) ")
FILE = re.compile(r"`([\w./-]+\.(?:py|xml|csv|sql|md|yaml))(?:::(\w+))?`((?: `_?\w+`,?)*)")
LATER_TEST = re.compile(r"`::(\w+)`")
NAME = re.compile(r"`(_?\w+)`")


def missing_in_docs():
    """Return a line for each file, test or method that a document names and nobody has."""
    documents = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if not path.is_relative_to(ROOT / "docs/guide")
    ]
    return [line for path in sorted(documents) for line in _missing(path)]


def _missing(document):
    addon = None
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        section = SECTION.match(line) if document == TRACEABILITY else None
        if section:
            addon = ADDON_OF_DOCUMENT[section[1]]
        place = f"{document.relative_to(ROOT)}:{number}"
        for name in _missing_in_line(line, addon):
            yield f"{place}: {name}"


def _missing_in_line(line, addon):
    path = None
    for found in re.finditer(rf"{FILE.pattern}|{LATER_TEST.pattern}", line):
        file, test, names, later_test = found.groups()
        if file:
            path = _resolve(file, addon)
            if not path:
                yield f"no file {file}"
                continue
        if not path:
            continue
        text = path.read_text()
        wanted = [test, later_test, *NAME.findall(names or "")]
        yield from (f"no {name} in {path.name}" for name in wanted if name and name not in text)


def _resolve(file, addon):
    """Return the path of a file as a document writes it, from the root or from the addon."""
    folders: list[Path] = [ROOT, *([ROOT / addon] if addon else [])]
    return next((folder / file for folder in folders if (folder / file).is_file()), None)
