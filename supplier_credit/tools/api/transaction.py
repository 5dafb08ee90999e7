"""Requests about registered NF-e, and Supplier's answers. Form: see `wire`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from .errors import MalformedAnswer
from .wire import Instalment, Reader, money

# BRL by which one instalment may differ.
ROUNDING = Decimal("0.01")
TRANSACTION_STATES = {
    "EM_ANALISE": "in_analysis",
    "APROVADA": "approved",
    "REJEITADA": "rejected",
}


@dataclass(frozen=True)
class TransactionRequest:
    """Registers an authorised NF-e as a sale on Supplier's credit.

    :param total: BRL
    :param customer: CNPJ or CPF
    :param reservations: (code, amount in BRL, release the rest) for each reservation that is used
    """

    nfe_key: str
    model: str
    series: int
    number: int
    issue_date: date
    total: Decimal
    customer: str
    reservations: tuple[tuple[str, float, bool], ...]
    instalments: tuple[Instalment, ...]

    def to_wire(self) -> dict[str, Any]:
        return {
            "chaveNFe": self.nfe_key,
            "modelo": self.model,
            "serie": str(self.series),
            "numeroNF": str(self.number),
            "dataEmissao": self.issue_date.isoformat(),
            "valorTotal": money(self.total),
            "cnpjCpf": self.customer,
            "preAutorizacoes": [
                {"codigo": code, "valor": money(amount), "cancelarSaldo": release}
                for code, amount, release in self.reservations
            ],
            "parcelas": [instalment.to_wire() for instalment in self.instalments],
        }


@dataclass(frozen=True)
class CalendarEntry:
    """One line of the financial calendar: the customer's debt and Supplier's transfer, in BRL."""

    number: int
    due_date: date
    amount: Decimal
    transfer_date: date
    transfer_amount: Decimal
    fee: Decimal


@dataclass(frozen=True)
class Transaction:
    """Supplier's answer about a registered NF-e, with its calendar once approved."""

    code: str
    state: str
    reason: str
    calendar: tuple[CalendarEntry, ...]

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the answer in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        state = reader.state("situacao", TRANSACTION_STATES)
        entries = tuple(_calendar_entry(Reader(entry)) for entry in reader.items("calendario"))
        if state == "approved" and not entries:
            raise MalformedAnswer("an approved transaction came without a calendar", str(body))
        return cls(
            code=reader.text("codigoTransacao", required=state != "rejected"),
            state=state,
            reason=reader.text("motivo"),
            calendar=entries,
        )

    def check_calendar(self, total: Decimal) -> None:
        """Raise MalformedAnswer unless the calendar makes up the NF-e's total.

        Each instalment may differ by a cent, which the rounding of shares and rates leaves.

        :param total: BRL
        """
        numbers = [entry.number for entry in self.calendar]
        if len(set(numbers)) != len(numbers):
            raise MalformedAnswer(f"the calendar repeats an instalment number: {numbers}")
        for entry in self.calendar:
            if abs(entry.transfer_amount + entry.fee - entry.amount) > ROUNDING:
                raise MalformedAnswer(
                    f"instalment {entry.number}: transfer {entry.transfer_amount} + fee "
                    f"{entry.fee} is not {entry.amount}"
                )
        summed = sum(entry.amount for entry in self.calendar)
        if abs(summed - total) > ROUNDING * len(self.calendar):
            raise MalformedAnswer(f"the calendar sums to {summed}, the NF-e to {total}")


def _calendar_entry(reader: Reader) -> CalendarEntry:
    return CalendarEntry(
        number=reader.number("numeroParcela"),
        due_date=reader.date("dataVencimento", required=True),
        amount=reader.amount("valorParcela", required=True),
        transfer_date=reader.date("dataRepasse", required=True),
        transfer_amount=reader.amount("valorRepasse", required=True),
        fee=reader.amount("valorTaxa", required=True),
    )
