"""What is said about reservations of credit, and what Supplier answers. See `supplier_api`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .wire import Reader, money

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
    """Asks Supplier to reserve credit for a sale order.

    :param order_amount: what is still to be invoiced of the order, BRL
    :param reserved_amount: that amount with the tolerance of parameter 3.1, BRL
    """

    customer: str
    order_number: str
    order_amount: Decimal
    reserved_amount: Decimal
    instalments: tuple

    def to_wire(self):
        return {
            "cnpjCpf": self.customer,
            "numeroPedido": self.order_number,
            "valorPedido": money(self.order_amount),
            "valorPreAutorizacao": money(self.reserved_amount),
            "parcelas": [instalment.to_wire() for instalment in self.instalments],
        }


@dataclass(frozen=True)
class PreauthorizationChange:
    """Asks Supplier to change a reservation.

    :param reserved_amount: the new total in BRL, what was already used of it included
    """

    reserved_amount: Decimal
    instalments: tuple

    def to_wire(self):
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
    def from_wire(cls, body):
        """Read an answer; raise MalformedAnswer rather than guess."""
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
