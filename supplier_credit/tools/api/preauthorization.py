"""Requests about reservations of credit, and Supplier's answers. Form: see `wire`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from .wire import Instalment, Reader, money

PREAUTHORIZATION_STATES = {
    "EM_ANALISE": "in_analysis",
    "VIGENTE": "active",
    "VENCIDA": "expired",
    "CANCELADA": "cancelled",
    "REPROVADA": "declined",
    "UTILIZADA_PARCIAL": "partially_used",
    "UTILIZADA": "used",
}


@dataclass(frozen=True)
class PreauthorizationRequest:
    """Requests that Supplier reserves credit for a sale order.

    :param customer: CNPJ or CPF
    :param order_amount: the part of the order that is still to be invoiced, BRL
    :param reserved_amount: that amount with the tolerance of parameter 3.1, BRL
    """

    customer: str
    order_number: str
    order_amount: Decimal
    reserved_amount: Decimal
    instalments: tuple[Instalment, ...]

    def to_wire(self) -> dict[str, Any]:
        return {
            "cnpjCpf": self.customer,
            "numeroPedido": self.order_number,
            "valorPedido": money(self.order_amount),
            "valorPreAutorizacao": money(self.reserved_amount),
            "parcelas": [instalment.to_wire() for instalment in self.instalments],
        }


@dataclass(frozen=True)
class PreauthorizationChange:
    """Requests that Supplier changes a reservation.

    :param reserved_amount: the new total in BRL, including the part that is used already
    """

    reserved_amount: Decimal
    instalments: tuple[Instalment, ...]

    def to_wire(self) -> dict[str, Any]:
        return {
            "valorPreAutorizacao": money(self.reserved_amount),
            "parcelas": [instalment.to_wire() for instalment in self.instalments],
        }


@dataclass(frozen=True)
class Preauthorization:
    """Supplier's answer about a reservation."""

    code: str
    state: str
    amount: Decimal
    valid_until: date | None
    reason: str

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the answer in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        state = reader.state("situacao", PREAUTHORIZATION_STATES)
        granted = state in ("active", "partially_used")
        return cls(
            code=reader.text("codigoPreAutorizacao", required=state != "declined"),
            state=state,
            amount=reader.amount("valorPreAutorizado", required=granted),
            valid_until=reader.date("dataVigencia", required=granted),
            reason=reader.text("motivo"),
        )
