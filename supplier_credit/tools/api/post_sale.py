"""What is said about returns, cancellations and bonuses, and what Supplier answers.

See `supplier_api`; docs/api, `pos-vendas`; seed 002.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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
    """Asks to take back a part, or all, of an approved transaction.

    :param transaction: Supplier's code of it
    :param kind: a key of POST_SALE_KINDS
    :param document: (access key, number, date) of the NF-e; None for a bonus, which has none
    """

    transaction: str
    kind: str
    amount: Decimal
    document: tuple | None
    reason: str

    def to_wire(self):
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
    """What Supplier takes back of one instalment, fee included, and what becomes of the fee."""

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
    debits: tuple

    @property
    def approved_amount(self):
        return self.supplier_amount + self.direct_amount

    @classmethod
    def from_wire(cls, body):
        """Read an answer; raise MalformedAnswer rather than guess."""
        reader = Reader(body)
        return cls(
            code=reader.text("codigoSolicitacao", required=True),
            state=reader.state("situacao", POST_SALE_STATES),
            reason=reader.text("motivo"),
            supplier_amount=reader.amount("valorSupplier"),
            direct_amount=reader.amount("valorCliente"),
            debits=tuple(_debit_entry(Reader(entry)) for entry in reader.items("parcelasDebito")),
        )

    def check_parts(self, asked):
        """Raise MalformedAnswer unless a decision accounts for what was asked for, to the cent."""
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

    def _check_debits(self):
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


def _debit_entry(reader):
    return DebitEntry(
        number=reader.number("numeroParcela"),
        debit_date=reader.date("dataDebito", required=True),
        amount=reader.amount("valor", required=True),
        fee_kept=reader.amount("valorTaxa"),
        fee_refunded=reader.amount("valorTaxaEstornada"),
    )
