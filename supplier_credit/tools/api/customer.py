"""What is said to Supplier about customers and their credit, and what it answers. Form: see
`supplier_api`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .errors import MalformedAnswer
from .wire import Reader, money

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
LONGEST_DELAY = 9999


@dataclass(frozen=True)
class Address:
    """A Brazilian address; '' for what is not known.

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

    def to_wire(self):
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
    """What a customer bought in one month and how it was paid since.

    :param month: its first day
    :param billed: invoices less credit notes of the month, BRL, at least 0
    :param paid: what payments settled of the month's invoices, BRL
    :param delay: days after the due date, averaged over what was paid
    """

    month: date
    billed: Decimal
    paid: Decimal
    delay: int

    def to_wire(self):
        return {
            "competencia": f"{self.month:%Y-%m}",
            "valorFaturado": money(max(self.billed, 0)),
            "valorPago": money(max(self.paid, 0)),
            "atrasoMedioDias": min(max(self.delay, 0), LONGEST_DELAY),
        }


@dataclass(frozen=True)
class CustomerData:
    """Who the customer is."""

    vat: str
    name: str
    state_registration: str
    address: Address
    email: str
    phone: str


@dataclass(frozen=True)
class CustomerRequest:
    """Registers a customer and asks for a limit.

    :param desired_limit: BRL
    :param history: `MonthOfPurchases`, each month once; empty without purchases
    """

    customer: CustomerData
    desired_limit: Decimal
    history: tuple

    def to_wire(self):
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
    """Asks for another limit of a customer who has credit.

    :param desired_limit: the new total, BRL
    """

    desired_limit: Decimal
    motive: str

    def to_wire(self):
        return {"limiteDesejado": money(self.desired_limit), "motivo": self.motive or None}


@dataclass(frozen=True)
class CreditDecision:
    """Supplier's answer to a request.

    :param pendencies: the documents that it waits for
    :param retry_from: the day from which a denied customer may be sent again
    """

    code: str
    state: str
    reason: str
    pendencies: tuple
    retry_from: date | None

    @classmethod
    def from_wire(cls, body):
        """Read an answer; raise MalformedAnswer rather than guess."""
        return cls(**_decision(Reader(body)))


@dataclass(frozen=True)
class CustomerPosition(CreditDecision):
    """Where a customer stands: decision, blocks, and limits in BRL. An overdrawn one is negative.

    :param days_late: of the oldest debt at Supplier
    """

    customer_state: str
    term_billing_blocked: bool
    limit_total: Decimal
    limit_used: Decimal
    limit_preauthorized: Decimal
    limit_available: Decimal
    days_late: int

    @classmethod
    def from_wire(cls, body):
        """Read an answer; raise MalformedAnswer rather than guess."""
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


def _decision(reader):
    return {
        "code": reader.text("codigoCliente", required=True),
        "state": reader.state("situacaoCredito", CREDIT_STATES),
        "reason": reader.text("motivo"),
        "pendencies": reader.texts("pendencias"),
        "retry_from": reader.date("reanaliseAPartirDe"),
    }
