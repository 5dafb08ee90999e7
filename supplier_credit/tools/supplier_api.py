"""What is said to Supplier and what it answers, typed, and how both look on the wire.

The wire's field names and codes are those of docs/api/supplier.openapi.yaml. Money is Decimal in
BRL with two places, dates are `datetime.date`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from .supplier_errors import MalformedAnswer

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Operation:
    """One call of the API.

    :param path: below the base URL; `{code}` stands for Supplier's code of the resource
    :param lookup: the list that is asked with `chaveIdempotencia` when an outcome is unknown; where
        the API has none, the same key is sent again and brings the first answer
    :param credit: whether it takes credit of the customer's limit, frees some, or tells of it
    """

    method: str
    path: str
    lookup: str = ""
    credit: Literal["", "takes", "frees", "tells"] = ""


OPERATIONS = {
    "customer_create": Operation("POST", "/clientes"),
    "customer_limit": Operation("POST", "/clientes/{code}/limites"),
    "customer_query": Operation("GET", "/clientes/{code}", credit="tells"),
    "preauthorization_create": Operation(
        "POST", "/pre-autorizacoes", "/pre-autorizacoes", credit="takes"
    ),
    "preauthorization_query": Operation("GET", "/pre-autorizacoes/{code}"),
    "preauthorization_change": Operation(
        "PUT", "/pre-autorizacoes/{code}", "/pre-autorizacoes", credit="takes"
    ),
    "preauthorization_renew": Operation(
        "POST", "/pre-autorizacoes/{code}/renovacao", "/pre-autorizacoes", credit="takes"
    ),
    "preauthorization_cancel": Operation(
        "POST", "/pre-autorizacoes/{code}/cancelamento", "/pre-autorizacoes", credit="frees"
    ),
    "preauthorization_release": Operation(
        "POST", "/pre-autorizacoes/{code}/liberacao-saldo", "/pre-autorizacoes", credit="frees"
    ),
    "transaction_create": Operation("POST", "/transacoes", "/transacoes"),
    "transaction_query": Operation("GET", "/transacoes/{code}"),
}

PREAUTHORIZATION_STATES = {
    "EM_ANALISE": "in_analysis",
    "VIGENTE": "active",
    "VENCIDA": "expired",
    "CANCELADA": "cancelled",
    "REPROVADA": "declined",
    "UTILIZADA_PARCIAL": "partially_used",
    "UTILIZADA": "used",
}
TRANSACTION_STATES = {
    "EM_ANALISE": "in_analysis",
    "APROVADA": "approved",
    "REJEITADA": "rejected",
}


def money(amount):
    """Return an amount in BRL as the wire has it: decimal text with two places."""
    return str(Decimal(str(amount)).quantize(CENT))


@dataclass(frozen=True)
class Instalment:
    """One instalment of the sale as the company agreed it with its customer."""

    number: int
    due_date: date
    amount: Decimal

    def to_wire(self):
        return {
            "numeroParcela": self.number,
            "dataVencimento": self.due_date.isoformat(),
            "valorParcela": money(self.amount),
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


@dataclass(frozen=True)
class TransactionRequest:
    """Registers an authorised NF-e as a sale on Supplier's credit.

    :param reservations: (code, amount in BRL, release the rest) for each reservation that is used
    """

    nfe_key: str
    model: str
    series: int
    number: int
    issue_date: date
    total: Decimal
    customer: str
    reservations: tuple
    instalments: tuple

    def to_wire(self):
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
    """One line of the financial calendar: what the customer owes and what Supplier passes on."""

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
    calendar: tuple

    @classmethod
    def from_wire(cls, body):
        """Read an answer; raise MalformedAnswer rather than guess."""
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

    def check_calendar(self, total):
        """Raise MalformedAnswer unless the calendar accounts for the NF-e's total to the cent."""
        numbers = [entry.number for entry in self.calendar]
        if len(set(numbers)) != len(numbers):
            raise MalformedAnswer(f"the calendar repeats an instalment number: {numbers}")
        for entry in self.calendar:
            if entry.transfer_amount + entry.fee != entry.amount:
                raise MalformedAnswer(
                    f"instalment {entry.number}: transfer {entry.transfer_amount} + fee "
                    f"{entry.fee} is not {entry.amount}"
                )
        summed = sum(entry.amount for entry in self.calendar)
        if summed != total:
            raise MalformedAnswer(f"the calendar sums to {summed}, the NF-e to {total}")


def _calendar_entry(reader):
    return CalendarEntry(
        number=reader.number("numeroParcela"),
        due_date=reader.date("dataVencimento", required=True),
        amount=reader.amount("valorParcela", required=True),
        transfer_date=reader.date("dataRepasse", required=True),
        transfer_amount=reader.amount("valorRepasse", required=True),
        fee=reader.amount("valorTaxa", required=True),
    )


class Reader:
    """Reads one JSON object of an answer, strictly: what is absurd raises MalformedAnswer."""

    def __init__(self, body):
        if not isinstance(body, dict):
            raise MalformedAnswer("the answer is not an object", str(body))
        self.body = body

    def _fail(self, name, why):
        raise MalformedAnswer(f"{name} {why}: {self.body.get(name)!r}", str(self.body))

    def text(self, name, *, required=False):
        value = self.body.get(name)
        if value in (None, ""):
            if required:
                self._fail(name, "is missing")
            return ""
        if not isinstance(value, str):
            self._fail(name, "is not text")
        return value

    def state(self, name, table):
        value = self.text(name, required=True)
        if value not in table:
            self._fail(name, "is unknown")
        return table[value]

    def number(self, name, *, least=1):
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self._fail(name, f"is not a whole number from {least}")
        return value

    def flag(self, name):
        value = self.body.get(name)
        if not isinstance(value, bool):
            self._fail(name, "is neither true nor false")
        return value

    def amount(self, name, *, required=False):
        amount = self.signed_amount(name, required=required)
        if amount < 0:
            self._fail(name, "is not an amount in BRL")
        return amount

    def signed_amount(self, name, *, required=False):
        value = self.text(name, required=required) or "0.00"
        try:
            amount = Decimal(value)
        except InvalidOperation:
            self._fail(name, "is not an amount")
        if not amount.is_finite() or amount != amount.quantize(CENT):
            self._fail(name, "is not an amount in BRL")
        return amount

    def date(self, name, *, required=False):
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self._fail(name, "is not a date")

    def items(self, name):
        value = self.body.get(name) or []
        if not isinstance(value, list):
            self._fail(name, "is not a list")
        return value

    def texts(self, name):
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            self._fail(name, "is not a list of texts")
        return tuple(values)
