"""Requests of returns, cancellations and bonuses, and Supplier's answers.

Form: see `wire`; docs/api, `pos-vendas`; seed 002.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from .errors import MalformedAnswer
from .wire import Reader, money

POST_SALE_KINDS = {
    "return": "DEVOLUCAO",
    "cancellation": "CANCELAMENTO",
    "bonus": "BONIFICACAO",
}
POST_SALE_STATES = {
    "EM_ANALISE": "in_analysis",
    "EM_ANDAMENTO": "in_progress",
    "APROVADA": "approved",
    "APROVADA_PARCIAL": "partially_approved",
    "REPROVADA": "refused",
}


@dataclass(frozen=True)
class PostSaleRequest:
    """Requests that a part, or all, of an approved transaction is taken back.

    :param transaction: Supplier's code of it
    :param kind: a key of POST_SALE_KINDS
    :param amount: BRL
    :param document: access key, number and date of the NF-e; None for a bonus, which has no NF-e
    """

    transaction: str
    kind: str
    amount: Decimal
    document: tuple[str, str, date] | None
    reason: str

    def to_wire(self) -> dict[str, Any]:
        document = None
        if self.document:
            key, number, day = self.document
            document = {"chaveNFe": key, "numero": number, "data": day.isoformat()}
        return {
            "codigoTransacao": self.transaction,
            "tipo": POST_SALE_KINDS[self.kind],
            "valor": money(self.amount),
            "documento": document,
            "motivo": self.reason or None,
        }


@dataclass(frozen=True)
class DebitEntry:
    """The part of one instalment that Supplier takes back, fee included, in BRL.

    :param fee_kept: the part of its fee that Supplier keeps
    :param fee_refunded: the part of its fee that Supplier gives back
    """

    number: int
    debit_date: date
    amount: Decimal
    fee_kept: Decimal
    fee_refunded: Decimal


@dataclass(frozen=True)
class PostSale:
    """Supplier's answer about a request, with its debits once approved."""

    code: str
    state: str
    reason: str
    supplier_amount: Decimal
    direct_amount: Decimal
    debits: tuple[DebitEntry, ...]

    @property
    def approved_amount(self) -> Decimal:
        return self.supplier_amount + self.direct_amount

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the answer in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        return cls(
            code=reader.text("codigoSolicitacao", required=True),
            state=reader.state("situacao", POST_SALE_STATES),
            reason=reader.text("motivo"),
            supplier_amount=reader.amount("valorSupplier"),
            direct_amount=reader.amount("valorCliente"),
            debits=tuple(_debit_entry(Reader(entry)) for entry in reader.items("parcelasDebito")),
        )

    def check_parts(self, asked: Decimal) -> None:
        """Raise MalformedAnswer unless the parts of a decision make up the requested amount.

        :param asked: the requested amount, BRL
        """
        if self.state == "approved" and self.approved_amount != asked:
            raise MalformedAnswer(
                f"approved: Supplier's {self.supplier_amount} + the customer's "
                f"{self.direct_amount} is not {asked}"
            )
        if self.state == "partially_approved" and not 0 < self.approved_amount < asked:
            raise MalformedAnswer(
                f"partially approved: {self.approved_amount} is no part of {asked}"
            )
        if self.state == "refused" and self.approved_amount:
            raise MalformedAnswer(f"refused, and yet {self.approved_amount} of {asked} approved")
        self._check_debits()

    def _check_debits(self) -> None:
        numbers = [entry.number for entry in self.debits]
        if len(set(numbers)) != len(numbers):
            raise MalformedAnswer(f"the debits repeat an instalment number: {numbers}")
        summed = sum((entry.amount for entry in self.debits), Decimal(0))
        if summed != self.supplier_amount:
            raise MalformedAnswer(
                f"the debits sum to {summed}, Supplier's part is {self.supplier_amount}"
            )
        for entry in self.debits:
            if entry.fee_kept + entry.fee_refunded > entry.amount:
                raise MalformedAnswer(
                    f"debit {entry.number}: fees {entry.fee_kept} and {entry.fee_refunded} are "
                    f"more than {entry.amount}"
                )


def _debit_entry(reader: Reader) -> DebitEntry:
    return DebitEntry(
        number=reader.number("numeroParcela"),
        debit_date=reader.date("dataDebito", required=True),
        amount=reader.amount("valor", required=True),
        fee_kept=reader.amount("valorTaxa"),
        fee_refunded=reader.amount("valorTaxaEstornada"),
    )
