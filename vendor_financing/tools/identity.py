"""Numbers of partners: who a document is about."""

from __future__ import annotations

import re

COUNTRY = "BR"


def is_same_number(one: str | None, other: str | None) -> bool:
    """Return whether two texts are the same CNPJ or CPF, however they are written."""
    return _normalize(one) == _normalize(other)


def _normalize(number: str | None) -> str:
    return re.sub(r"[^0-9A-Z]", "", (number or "").upper()).removeprefix(COUNTRY)
