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
