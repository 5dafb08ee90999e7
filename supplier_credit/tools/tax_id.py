"""CNPJ, also an alphanumeric one, and CPF, checked by python-stdnum alone."""

from __future__ import annotations

from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError


def read_tax_id(text: str | None) -> str:
    """Return a CNPJ or CPF without punctuation; '' if the text is neither."""
    for number_type in (cnpj, cpf):
        try:
            return number_type.validate(text or "")
        except ValidationError:
            continue
    return ""


def list_spellings(text: str) -> list[str]:
    """Return a CNPJ or CPF without and with punctuation; an empty list if the text is neither."""
    for number_type in (cnpj, cpf):
        if number_type.is_valid(text):
            number = number_type.compact(text)
            return [number, number_type.format(number)]
    return []
