"""The body of a transaction: an authorised NF-e and the reservations that it uses."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..validation import Reader
from . import documents, instalments
from .books import ZERO, text

MAX_USES = 20


@dataclass(frozen=True)
class Sale:
    """A valid request. `uses` are dicts {codigo, valor, cancelarSaldo}."""

    nfe_key: str
    cnpj: str
    issued: date
    amount: Decimal
    uses: list
    instalments: list


def read_sale(data):
    """The sale of a request's body; one 422 problem with every fault."""
    reader = Reader(data)
    key = documents.read_nfe_key(reader)
    _check_number(reader, key)
    issued = reader.date("dataEmissao")
    amount = reader.money("valorTotal")
    cnpj = documents.read_taxpayer(reader)
    uses = _read_uses(reader)
    found = [use["valor"] for use in uses]
    if amount is not None and None not in found and sum(found, ZERO) > amount:
        reader.note("preAutorizacoes", f"Somam mais do que valorTotal ({text(amount)}).")
    parcels = instalments.read(reader, required=False)
    instalments.check_sum(reader, parcels, amount, "valorTotal")
    reader.finish()
    return Sale(key, cnpj, issued, amount, uses, parcels)


def _check_number(reader, key):
    """Model, series and number must be those inside the key."""
    reader.choice("modelo", ("55",))
    series = reader.text("serie", pattern=r"[0-9]{1,3}", hint="De 1 a 3 dígitos.")
    number = reader.text("numeroNF", pattern=r"[0-9]{1,9}", hint="De 1 a 9 dígitos.")
    if key is None:
        return
    if key[20:22] != "55":
        reader.note("chaveNFe", "A chave não é de uma NF-e modelo 55.")
    if series is not None and int(series) != int(key[22:25]):
        reader.note("serie", "Difere da série que está na chave da NF-e.")
    if number is not None and int(number) != int(key[25:34]):
        reader.note("numeroNF", "Difere do número que está na chave da NF-e.")


def _read_uses(reader):
    uses = []
    codes = set()
    for child in reader.children("preAutorizacoes", minimum=0, maximum=MAX_USES, required=False):
        use = {
            "codigo": child.text("codigo", maximum=40),
            "valor": child.money("valor"),
            "cancelarSaldo": bool(child.boolean("cancelarSaldo", required=False)),
        }
        if use["codigo"] in codes:
            child.note("codigo", "Pré-autorização repetida.")
        codes.add(use["codigo"])
        child.close()
        uses.append(use)
    return uses
