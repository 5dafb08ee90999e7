"""Brings the parts of Brazilian addresses, as people type them, into the form of the API."""

import re

from .api.customer import Address

# "Rua X, 123", "Rua X, nº 123 fundos", "Praça da Sé, s/n", "Rod. BR-101, km 12"
NUMBER = re.compile(
    r"^(?P<street>.+?),\s*(?:n[º°o.]*\s*)?(?P<number>s/?n[º°.]?|km\s*\d[\d.,]*|\d[^\s,]*)"
    r"(?:[\s,]+(?P<rest>.+))?$",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
STATES = frozenset(
    "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split()
)
COUNTRY_CODE = "55"


def tidy(text: str | None, longest: int = 120) -> str:
    """Return text on one line without surplus spaces, cut to the API's length in characters."""
    return " ".join((text or "").split())[:longest].rstrip()


def digits(text: str | None) -> str:
    return "".join(character for character in (text or "") if character in "0123456789")


def read_phone(text: str | None) -> str:
    """Return ten or eleven digits, area code first; '' if the text is no Brazilian number."""
    number = digits(text)
    if len(number) > 11 and number.startswith(COUNTRY_CODE):
        number = number[2:]
    number = number.lstrip("0")
    return number if len(number) in (10, 11) else ""


def read_email(text: str | None) -> str:
    """Return the address if the API accepts it, else ''."""
    text = (text or "").strip()
    return text if len(text) <= 254 and EMAIL.fullmatch(text) else ""


def read_address(
    parts: dict[str, str],
    *,
    district: str | None,
    city: str | None,
    city_code: str | None,
    state: str | None,
    zip_code: str | None,
) -> Address:
    """Return the `Address`; a part that is missing or cannot be used is '' in it.

    :param parts: street_name, street_number and street_number2 as the host splits a street. A
        number after a comma is found here: the host finds none where more text follows.
    """
    street, number = tidy(parts["street_name"]), tidy(parts["street_number"])
    complement = tidy(parts["street_number2"])
    if found := NUMBER.match(f"{street} {number}".strip()):
        street, number = found["street"], found["number"]
        complement = tidy(f"{found['rest'] or ''} {complement}")
    zip_code = digits(zip_code)
    city_code = digits(city_code)
    return Address(
        street=street.rstrip(" ,"),
        number=number[:20],
        complement=complement,
        district=tidy(district, 80),
        city=tidy(city, 80),
        city_code=city_code if len(city_code) == 7 else "",
        state=state if state in STATES else "",
        zip_code=zip_code if len(zip_code) == 8 else "",
    )
