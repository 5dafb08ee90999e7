"""Masks due dates and values of instalments in the free text of an NF-e.

Masked are dates and values of known instalments wherever they stand, and what a sentence itself
gives away as an instalment's, see `danfe_terms`. Of a known date, a day and month without year
stays where no word of charging is near: "26/10" is as likely the number of a tax agreement
(Protocolo ICMS 26/10) as a date.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .danfe_terms import find_terms, split_sentences

MASK = "*****"
_MONTHS = (
    "jan(?:eiro)?", "fev(?:ereiro)?", "mar(?:[cç]o)?", "abr(?:il)?", "mai(?:o)?", "jun(?:ho)?",
    "jul(?:ho)?", "ago(?:sto)?", "set(?:embro)?", "out(?:ubro)?", "nov(?:embro)?", "dez(?:embro)?",
)  # fmt: skip


class Mask:
    """Masks one NF-e's texts."""

    def __init__(self, dates: Iterable[date], amounts: Iterable[Decimal]) -> None:
        """Prepare to mask these, in every way of writing them.

        :param dates: due dates
        :param amounts: values in BRL with two places
        """
        patterns = [_date_pattern(day) for day in sorted(set(dates))]
        patterns += [_amount_pattern(amount) for amount in sorted(set(amounts)) if amount]
        # Without any, a pattern that nothing matches.
        self._known = re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)

    def apply(self, text: str) -> str:
        """Return the text with everything masked that is an instalment's."""
        for start, end in reversed(self._find(text)):
            text = text[:start] + MASK + text[end:]
        return text

    def find_sentences(self, text: str) -> list[str]:
        """Return the sentences of the text that are not printed as they are."""
        spans = self._find(text)
        return [
            text[start:end].strip()
            for start, end in split_sentences(text)
            if any(start <= masked < end for masked, _end in spans)
        ]

    def _find(self, text):
        """Return start and end of what is masked, in order and apart from each other."""
        known = [found.span() for found in self._known.finditer(text)]
        said = [(term.start, term.end) for term in find_terms(text)]
        spans = []
        for start, end in sorted(known + said):
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans


def mask_instalments(
    text: str | None, dates: Iterable[date], amounts: Iterable[Decimal]
) -> str | None:
    """Return the text with these dates and amounts masked, and what its sentences tell."""
    return Mask(dates, amounts).apply(text) if text else text


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
