"""The panel's records as checked values, and values as the panel's JSON. No ORM.

Source: docs/api/reseller-panel.openapi.yaml, schemas Client, Subscription, Invoice.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..bounds import AGREED, AMOUNT, NEAR, YEAR, Bound

MONEY = re.compile(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
CONTRACT_STATES = {
    "EM_TESTE": "trial",
    "ATIVO": "active",
    "SUSPENSO": "suspended",
    "CANCELADO": "cancelled",
}
# What the fields of a record can say.
BOUNDS = {
    "valor": AMOUNT,
    "valorPago": AMOUNT,
    "dataInicio": Bound(-50 * YEAR, 5 * YEAR),
    "lancamento": NEAR,
    "vencimento": AGREED,
    "dataPagamento": NEAR,
}
FATURA_STATES = ("EM_PROCESSAMENTO", "AGUARDANDO_PAGAMENTO", "VENCIDA", "PAGA", "CANCELADA")


@dataclass(frozen=True)
class Client:
    """Cliente. Texts are empty where the panel has none; the CPF/CNPJ is not checked."""

    name: str
    tax_id: str = ""
    email: str = ""
    phone: str = ""
    zip: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state_code: str = ""
    active: bool = True


@dataclass(frozen=True)
class Subscription:
    """Contratação. `state` is one of the contract's."""

    client: str
    plan: str
    amount: Decimal | None
    start: date
    due_day: int | None
    state: str


@dataclass(frozen=True)
class Invoice:
    """Fatura. Amounts in BRL; `state` in the panel's own words."""

    code: str
    subscription: str
    client: str
    description: str
    amount: Decimal
    issued: date
    due: date
    month: str
    year: str
    state: str
    charge: str
    paid_on: date | None
    paid: Decimal | None


def read_client(item: dict) -> Client:
    """Return a Client of the panel's JSON.

    :raise ValueError: naming the field that is not as the contract says
    """
    return Client(
        name=_text(item, "nome", required=True),
        tax_id=_text(item, "cpfCnpj"),
        email=_text(item, "email"),
        phone=_text(item, "telefone") or _text(item, "celular"),
        zip=_text(item, "cep"),
        street=join(", ", _text(item, "logradouro"), _text(item, "numero")),
        street2=join(" - ", _text(item, "complemento"), _text(item, "bairro")),
        city=_text(item, "cidade"),
        state_code=_text(item, "uf"),
        active=item.get("ativo") is not False,
    )


def read_subscription(item: dict) -> Subscription:
    """Return a Subscription of the panel's JSON.

    :raise ValueError: naming the field that is not as the contract says
    """
    day = item.get("diaVencimento")
    if day is not None and not (type(day) is int and 1 <= day <= 31):
        raise ValueError("diaVencimento")
    return Subscription(
        client=_text(item, "clienteId", required=True),
        plan=_text(item, "plano"),
        amount=_money(item, "valor", required=False),
        start=_date(item, "dataInicio"),
        due_day=day,
        state=CONTRACT_STATES[_choice(item, "situacao", CONTRACT_STATES)],
    )


def read_invoice(item: dict) -> Invoice:
    """Return an Invoice of the panel's JSON.

    :raise ValueError: naming the field that is not as the contract says
    """
    month, year = _text(item, "mesReferencia"), _text(item, "anoReferencia")
    if not re.fullmatch(r"0[1-9]|1[0-2]", month):
        raise ValueError("mesReferencia")
    if not re.fullmatch(r"20[0-9]{2}", year):
        raise ValueError("anoReferencia")
    amount = _money(item, "valor")
    if not amount:
        raise ValueError("valor")
    return Invoice(
        code=_text(item, "codigo") or item["id"],
        subscription=_text(item, "contratacaoId", required=True),
        client=_text(item, "clienteId", required=True),
        description=_text(item, "descricao"),
        amount=amount,
        issued=_date(item, "lancamento"),
        due=_date(item, "vencimento"),
        month=month,
        year=year,
        state=_choice(item, "situacao", FATURA_STATES),
        charge=_text(item, "idCobranca"),
        paid_on=_date(item, "dataPagamento", required=False),
        paid=_money(item, "valorPago", required=False),
    )


def filter_past(moments: list[str]) -> list[str]:
    """Return those moments of the panel that are not after now; a day's difference is a clock's.

    What is no date is left as it is: only the panel knows its meaning.
    """
    tomorrow = date.today() + timedelta(days=1)
    return [moment for moment in moments if _read_start(moment) <= tomorrow]


def _read_start(moment: str) -> date:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return date.min


def write_text(value: str | None, maximum: int = 120) -> str | None:
    """Return a text in the panel's form: one line of allowed length; None if empty."""
    return CONTROL.sub(" ", value or "").strip()[:maximum].strip() or None


def write_money(amount: float) -> str:
    """Return an amount in BRL in the panel's form."""
    return f"{amount:.2f}"


def split_street(text: str | None) -> tuple[str, str]:
    """Return (logradouro, numero) of a street in one line; the number stands after a comma."""
    street, comma, number = (text or "").rpartition(",")
    if comma and len(number.strip()) <= 20 and any(map(str.isdigit, number)):
        return street.strip(), number.strip()
    return text or "", ""


def split_street2(text: str | None) -> tuple[str, str]:
    """Return (complemento, bairro) of a second line; a single part is the bairro."""
    first, dash, last = (text or "").rpartition(" - ")
    return (first.strip(), last.strip()) if dash else ("", text or "")


def join(separator: str, *parts: str) -> str:
    """Return the parts that are not empty, as one text."""
    return separator.join(filter(None, parts))


def _text(item: dict, name: str, required: bool = False) -> str:
    value = item.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise ValueError(name)
    return CONTROL.sub(" ", value).strip()


def _choice(item: dict, name: str, known: Container[str]) -> str:
    value = item.get(name)
    if value not in known:
        raise ValueError(f"{name}: {value!s:.40}")
    return value


def _money(item: dict, name: str, required: bool = True) -> Decimal | None:
    value = item.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not MONEY.fullmatch(value):
        raise ValueError(name)
    amount = Decimal(value)
    if not BOUNDS[name].holds(amount):
        raise ValueError(f"{name}: {value}")
    return amount


def _date(item: dict, name: str, required: bool = True) -> date | None:
    value = item.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError(name)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError(name) from None
    if not BOUNDS[name].holds(day):
        raise ValueError(f"{name}: {value}")
    return day
