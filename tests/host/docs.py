"""Checks that what the documents name exists: files, tests and the methods beside them."""

import functools
import re

from .layout import ADDONS, ROOT

# Which addon a section is about: one named like it, or like a document of the users.
ADDON_OF_SECTION = {
    **{addon: addon for addon in ADDONS},
    "000": "supplier_credit",
    "001": "supplier_credit",
    "002": "supplier_credit",
    "003": "reseller_billing",
    "004": "vendor_financing",
}
SECTION = re.compile(r"^## (\w+)")
FILE = re.compile(r"`([\w./-]+\.(?:py|xml|csv|sql|md|yaml))(?:::(\w+))?`((?: `_?\w+`,?)*)")
LATER_TEST = re.compile(r"`::(\w+)`")
NAME = re.compile(r"`(_?\w+)`")


def missing_in_docs():
    """Return a line for each file, test or method that a document names and that does not exist."""
    documents = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if not path.is_relative_to(ROOT / "docs/guide")
    ]
    return [line for path in sorted(documents) for line in _missing(path)]


def _missing(document):
    addon = None
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        if section := SECTION.match(line):
            addon = ADDON_OF_SECTION.get(section[1])
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
    """Return the path of a file as a document writes it.

    From the root, or from the addon of the section; a bare name is any file of that name.
    """
    folders = [ROOT, *([ROOT / addon] if addon else [])]
    found = (folder / file for folder in folders if (folder / file).is_file())
    return next(found, None) or (None if "/" in file else _files_by_name().get(file))


@functools.cache
def _files_by_name():
    return {
        path.name: path
        for folder in (*ADDONS, "tests", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
