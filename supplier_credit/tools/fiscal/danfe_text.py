"""Brings texts into the characters that a DANFE can show: those of Latin-1, as in an NF-e.

What has a plain form is written in it: “ ” become quotation marks, € becomes EUR, Łódź is Lódz.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

# Stands in the DANFE for what has no plain form; the authorised file may hold it, a note may not.
UNKNOWN = "?"
_LATIN_LETTER = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z])(?: WITH .+)?")
# By code, because many look like others.
_PLAIN = {
    # Quotation marks and apostrophes.
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    "\u2039": "<", "\u203a": ">",
    # Bullets and the sign of subtraction.
    **dict.fromkeys("\u2022\u2023\u25cf\u25aa\u2212", "-"),
    # Slashes of fractions and division, dots of multiplication.
    **dict.fromkeys("\u2044\u2215", "/"), **dict.fromkeys("\u2219\u22c5", "\u00b7"),
    "≤": "<=", "≥": ">=", "≠": "<>", "≈": "~", "→": "->", "←": "<-", "⇒": "=>",
    "€": "EUR", "Œ": "OE", "œ": "oe", "\u0131": "i", "ẞ": "SS",
    "✓": "v", "✔": "v", "☐": "[ ]", "☑": "[x]", "☒": "[x]",
    # Accents of their own, which Windows has.
    "\u02dc": "~", "\u02c6": "^",
}  # fmt: skip


def to_printable(text: str | None) -> str:
    """Return the text in characters of Latin-1, with UNKNOWN for what has no plain form.

    A text that can be drawn stays as it is, besides control characters; line breaks are `\\n`.
    """
    return "".join(
        UNKNOWN if (plain := _to_plain(character)) is None else plain
        for character in _normalise(text)
    )


def unprintable_characters(text: str | None) -> Iterator[tuple[int, str]]:
    """Yield the characters without a plain form, each with its place in the text from 1 on."""
    for place, character in enumerate(_normalise(text), start=1):
        if _to_plain(character) is None:
            yield place, character


def name_character(character: str) -> str:
    """Return a character with its code and Unicode name, as in 😀 (U+1F600 GRINNING FACE)."""
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    shown = f"{character} " if character.isprintable() else ""
    return f"{shown}({' '.join(filter(None, [code, name]))})"


def _normalise(text: str | None) -> str:
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n"))


@lru_cache(maxsize=4096)
def _to_plain(character: str) -> str | None:
    """Return one character in characters of Latin-1, None if it has no plain form."""
    code, category = ord(character), unicodedata.category(character)
    if category == "Cc":
        return _to_plain_control(character)
    if character in _PLAIN:
        return _PLAIN[character]
    # Invisible: joiners, soft hyphens, marks that stand for themselves, variants of signs.
    if category in ("Cf", "Mn", "Me"):
        return ""
    if code <= 0xFF:
        return character
    if category.startswith("Z"):
        return " " if category == "Zs" else "\n"
    if category == "Pd":
        return "-"
    if found := _LATIN_LETTER.fullmatch(unicodedata.name(character, "")):
        return found[2] if found[1] == "CAPITAL" else found[2].lower()
    return _to_plain_parts(character)


def _to_plain_control(character: str) -> str | None:
    if character in "\n\r\v\f\x85":
        return "\n"
    if character == "\t":
        return " "
    # A text of Windows that was read as Latin-1 has its dashes and quotation marks here.
    meant = character.encode("latin-1").decode("cp1252", "replace")
    return None if meant in (character, "\ufffd") else _to_plain(meant)


def _to_plain_parts(character: str) -> str | None:
    """Return a ligature, fraction, superscript or full-width character by its parts."""
    parts = unicodedata.normalize("NFKD", character)
    if parts == character or _is_negated(parts):
        return None
    plain = [_to_plain(part) for part in parts]
    return None if None in plain else "".join(plain)


def _is_negated(parts: str) -> bool:
    """Return whether a mark changes a sign's sense, as the stroke of ≠ does."""
    return any(
        unicodedata.combining(mark) and not sign.isalpha() and not unicodedata.combining(sign)
        for sign, mark in pairwise(parts)
    )
