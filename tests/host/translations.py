"""Keeps each addon's template and Brazilian translation in step with its source.

Run with the Odoo environment's Python, which has polib:
`python -m tests.host.translations check ADDON…` or `update FOLDER ADDON…`, where FOLDER holds
freshly exported templates.
"""

import re
import sys
from pathlib import Path

import polib

from .layout import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[A-Z_]+>")
# Marks an entry that reads the same in both languages and is empty for that reason.
SAME = "Igual em português."


def _files(addon):
    folder = ROOT / addon / "i18n"
    return folder / f"{addon}.pot", folder / "pt_BR.po"


def problems(addon):
    """Return a line for each missing or wrong entry of the addon's Brazilian translation."""
    template, translation = _files(addon)
    translated = {entry.msgid: entry for entry in polib.pofile(translation)}
    return [
        f"{addon}: {problem}: {wanted.msgid!r}"
        for wanted in polib.pofile(template)
        if (problem := _problem(wanted, translated.get(wanted.msgid)))
    ]


def _problem(wanted, entry):
    if entry is None:
        return "missing"
    if "fuzzy" in entry.flags or entry.obsolete:
        return "not settled"
    if not entry.msgstr:
        return None if entry.tcomment == SAME else f"empty without the mark {SAME!r}"
    same = sorted(PLACEHOLDER.findall(wanted.msgid)) == sorted(PLACEHOLDER.findall(entry.msgstr))
    return None if same else "other placeholders"


def outdated(addon, exported):
    """Return what the committed template lacks or has too much, against a fresh export."""
    now = {entry.msgid for entry in polib.pofile(exported)}
    committed = {entry.msgid for entry in polib.pofile(_files(addon)[0])}
    return [f"{addon}.pot lacks {text!r}" for text in sorted(now - committed)] + [
        f"{addon}.pot still has {text!r}" for text in sorted(committed - now)
    ]


def update(addon, exported):
    """Take over a fresh template: known entries keep their translation, new ones stay empty."""
    template_path, translation_path = _files(addon)
    old = {entry.msgid: entry for entry in polib.pofile(translation_path)}
    metadata = polib.pofile(translation_path).metadata
    template = polib.pofile(exported)
    template.save(template_path)
    for entry in template:
        if known := old.get(entry.msgid):
            entry.msgstr, entry.tcomment = known.msgstr, known.tcomment
    template.metadata = metadata
    template.save(translation_path)


def main(command, *arguments):
    if command == "check":
        lines = [line for addon in arguments for line in problems(addon)]
    else:
        folder, *addons = arguments
        exported = {addon: Path(folder) / f"{addon}.pot" for addon in addons}
        if command == "update":
            for addon, path in exported.items():
                update(addon, path)
            lines = [line for addon in addons for line in problems(addon)]
        else:
            lines = [line for addon, path in exported.items() for line in outdated(addon, path)]
    print("\n".join(lines))
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
