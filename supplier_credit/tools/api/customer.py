"""Requests about customers and their credit, and Supplier's answers. Form: see `wire`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from .errors import MalformedAnswer
from .wire import LONGEST_DELAY, Reader, money

CREDIT_STATES = {
    "EM_ANALISE": "in_analysis",
    "APROVADO": "approved",
    "PENDENTE": "pending",
    "REJEITADO": "rejected",
    "NEGADO": "denied",
    "CANCELADO": "cancelled",
}
CUSTOMER_STATES = {
    "ATIVO": "active",
    "BLOQUEADO_CREDITO": "blocked_credit",
    "BLOQUEADO_ATRASO": "blocked_delay",
    "NAO_HABILITADO": "not_enabled",
}


@dataclass(frozen=True)
class Address:
    """A Brazilian address; '' for an unknown part.

    :param city_code: IBGE's seven digits
    """

    street: str
    number: str
    complement: str
    district: str
    city: str
    city_code: str
    state: str
    zip_code: str

    def to_wire(self) -> dict[str, Any]:
        return {
            "logradouro": self.street,
            "numero": self.number,
            "complemento": self.complement or None,
            "bairro": self.district,
            "municipio": self.city,
            "codigoMunicipio": self.city_code or None,
            "uf": self.state,
            "cep": self.zip_code,
        }


@dataclass(frozen=True)
class MonthOfPurchases:
    """The purchases of a customer in one month, and how they were paid since.

    :param month: its first day
    :param billed: invoices less credit notes of the month, BRL, at least 0
    :param paid: the part of the month's invoices that payments settled, BRL
    :param delay: days after the due date, averaged over the paid amount
    """

    month: date
    billed: Decimal
    paid: Decimal
    delay: int

    def to_wire(self) -> dict[str, Any]:
        return {
            "competencia": f"{self.month:%Y-%m}",
            "valorFaturado": money(max(self.billed, 0)),
            "valorPago": money(max(self.paid, 0)),
            "atrasoMedioDias": min(max(self.delay, 0), LONGEST_DELAY),
        }


@dataclass(frozen=True)
class CustomerData:
    """Name, numbers, address and contact of a customer."""

    vat: str
    name: str
    state_registration: str
    address: Address
    email: str
    phone: str


@dataclass(frozen=True)
class CustomerRequest:
    """Registers a customer and requests a limit.

    :param desired_limit: BRL
    :param history: each month once; empty without purchases
    """

    customer: CustomerData
    desired_limit: Decimal
    history: tuple[MonthOfPurchases, ...]

    def to_wire(self) -> dict[str, Any]:
        return {
            "cnpjCpf": self.customer.vat,
            "razaoSocial": self.customer.name,
            "inscricaoEstadual": self.customer.state_registration or None,
            "endereco": self.customer.address.to_wire(),
            "contato": {"email": self.customer.email, "telefone": self.customer.phone},
            "limiteDesejado": money(self.desired_limit),
            "historico": [month.to_wire() for month in self.history],
        }


@dataclass(frozen=True)
class LimitRequest:
    """Requests another limit of a customer who has credit.

    :param desired_limit: the new total, BRL
    """

    desired_limit: Decimal
    motive: str

    def to_wire(self) -> dict[str, Any]:
        return {"limiteDesejado": money(self.desired_limit), "motivo": self.motive or None}


@dataclass(frozen=True)
class CreditDecision:
    """Supplier's answer to a request.

    :param pendencies: the documents that Supplier waits for
    :param retry_from: the day from which a denied customer may be sent again
    """

    code: str
    state: str
    reason: str
    pendencies: tuple[str, ...]
    retry_from: date | None

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the answer in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        return cls(**_decision(Reader(body)))


@dataclass(frozen=True)
class CustomerPosition(CreditDecision):
    """The position of a customer: decision, blocks, and limits in BRL, negative if overdrawn.

    :param days_late: of the oldest debt to Supplier
    """

    customer_state: str
    term_billing_blocked: bool
    limit_total: Decimal
    limit_used: Decimal
    limit_preauthorized: Decimal
    limit_available: Decimal
    days_late: int

    @classmethod
    def from_wire(cls, body: Any) -> Self:
        """Return the answer in this JSON.

        :raise MalformedAnswer: when it breaks the contract
        """
        reader = Reader(body)
        position = cls(
            **_decision(reader),
            customer_state=reader.state("situacaoCliente", CUSTOMER_STATES),
            term_billing_blocked=reader.flag("faturamentoPrazoBloqueado"),
            limit_total=reader.signed_amount("limiteTotal", required=True),
            limit_used=reader.signed_amount("limiteUtilizado", required=True),
            limit_preauthorized=reader.signed_amount("limitePreAutorizado", required=True),
            limit_available=reader.signed_amount("limiteDisponivel", required=True),
            days_late=reader.number("diasAtraso", least=0),
        )
        rest = position.limit_total - position.limit_used - position.limit_preauthorized
        if rest != position.limit_available:
            raise MalformedAnswer(
                f"limiteDisponivel is {position.limit_available}, the other limits leave {rest}",
                str(body),
            )
        return position


def _decision(reader: Reader) -> dict[str, Any]:
    return {
        "code": reader.text("codigoCliente", required=True),
        "state": reader.state("situacaoCredito", CREDIT_STATES),
        "reason": reader.text("motivo"),
        "pendencies": reader.texts("pendencias"),
        "retry_from": reader.date("reanaliseAPartirDe"),
    }
