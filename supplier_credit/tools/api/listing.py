"""What lives at Supplier, as its lists tell. Form: see `wire`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from .errors import MalformedAnswer
from .post_sale import POST_SALE_STATES
from .preauthorization import PREAUTHORIZATION_STATES
from .transaction import TRANSACTION_STATES
from .wire import LONGEST_BODY, Reader

# For each kind: fields of code, reference and amount, and the table of its states.
_FIELDS = {
    "preauthorization": (
        "codigoPreAutorizacao",
        "numeroPedido",
        "valorPreAutorizado",
        PREAUTHORIZATION_STATES,
    ),
    "transaction": ("codigoTransacao", "chaveNFe", "valorTotal", TRANSACTION_STATES),
    "post_sale": ("codigoSolicitacao", "codigoTransacao", "valor", POST_SALE_STATES),
}


@dataclass(frozen=True)
class Listed:
    """One record of Supplier.

    :param reference: the order's number, the NF-e's key, or the sale's code at Supplier
    :param customer: CNPJ or CPF, '' where the list does not say
    :param amount: BRL
    """

    code: str
    state: str
    reference: str
    customer: str
    amount: Decimal
    body: Any


@dataclass(frozen=True)
class ListedPage:
    """One page of a list, and whether more follow."""

    records: tuple[Listed, ...]
    has_more: bool

    @classmethod
    def from_wire(cls, kind: str, body: Any) -> Self:
        """Return the page in this JSON. Rejected transactions are left out: they hold nothing.

        :param kind: preauthorization, transaction or post_sale
        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        if not isinstance(body.get("itens"), list):
            raise MalformedAnswer("a list of Supplier has no entries", str(body)[:LONGEST_BODY])
        records = tuple(_read(kind, item) for item in body["itens"])
        return cls(
            records=tuple(one for one in records if one.state != "rejected"),
            has_more=reader.flag("temMais"),
        )


def _read(kind: str, body: Any) -> Listed:
    code, reference, amount, states = _FIELDS[kind]
    reader = Reader(body)
    return Listed(
        code=reader.text(code, required=True),
        state=reader.state("situacao", states),
        reference=reader.text(reference, required=True),
        customer=reader.text("cnpjCpf"),
        amount=reader.amount(amount),
        body=body,
    )
