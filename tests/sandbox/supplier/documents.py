"""Check digits of CNPJ, CPF and NF-e keys, letters included."""

import re

from stdnum.br import cnpj, cpf

CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}", re.ASCII)
CPF = re.compile(r"[0-9]{11}", re.ASCII)
NFE_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}", re.ASCII)

HINT = "CNPJ ou CPF inválido: envie sem pontuação e confira os dígitos verificadores."
NFE_HINT = "Chave da NF-e inválida: são 44 posições, com dígito verificador."


def is_taxpayer(number):
    """Whether `number` is an unformatted CNPJ (alphanumeric too) or CPF with its check digits."""
    if CNPJ.fullmatch(number):
        return cnpj.is_valid(number)
    return bool(CPF.fullmatch(number)) and cpf.is_valid(number)


def nfe_check_digit(first43):
    """Modulo 11 with weights 2 to 9 from the right, over ASCII code - 48."""
    weighted = (
        (ord(character) - 48) * (2 + position % 8)
        for position, character in enumerate(reversed(first43))
    )
    remainder = sum(weighted) % 11
    return 0 if remainder < 2 else 11 - remainder


def is_nfe_key(key):
    """Whether `key` has the form and the check digit of an NF-e key."""
    return bool(NFE_KEY.fullmatch(key)) and nfe_check_digit(key[:43]) == int(key[43])


def read_taxpayer(reader, name="cnpjCpf"):
    """The CNPJ or CPF under `name`, or None with a note."""
    number = reader.text(name, maximum=14)
    if number is not None and not is_taxpayer(number):
        reader.note(name, HINT)
        return None
    return number


def read_nfe_key(reader, name="chaveNFe"):
    """The NF-e key under `name`, or None with a note."""
    key = reader.text(name, maximum=44)
    if key is not None and not is_nfe_key(key):
        reader.note(name, NFE_HINT)
        return None
    return key
