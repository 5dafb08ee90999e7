"""The API's operations, and how requests and answers look on the wire.

Field names and codes of the wire are those of docs/api/supplier.openapi.yaml. Money is Decimal in
BRL with two places, dates are `datetime.date`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NoReturn

from .errors import MalformedAnswer

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Operation:
    """One call of the API.

    :param path: below the base URL; `{code}` stands for Supplier's code of the resource
    :param lookup: the list that is queried with `chaveIdempotencia` when an outcome is unknown;
        where the API has none, sending again under the same key returns the first answer
    :param credit: whether it takes credit of the customer's limit, frees some, or reports it
    """

    method: str
    path: str
    lookup: str = ""
    credit: Literal["", "takes", "frees", "reports"] = ""


OPERATIONS = {
    "customer_create": Operation("POST", "/clientes"),
    "customer_limit": Operation("POST", "/clientes/{code}/limites"),
    "customer_query": Operation("GET", "/clientes/{code}", credit="reports"),
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
    "post_sale_create": Operation("POST", "/pos-vendas", "/pos-vendas"),
    "post_sale_query": Operation("GET", "/pos-vendas/{code}"),
    "settlement_list": Operation("GET", "/conciliacao"),
    "settlement_confirm": Operation("PUT", "/conciliacao/{code}/confirmacao"),
}


def money(amount: Decimal | float) -> str:
    """Return an amount in BRL as the wire has it: decimal text with two places."""
    return str(Decimal(str(amount)).quantize(CENT))


@dataclass(frozen=True)
class Instalment:
    """One instalment of the sale as the company agreed it with its customer."""

    number: int
    due_date: date
    amount: Decimal

    def to_wire(self) -> dict[str, Any]:
        return {
            "numeroParcela": self.number,
            "dataVencimento": self.due_date.isoformat(),
            "valorParcela": money(self.amount),
        }


class Reader:
    """Reads one JSON object of an answer strictly: a field that breaks the contract raises.

    :raise MalformedAnswer: in every method
    """

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise MalformedAnswer("the answer is not an object", str(body))
        self.body = body

    def _fail(self, name: str, why: str) -> NoReturn:
        raise MalformedAnswer(f"{name} {why}: {self.body.get(name)!r}", str(self.body))

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.body.get(name)
        if value in (None, ""):
            if required:
                self._fail(name, "is missing")
            return ""
        if not isinstance(value, str):
            self._fail(name, "is not text")
        return value

    def state(self, name: str, table: dict[str, str]) -> str:
        value = self.text(name, required=True)
        if value not in table:
            self._fail(name, "is unknown")
        return table[value]

    def number(self, name: str, *, least: int = 1) -> int:
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self._fail(name, f"is not a whole number from {least}")
        return value

    def flag(self, name: str) -> bool:
        value = self.body.get(name)
        if not isinstance(value, bool):
            self._fail(name, "is neither true nor false")
        return value

    def amount(self, name: str, *, required: bool = False) -> Decimal:
        amount = self.signed_amount(name, required=required)
        if amount < 0:
            self._fail(name, "is not an amount in BRL")
        return amount

    def signed_amount(self, name: str, *, required: bool = False) -> Decimal:
        value = self.text(name, required=required) or "0.00"
        try:
            amount = Decimal(value)
        except InvalidOperation:
            self._fail(name, "is not an amount")
        if not amount.is_finite() or amount != amount.quantize(CENT):
            self._fail(name, "is not an amount in BRL")
        return amount

    def date(self, name: str, *, required: bool = False) -> "date | None":
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self._fail(name, "is not a date")

    def items(self, name: str) -> list[Any]:
        value = self.body.get(name) or []
        if not isinstance(value, list):
            self._fail(name, "is not a list")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            self._fail(name, "is not a list of texts")
        return tuple(values)
