"""Masks due dates and values of instalments in the free text of an NF-e.

Only dates and values of known instalments are masked. A day and month without year stays: "26/10"
is as likely the number of a tax agreement (Protocolo ICMS 26/10) as a date.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

MASK = "*****"
_MONTHS = (
    "jan(?:eiro)?", "fev(?:ereiro)?", "mar(?:[cç]o)?", "abr(?:il)?", "mai(?:o)?", "jun(?:ho)?",
    "jul(?:ho)?", "ago(?:sto)?", "set(?:embro)?", "out(?:ubro)?", "nov(?:embro)?", "dez(?:embro)?",
)  # fmt: skip


def mask_instalments(
    text: str | None, dates: Iterable[date], amounts: Iterable[Decimal]
) -> str | None:
    """Return the text with these dates and amounts masked, in every way of writing them.

    :param dates: due dates
    :param amounts: values in BRL with two places
    """
    patterns = [_date_pattern(day) for day in set(dates)]
    patterns += [_amount_pattern(amount) for amount in set(amounts) if amount]
    if not text or not patterns:
        return text
    return re.sub("|".join(patterns), MASK, text, flags=re.IGNORECASE)


def _date_pattern(due: date) -> str:
    """Match 05/09/2018, 5.9.18, 05 de setembro de 2018, 5-set-18 and 2018-09-05."""
    day, month = f"0?{due.day}", f"0?{due.month}"
    year = f"(?:{due.year}|{due.year % 100:02d})"
    mark = r"\s*[/.\-]\s*"
    named = rf"(?:{mark}|\s+(?:de\s+)?)"
    written = (
        rf"{day}{mark}{month}{mark}{year}",
        rf"{day}{named}{_MONTHS[due.month - 1]}\.?{named}{year}",
        rf"{due.year}{mark}{month}{mark}{day}",
    )
    return rf"(?<!\d)(?<!\d[/.\-])(?:{'|'.join(written)})(?!\d)(?![/.\-]\d)"


def _amount_pattern(amount: Decimal) -> str:
    """Match 2.890,00, 2890,00, 2,890.00 and 2890.00, not as part of a longer number."""
    integer, cents = f"{amount:,.2f}".split(".")
    groups = integer.split(",")
    written = (
        r"\.".join(groups) + rf",{cents}",
        ",".join(groups) + rf"\.{cents}",
        "".join(groups) + rf"[.,]{cents}",
    )
    return rf"(?<!\d)(?<!\d[.,])(?:{'|'.join(written)})(?!\d)(?![.,]\d)"
