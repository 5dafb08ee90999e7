"""The body of a customer's registration."""

import re

from ..validation import Reader
from . import documents

STATES = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split()
CEP = re.compile(r"[0-9]{5}-?[0-9]{3}", re.ASCII)
IBGE = re.compile(r"[0-9]{7}", re.ASCII)
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", re.ASCII)
PHONE = re.compile(r"(\+?55 ?)?\(?[0-9]{2}\)? ?[0-9]{4,5}[ -]?[0-9]{4}", re.ASCII)
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
MAX_MONTHS = 24


def read_registration(data):
    """(CNPJ or CPF, desired limit) of a valid registration; one 422 problem with every fault."""
    reader = Reader(data)
    number = documents.read_taxpayer(reader)
    reader.text("razaoSocial")
    reader.text("nomeFantasia", required=False)
    reader.text("inscricaoEstadual", required=False, maximum=20)
    _read_address(reader.child("endereco"))
    _read_contact(reader.child("contato"))
    desired = reader.money("limiteDesejado")
    _read_history(reader)
    reader.finish()
    return number, desired


def _read_address(address):
    if address is None:
        return
    for name, maximum in (("logradouro", 120), ("numero", 20), ("bairro", 80), ("municipio", 80)):
        address.text(name, maximum=maximum)
    address.text("complemento", required=False)
    address.text("codigoMunicipio", required=False, pattern=IBGE, hint="Código IBGE com 7 dígitos.")
    address.choice("uf", STATES)
    address.text("cep", pattern=CEP, hint="CEP com 8 dígitos.")
    address.close()


def _read_contact(contact):
    if contact is None:
        return
    contact.text("email", maximum=254, pattern=EMAIL, hint="E-mail inválido.")
    contact.text("telefone", pattern=PHONE, hint="Telefone com DDD, como (11) 91234-5678.")
    contact.close()


def _read_history(reader):
    months = set()
    for child in reader.children("historico", minimum=0, maximum=MAX_MONTHS, required=False):
        month = child.text("competencia", pattern=MONTH, hint="Mês no formato AAAA-MM.")
        if month in months:
            child.note("competencia", "Mês repetido.")
        months.add(month)
        child.money("valorFaturado", zero=True)
        child.money("valorPago", zero=True)
        child.integer("atrasoMedioDias", 0, 9999)
        child.close()
