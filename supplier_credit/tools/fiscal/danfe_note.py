"""The note of parameter 4.2 and its tags. Source: seed 001, "TAGs Disponíveis"."""

import re

TAGS = ("<NOME_CARTAO_PARCEIRO>", "<QTDE_PARCELAS>", "<NUM_NF>", "<DT_EMIS>")
_ANY_TAG = re.compile(r"<[^<>\s]*>")


def unknown_tags(note):
    """Return what looks like a tag in the note and is none of TAGS, in the note's order."""
    return [tag for tag in _ANY_TAG.findall(note or "") if tag not in TAGS]


def fill_note(note, *, card_name, instalments, number, issue_date):
    """Return the note with its tags replaced.

    :param card_name: parameter 4.1
    :param instalments: number of instalments of the payment terms
    :param number: the NF-e's number
    :param issue_date: the NF-e's date of issue; printed as Brazil writes it
    """
    values = (card_name, str(instalments), str(number), issue_date.strftime("%d/%m/%Y"))
    replacements = dict(zip(TAGS, values, strict=True))
    # In one pass, so that a card name that contains a tag's text is left as it is.
    return _ANY_TAG.sub(lambda found: replacements.get(found.group(), found.group()), note or "")
