"""Hides due dates and values of instalments that were written into free text of an NF-e.

Only what is known to be an instalment is hidden. A day and month without year is left alone:
"26/10" is as likely the number of a tax agreement (Protocolo ICMS 26/10) as a date.
"""

import re

MASK = "*****"
_MONTHS = (
    "jan(?:eiro)?", "fev(?:ereiro)?", "mar(?:[cç]o)?", "abr(?:il)?", "mai(?:o)?", "jun(?:ho)?",
    "jul(?:ho)?", "ago(?:sto)?", "set(?:embro)?", "out(?:ubro)?", "nov(?:embro)?", "dez(?:embro)?",
)  # fmt: skip


def mask_instalments(text, dates, amounts):
    """Return the text with these dates and amounts made unreadable, however they are written.

    :param dates: due dates, `datetime.date`
    :param amounts: values in BRL, `Decimal` with two places
    """
    patterns = [_date_pattern(date) for date in set(dates)]
    patterns += [_amount_pattern(amount) for amount in set(amounts) if amount]
    if not text or not patterns:
        return text
    return re.sub("|".join(patterns), MASK, text, flags=re.IGNORECASE)


def _date_pattern(date):
    """Match 05/09/2018, 5.9.18, 05 de setembro de 2018, 5-set-18 and 2018-09-05."""
    day, month = f"0?{date.day}", f"0?{date.month}"
    year = f"(?:{date.year}|{date.year % 100:02d})"
    mark = r"\s*[/.\-]\s*"
    named = rf"(?:{mark}|\s+(?:de\s+)?)"
    written = (
        rf"{day}{mark}{month}{mark}{year}",
        rf"{day}{named}{_MONTHS[date.month - 1]}\.?{named}{year}",
        rf"{date.year}{mark}{month}{mark}{day}",
    )
    return rf"(?<!\d)(?<!\d[/.\-])(?:{'|'.join(written)})(?!\d)(?![/.\-]\d)"


def _amount_pattern(amount):
    """Match 2.890,00, 2890,00, 2,890.00 and 2890.00, not as part of a longer number."""
    integer, cents = f"{amount:,.2f}".split(".")
    groups = integer.split(",")
    written = (
        r"\.".join(groups) + rf",{cents}",
        ",".join(groups) + rf"\.{cents}",
        "".join(groups) + rf"[.,]{cents}",
    )
    return rf"(?<!\d)(?<!\d[.,])(?:{'|'.join(written)})(?!\d)(?![.,]\d)"
