"""The body of a post-sale request about an approved transaction."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ..problems import Problem
from ..validation import Reader
from . import documents
from .books import text

KINDS = ("DEVOLUCAO", "CANCELAMENTO", "BONIFICACAO")
CODE = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """A valid request. `document_key` is the NF-e key of its document; a bonus has none."""

    transaction: str
    kind: str
    amount: Decimal
    document_key: str | None


def read_request(data):
    """The request of a body; one 422 problem with every fault."""
    reader = Reader(data)
    transaction = reader.text("codigoTransacao", pattern=CODE, maximum=40)
    kind = reader.choice("tipo", KINDS)
    amount = reader.money("valor")
    key = _read_document(reader, kind)
    reader.text("motivo", required=False, maximum=500)
    reader.finish()
    return Request(transaction, kind, amount, key)


def _read_document(reader, kind):
    document = reader.child("documento", required=kind in ("DEVOLUCAO", "CANCELAMENTO"))
    if document is None:
        return None
    if kind == "BONIFICACAO":
        reader.note("documento", "Uma bonificação não tem documento.")
    key = documents.read_nfe_key(document)
    number = document.text("numero", pattern=r"[0-9]{1,15}", hint="De 1 a 15 dígitos.")
    document.date("data")
    document.close()
    if kind == "DEVOLUCAO" and key and number and int(number) != int(key[25:34]):
        document.note("numero", "Difere do número que está na chave da NF-e.")
    return key


def check_document(request, sale_key):
    """Refuse a cancellation of another NF-e, and a return without its return NF-e."""
    if request.kind == "CANCELAMENTO" and request.document_key != sale_key:
        fault = "Deve ser a chave da NF-e da transação."
    elif request.kind == "DEVOLUCAO" and request.document_key == sale_key:
        fault = "Deve ser a chave da NF-e de devolução, não a da transação."
    else:
        return
    detail = ("documento.chaveNFe", fault)
    raise Problem(422, "DADOS_INVALIDOS", "Há campos inválidos.", [detail])


def check_amount(request, rest):
    """Refuse more than the transaction's balance, and a cancellation of less."""
    if request.amount > rest:
        raise Problem(
            422,
            "VALOR_SUPERIOR_AO_SALDO",
            f"Restam {text(rest)} da transação {request.transaction}.",
        )
    if request.kind == "CANCELAMENTO" and request.amount < rest:
        raise Problem(
            422,
            "CANCELAMENTO_PARCIAL",
            f"Um cancelamento é do valor que resta da transação: {text(rest)}.",
        )
