"""Phones as Asaas takes them.

Source: Asaas, reference of /v3/customers, and recorded refusals: mobilePhone is a Brazilian mobile,
phone a landline, without country code; brackets and hyphen may stand. That a landline is refused
as mobile is known from other clients only.
"""

import re

from .errors import refusal

SEPARATORS = re.compile(r"[()\-. ]")
# Two digits of the area, none of them zero.
LANDLINE = re.compile(r"[1-9]{2}[2-5][0-9]{7}", re.ASCII)
MOBILE = re.compile(r"[1-9]{2}9[0-9]{8}", re.ASCII)


def read_landline(text):
    return _read(text, LANDLINE, "invalid_phone", "O telefone informado é inválido.")


def read_mobile(text):
    return _read(text, MOBILE, "invalid_mobilePhone", "O celular informado é inválido.")


def _read(text, form, code, words):
    if text is None:
        return None
    digits = SEPARATORS.sub("", text)
    if not form.fullmatch(digits) or len(set(digits[2:])) == 1:
        raise refusal(code, words)
    return digits
