"""The reseller's clients (`/clientes`). CPF/CNPJ and e-mail may be missing or wrong, as in life."""

import re

from ..supplier.idempotency import Answer
from ..validation import Reader
from .records import Kind

TEXTS = {
    "cpfCnpj": 18,
    "email": 120,
    "telefone": 20,
    "celular": 20,
    "cep": 9,
    "logradouro": 120,
    "numero": 20,
    "complemento": 120,
    "bairro": 120,
    "cidade": 120,
    "referenciaExterna": 120,
}
UF = re.compile(r"[A-Z]{2}", re.ASCII)

CLIENTS = Kind(
    "clientes",
    "CL",
    ("CLIENTE_NAO_ENCONTRADO", "Cliente {} não encontrado."),
    (
        "nome",
        "cpfCnpj",
        "email",
        "telefone",
        "celular",
        "cep",
        "logradouro",
        "numero",
        "complemento",
        "bairro",
        "cidade",
        "uf",
        "ativo",
        "referenciaExterna",
    ),
)


def create(books, data):
    reader = Reader(data)
    values = {name: None for name in (*TEXTS, "uf")}
    values |= {"ativo": True, "nome": reader.text("nome"), **_given(reader)}
    reader.finish()
    record = CLIENTS.insert(books, **values)
    return Answer(201, CLIENTS.as_json(record), record["id"])


def change(books, data, code):
    """Write what the body names; null empties a field, the rest stays."""
    record = CLIENTS.get(books, code)
    reader = Reader(data)
    values = _given(reader)
    if reader.has("nome"):
        values["nome"] = reader.text("nome")
    reader.finish()
    return CLIENTS.as_json(CLIENTS.update(books, record, **values))


def _given(reader):
    values = {
        name: reader.text(name, required=False, maximum=maximum)
        for name, maximum in TEXTS.items()
        if reader.has(name)
    }
    if reader.has("uf"):
        values["uf"] = reader.text("uf", required=False, pattern=UF)
    if reader.has("ativo"):
        values["ativo"] = reader.boolean("ativo")
    return values
