"""Postal codes (CEP) that the sandbox knows. Asaas fills street, quarter and city of a known one.

Source: Asaas, reference of /v3/customers; the refusal of an unknown CEP is known from other
clients only, and the setting `knownPostalCodes` of an account switches it off.
"""

import re

from .errors import refusal

# CEP: (street, quarter, Asaas' own number of the city, city, state)
PLACES = {
    "01310100": ("Avenida Paulista", "Bela Vista", 15873, "São Paulo", "SP"),
    "20040002": ("Avenida Rio Branco", "Centro", 10226, "Rio de Janeiro", "RJ"),
    "89201001": ("Rua do Príncipe", "Centro", 9075, "Joinville", "SC"),
}
FORM = re.compile(r"[0-9]{5}-?[0-9]{3}", re.ASCII)


def read_postal_code(text, *, only_known):
    """The CEP without its hyphen."""
    if text is None:
        return None
    code = text.replace("-", "")
    # Ranges of Correios begin at 01000-000.
    is_issued = FORM.fullmatch(text) and code >= "01000000"
    if not is_issued or (only_known and code not in PLACES):
        raise refusal("invalid_postalCode", "O CEP informado é inválido.")
    return code
