"""CPF and CNPJ: normalised and checked. The CNPJ may have letters (IN RFB 2.229/2024)."""

import re

CPF = re.compile(r"[0-9]{11}", re.ASCII)
CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}", re.ASCII)


def normalize(text):
    """Return a CPF or CNPJ without what only formats it: capital letters and digits."""
    found = re.sub(r"[^0-9A-Z]", "", (text or "").upper(), flags=re.ASCII)
    # Some localisations store the country with the number.
    return found[2:] if found.startswith("BR") and len(found) in (13, 16) else found


def is_valid(number):
    """Return whether the check digits of a normalised CPF or CNPJ are right."""
    if len(set(number)) == 1:
        return False
    if CPF.fullmatch(number):
        return all(_digit(number[:end], 11) == int(number[end]) for end in (9, 10))
    if CNPJ.fullmatch(number):
        return all(_digit(number[:end], 9) == int(number[end]) for end in (12, 13))
    return False


def restore_zeros(number):
    """Return a number with the leading zeros that a spreadsheet dropped, if that makes it valid."""
    if number.isdecimal() and not is_valid(number):
        for length in (11, 14):
            if 8 <= len(number) < length and is_valid(number.zfill(length)):
                return number.zfill(length)
    return number


def _digit(text, highest):
    """Return the check digit (modulus 11) of the characters before it.

    :param highest: after this weight it starts with 2 again
    """
    weights = range(2, highest + 1)
    total = sum(
        (ord(character) - 48) * weights[position % len(weights)]
        for position, character in enumerate(reversed(text))
    )
    rest = total % 11
    return 0 if rest < 2 else 11 - rest
