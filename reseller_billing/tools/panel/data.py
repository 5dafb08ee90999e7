"""The panel's records, between JSON and values that can be relied on. No ORM.

Source: docs/api/reseller-panel.openapi.yaml, schemas Client, Subscription, Invoice.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MONEY = re.compile(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
CONTRACT_STATES = {
    "EM_TESTE": "trial",
    "ATIVO": "active",
    "SUSPENSO": "suspended",
    "CANCELADO": "cancelled",
}
FATURA_STATES = ("EM_PROCESSAMENTO", "AGUARDANDO_PAGAMENTO", "VENCIDA", "PAGA", "CANCELADA")


@dataclass(frozen=True)
class Client:
    """Cliente. Texts are empty where the panel has nothing; nobody has checked the CPF/CNPJ."""

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


def read_client(item):
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


def read_subscription(item):
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


def read_invoice(item):
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


def write_text(value, maximum=120):
    """Return a text as the panel takes it: one line, not longer than allowed; None for nothing."""
    return CONTROL.sub(" ", value or "").strip()[:maximum].strip() or None


def write_money(amount):
    """Return an amount in BRL as the panel takes it."""
    return f"{amount:.2f}"


def split_street(text):
    """Return (logradouro, numero) of a street in one line; the number stands after a comma."""
    street, comma, number = (text or "").rpartition(",")
    if comma and len(number.strip()) <= 20 and any(map(str.isdigit, number)):
        return street.strip(), number.strip()
    return text or "", ""


def split_street2(text):
    """Return (complemento, bairro) of a second line; what stands alone is the bairro."""
    first, dash, last = (text or "").rpartition(" - ")
    return (first.strip(), last.strip()) if dash else ("", text or "")


def join(separator, *parts):
    """Return the parts that are not empty, as one text."""
    return separator.join(filter(None, parts))


def _text(item, name, required=False):
    value = item.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise ValueError(name)
    return CONTROL.sub(" ", value).strip()


def _choice(item, name, known):
    value = item.get(name)
    if value not in known:
        raise ValueError(f"{name}: {value!s:.40}")
    return value


def _money(item, name, required=True):
    value = item.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not MONEY.fullmatch(value):
        raise ValueError(name)
    return Decimal(value)


def _date(item, name, required=True):
    value = item.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError(name)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(name) from None
