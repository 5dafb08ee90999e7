"""Checks that each addon's pt_BR.po translates all of its template, with the same placeholders."""

import re
import sys

import polib

from .layout import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[A-Z_]+>")


def problems(addon):
    """Return what is missing or wrong in the addon's Brazilian translation, as lines."""
    folder = ROOT / addon / "i18n"
    template = polib.pofile(folder / f"{addon}.pot")
    translated = {entry.msgid: entry for entry in polib.pofile(folder / "pt_BR.po")}
    found = []
    for wanted in template:
        entry = translated.get(wanted.msgid)
        # An entry left empty on purpose reads the same in both languages and stays in the file.
        if entry is None:
            found.append(f"{addon}: missing: {wanted.msgid!r}")
        elif "fuzzy" in entry.flags or entry.obsolete:
            found.append(f"{addon}: not settled: {wanted.msgid!r}")
        elif not entry.msgstr and " " in wanted.msgid.strip():
            found.append(f"{addon}: empty: {wanted.msgid!r}")
        elif entry.msgstr and sorted(PLACEHOLDER.findall(wanted.msgid)) != sorted(
            PLACEHOLDER.findall(entry.msgstr)
        ):
            found.append(f"{addon}: other placeholders: {wanted.msgid!r}")
    return found


if __name__ == "__main__":
    lines = [line for addon in sys.argv[1:] for line in problems(addon)]
    print("\n".join(lines))
    sys.exit(bool(lines))
