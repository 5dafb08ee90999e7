"""The API's operations, and how requests and answers look on the wire.

Field names and codes of the wire are those of docs/api/supplier.openapi.yaml. Money is Decimal in
BRL with two places, dates are `datetime.date`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NoReturn

from .errors import MalformedAnswer

CENT = Decimal("0.01")

# What an answer may hold at most; beyond it nobody is believed. Each field of every answer stands
# here once, and a field that does not stand here cannot be read.
# Days from today, both ways.
FARTHEST_DAY = 5 * 366
# BRL.
LARGEST_AMOUNT = Decimal("999999999.99")
LONGEST_CODE = 60
LONGEST_TEXT = 2000
# Characters of an amount, and of an answer that is kept because it cannot be read.
LONGEST_AMOUNT = 30
LONGEST_BODY = 10000
# Days late of a customer: ninety years of them are a mistake.
LONGEST_DELAY = 9999
MOST_INSTALMENTS = 999
BOUNDS = {
    # texts: characters
    "codigoCliente": LONGEST_CODE,
    "codigoPreAutorizacao": LONGEST_CODE,
    "codigoSolicitacao": LONGEST_CODE,
    "codigoTransacao": LONGEST_CODE,
    "chaveNFe": LONGEST_CODE,
    "cnpjCpf": LONGEST_CODE,
    "lancamentoId": LONGEST_CODE,
    "motivo": LONGEST_TEXT,
    "numeroPedido": LONGEST_CODE,
    "pendencias": LONGEST_TEXT,
    "situacao": LONGEST_CODE,
    "situacaoCliente": LONGEST_CODE,
    "situacaoCredito": LONGEST_CODE,
    "tipo": LONGEST_CODE,
    "tipoEvento": LONGEST_CODE,
    "tipoLancamento": LONGEST_CODE,
    # amounts: BRL, with either sign where the field has one
    "limiteDisponivel": LARGEST_AMOUNT,
    "limitePreAutorizado": LARGEST_AMOUNT,
    "limiteTotal": LARGEST_AMOUNT,
    "limiteUtilizado": LARGEST_AMOUNT,
    "valor": LARGEST_AMOUNT,
    "valorCliente": LARGEST_AMOUNT,
    "valorImpostos": LARGEST_AMOUNT,
    "valorLancamento": LARGEST_AMOUNT,
    "valorParcela": LARGEST_AMOUNT,
    "valorPreAutorizado": LARGEST_AMOUNT,
    "valorPrincipal": LARGEST_AMOUNT,
    "valorRepasse": LARGEST_AMOUNT,
    "valorSupplier": LARGEST_AMOUNT,
    "valorTaxa": LARGEST_AMOUNT,
    "valorTaxaEstornada": LARGEST_AMOUNT,
    "valorTotal": LARGEST_AMOUNT,
    # whole numbers
    "diasAtraso": LONGEST_DELAY,
    "numeroParcela": MOST_INSTALMENTS,
    # dates: days from today
    "dataDebito": FARTHEST_DAY,
    "dataLancamento": FARTHEST_DAY,
    "dataRepasse": FARTHEST_DAY,
    "dataVencimento": FARTHEST_DAY,
    "dataVigencia": FARTHEST_DAY,
    # "Never" is a day in another century for some.
    "reanaliseAPartirDe": 20 * FARTHEST_DAY,
    # lists: entries
    "calendario": MOST_INSTALMENTS,
    "parcelasDebito": MOST_INSTALMENTS,
}


@dataclass(frozen=True)
class Operation:
    """One call of the API.

    :param path: below the base URL; `{code}` stands for Supplier's code of the resource
    :param lookup: the list that is queried with `chaveIdempotencia` when an outcome is unknown;
        where the API has none, sending again under the same key returns the first answer
    :param reference: the field of the request by which Supplier is asked, before it is sent, what
        it has of it already; the list is that of `lookup`
    :param credit: whether it takes credit of the customer's limit, frees some, or reports it
    """

    method: str
    path: str
    lookup: str = ""
    reference: str = ""
    credit: Literal["", "takes", "frees", "reports"] = ""

    @property
    def names_one(self) -> bool:
        """Whether the path names a record by Supplier's own code of it."""
        return "{code}" in self.path and not self.path.startswith("/clientes")


OPERATIONS = {
    "customer_create": Operation("POST", "/clientes"),
    "customer_limit": Operation("POST", "/clientes/{code}/limites"),
    "customer_query": Operation("GET", "/clientes/{code}", credit="reports"),
    "preauthorization_create": Operation(
        "POST", "/pre-autorizacoes", "/pre-autorizacoes", "numeroPedido", credit="takes"
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
    "transaction_create": Operation("POST", "/transacoes", "/transacoes", "chaveNFe"),
    "transaction_query": Operation("GET", "/transacoes/{code}"),
    "post_sale_create": Operation("POST", "/pos-vendas", "/pos-vendas", "codigoTransacao"),
    "post_sale_query": Operation("GET", "/pos-vendas/{code}"),
    "preauthorization_list": Operation("GET", "/pre-autorizacoes"),
    "transaction_list": Operation("GET", "/transacoes"),
    "post_sale_list": Operation("GET", "/pos-vendas"),
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

    So does one beyond its bound in `BOUNDS`: an amount of a billion, a day in another century.

    :raise MalformedAnswer: in every method
    """

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise MalformedAnswer("the answer is not an object", str(body))
        self.body = body

    def _fail(self, name: str, why: str) -> NoReturn:
        value = repr(self.body.get(name))[:200]
        raise MalformedAnswer(f"{name} {why}: {value}", str(self.body)[:LONGEST_BODY])

    def _get(self, name: str, *, required: bool) -> Any:
        """Return the value of a field; None if it is missing or empty, and may be."""
        value = self.body.get(name)
        if value not in (None, ""):
            return value
        if required:
            self._fail(name, "is missing")
        return None

    def text(self, name: str, *, required: bool = False) -> str:
        value = self._get(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or "\0" in value:
            self._fail(name, "is not text")
        if len(value) > BOUNDS[name]:
            self._fail(name, f"has more than {BOUNDS[name]} characters")
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
        if value > BOUNDS[name]:
            self._fail(name, f"is more than {BOUNDS[name]}")
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
        value = self._get(name, required=required)
        if value is None:
            return Decimal("0.00")
        if not isinstance(value, str) or len(value) > LONGEST_AMOUNT:
            self._fail(name, "is not an amount")
        try:
            amount = Decimal(value)
        except InvalidOperation:
            self._fail(name, "is not an amount")
        if not amount.is_finite() or abs(amount) > BOUNDS[name] or amount != amount.quantize(CENT):
            self._fail(name, f"is not an amount in BRL of at most {BOUNDS[name]}")
        return amount

    def date(self, name: str, *, required: bool = False) -> "date | None":
        value = self._get(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self._fail(name, "is not a date")
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            self._fail(name, "is not a date")
        if abs(day - datetime.now(UTC).date()) > timedelta(days=BOUNDS[name]):
            self._fail(name, "is years away from today")
        return day

    def items(self, name: str) -> list[Any]:
        value = self.body.get(name) or []
        if not isinstance(value, list):
            self._fail(name, "is not a list")
        if len(value) > BOUNDS[name]:
            self._fail(name, f"has more than {BOUNDS[name]} entries")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.items(name)
        if not all(isinstance(value, str) and "\0" not in value for value in values):
            self._fail(name, "is not a list of texts")
        if sum(len(value) for value in values) > BOUNDS[name]:
            self._fail(name, f"has more than {BOUNDS[name]} characters")
        return tuple(values)
