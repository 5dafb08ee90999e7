"""CPF and CNPJ: normalised and checked. The CNPJ may have letters (IN RFB 2.229/2024)."""

import re

from stdnum.br import cnpj, cpf


def normalize(text: str | None) -> str:
    """Return a CPF or CNPJ without formatting: capital letters and digits only."""
    found = re.sub(r"[^0-9A-Z]", "", (text or "").upper(), flags=re.ASCII)
    # Some localisations store the country with the number.
    return found[2:] if found.startswith("BR") and len(found) in (13, 16) else found


def is_valid(number: str) -> bool:
    """Return whether a normalised CPF or CNPJ has its length and right check digits.

    Numbers of one repeated digit have right check digits, but are not issued.
    """
    check = {11: cpf, 14: cnpj}.get(len(number))
    return bool(check) and len(set(number)) > 1 and check.is_valid(number)


def restore_zeros(number: str) -> str:
    """Return a number with the leading zeros that a spreadsheet dropped, if that makes it valid."""
    if number.isdecimal() and not is_valid(number):
        for length in (11, 14):
            if 8 <= len(number) < length and is_valid(number.zfill(length)):
                return number.zfill(length)
    return number
