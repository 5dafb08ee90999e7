"""Invoices (`/faturas`): what the reseller's clients owe him."""

import re

from ..problems import Problem
from ..supplier.idempotency import Answer
from ..validation import Reader
from .clients import CLIENTS
from .records import Kind
from .subscriptions import SUBSCRIPTIONS

STATES = ("EM_PROCESSAMENTO", "AGUARDANDO_PAGAMENTO", "VENCIDA", "PAGA", "CANCELADA")
MONTH = re.compile(r"0[1-9]|1[0-2]", re.ASCII)
YEAR = re.compile(r"20[0-9]{2}", re.ASCII)
INVOICES = Kind(
    "faturas",
    "FT",
    ("FATURA_NAO_ENCONTRADA", "Fatura {} não encontrada."),
    (
        "codigo",
        "contratacaoId",
        "clienteId",
        "descricao",
        "valor",
        "lancamento",
        "vencimento",
        "mesReferencia",
        "anoReferencia",
        "situacao",
        "idCobranca",
        "linkCobranca",
        "dataPagamento",
        "valorPago",
        "referenciaExterna",
    ),
)


def create(books, data):
    """Add an invoice of a client whose subscription is active.

    It is EM_PROCESSAMENTO until a charge is known, by this call or by a later one.
    """
    reader = Reader(data)
    subscription_id = reader.text("contratacaoId", maximum=40)
    client_id = reader.text("clienteId", maximum=40)
    values = {
        "descricao": reader.text("descricao", maximum=500),
        "valor": _money(reader, "valor"),
        "lancamento": _date(reader, "lancamento"),
        "vencimento": _date(reader, "vencimento"),
        "mesReferencia": reader.text("mesReferencia", pattern=MONTH),
        "anoReferencia": reader.text("anoReferencia", pattern=YEAR),
        "idCobranca": reader.text("idCobranca", required=False),
        "linkCobranca": reader.text("linkCobranca", required=False, maximum=500),
        "referenciaExterna": reader.text("referenciaExterna", required=False),
    }
    reader.finish()
    CLIENTS.referred(books, client_id)
    subscription = SUBSCRIPTIONS.referred(books, subscription_id)
    if subscription["clienteId"] != client_id:
        raise Problem(
            422, "CONTRATACAO_DE_OUTRO_CLIENTE", f"A contratação não é do cliente {client_id}."
        )
    if subscription["situacao"] != "ATIVO":
        raise Problem(
            422,
            "CONTRATACAO_NAO_ATIVA",
            f"A contratação {subscription_id} está em {subscription['situacao']}.",
        )
    record = INVOICES.insert(
        books,
        subscription_id,
        codigo=f"{books.next_number('codigo'):06d}",
        contratacaoId=subscription_id,
        clienteId=client_id,
        situacao=STATES[1 if values["idCobranca"] else 0],
        dataPagamento=None,
        valorPago=None,
        **values,
    )
    return Answer(201, INVOICES.as_json(record), record["id"])


def change(books, data, code):
    """Write the fields of the body.

    A paid invoice has a date and an amount of payment: today and its value by default. Any other
    state takes both away, which is how a chargeback opens it again.
    """
    record = INVOICES.get(books, code)
    reader = Reader(data)
    readers = {
        "situacao": lambda name: reader.choice(name, STATES),
        "valor": lambda name: _money(reader, name),
        "vencimento": lambda name: _date(reader, name),
        "descricao": lambda name: reader.text(name, maximum=500),
        "idCobranca": lambda name: reader.text(name, required=False),
        "linkCobranca": lambda name: reader.text(name, required=False, maximum=500),
        "dataPagamento": lambda name: _date(reader, name, required=False),
        "valorPago": lambda name: _money(reader, name, required=False),
    }
    values = {name: read(name) for name, read in readers.items() if reader.has(name)}
    reader.finish()
    after = {**record, **values}
    if after["situacao"] == "PAGA":
        values["dataPagamento"] = after["dataPagamento"] or books.now.date().isoformat()
        values["valorPago"] = after["valorPago"] or after["valor"]
    elif values.get("dataPagamento") or values.get("valorPago"):
        raise Problem(422, "FATURA_NAO_PAGA", "Somente uma fatura PAGA tem pagamento.")
    else:
        values.update(dataPagamento=None, valorPago=None)
    return INVOICES.as_json(INVOICES.update(books, record, **values))


def _money(reader, name, *, required=True):
    value = reader.money(name, required=required)
    return None if value is None else f"{value:.2f}"


def _date(reader, name, *, required=True):
    value = reader.date(name, required=required)
    return None if value is None else value.isoformat()
