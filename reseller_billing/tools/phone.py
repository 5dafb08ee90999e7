"""Phones of clients, as receipts providers take them. No ORM."""

from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberMatcher, PhoneNumberType

COUNTRY = "BR"


class Phones(NamedTuple):
    """A Brazilian mobile and a landline, each area and number without country code, or empty."""

    mobile: str = ""
    landline: str = ""


def split_phones(text: str | None) -> Phones:
    """Return the first mobile and the first landline that a text has.

    People write several numbers into one field, with or without country code. What is neither a
    mobile nor a landline of Brazil (0800, other countries, one repeated digit) is left out: a
    provider would refuse the client for it.
    """
    found = {"mobile": "", "landline": ""}
    for match in PhoneNumberMatcher(text or "", COUNTRY, phonenumbers.Leniency.VALID):
        kind = _get_kind(match.number)
        if kind and not found[kind]:
            found[kind] = str(match.number.national_number)
    return Phones(**found)


def _get_kind(number: phonenumbers.PhoneNumber) -> str | None:
    digits = str(number.national_number)
    if phonenumbers.region_code_for_number(number) != COUNTRY or len(set(digits[2:])) == 1:
        return None
    match phonenumbers.number_type(number):
        case PhoneNumberType.MOBILE:
            return "mobile"
        case PhoneNumberType.FIXED_LINE:
            return "landline"
    return None
