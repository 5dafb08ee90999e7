"""The note of parameter 4.2 and its tags. Source: seed 001, "TAGs Disponíveis"."""

import re
from datetime import date

TAGS = ("<NOME_CARTAO_PARCEIRO>", "<QTDE_PARCELAS>", "<NUM_NF>", "<DT_EMIS>")
_ANY_TAG = re.compile(r"<[^<>\s]*>")


def unknown_tags(note: str | None) -> list[str]:
    """Return the texts in the form of a tag that are not in TAGS, in the note's order."""
    return [tag for tag in _ANY_TAG.findall(note or "") if tag not in TAGS]


def fill_note(
    note: str | None, *, card_name: str, instalments: int, number: int, issue_date: date
) -> str:
    """Return the note with its tags replaced.

    :param card_name: parameter 4.1
    :param instalments: number of instalments of the payment terms
    :param number: the NF-e's number
    :param issue_date: the NF-e's date of issue, written as in Brazil
    """
    values = (card_name, str(instalments), str(number), issue_date.strftime("%d/%m/%Y"))
    replacements = dict(zip(TAGS, values, strict=True))
    # In one pass, so that a tag in the card's name is not replaced.
    return _ANY_TAG.sub(lambda found: replacements.get(found.group(), found.group()), note or "")
