"""What a payee does with a charge before it is paid: make, change, remove, restore it."""

import json
from decimal import Decimal

from flask import request

from . import customers, payments
from .books import rounded
from .errors import not_allowed, refusal
from .fields import MAXIMUM, Fields

BILLING_TYPES = ("UNDEFINED", "BOLETO", "PIX", "CREDIT_CARD")
# Of all kinds, after the discount (known from several other clients).
SMALLEST = 5
# Things that this sandbox does not play: refused, so that nobody believes they were done.
UNPLAYED = (
    "installmentCount",
    "installmentValue",
    "totalValue",
    "split",
    "pixAutomaticAuthorizationId",
    "creditCard",
    "creditCardToken",
)
MAX_DESCRIPTION = 500
KINDS = ("FIXED", "PERCENTAGE")
# Changes of these make another slip; the line that the payer has is void then.
OF_THE_SLIP = ("nominal", "due_date", "billing_type")


def create(books, data):
    """Add a charge and emit PAYMENT_CREATED."""
    fields = Fields(data, "invalid_customer")
    customer = data.get("customer")
    row = customers.find(books, customer) if isinstance(customer, str) else None
    if row is None or row["deleted"]:
        raise refusal("invalid_customer", "Customer inválido ou não informado.")
    _check_daily_limit(books)
    values = {"customer": customer, **_read(books, fields, None)}
    row = payments.insert(books, request.host_url.rstrip("/"), **values)
    payments.tell(books, "PAYMENT_CREATED", row)
    return payments.as_json(books, row)


def change(books, data, code):
    """Write the fields of the body while the charge is open, and emit PAYMENT_UPDATED."""
    row = payments.get(books, code)
    _must_be_open(row, "alterada")
    fields = Fields(data)
    if fields.data.get("customer", row["customer"]) != row["customer"]:
        raise refusal("invalid_customer", "O cliente de uma cobrança não pode ser alterado.")
    values = _read(books, fields, row)
    if any(values[name] != row[name] for name in OF_THE_SLIP):
        values["nosso_numero"] = payments.new_nosso_numero(books, values["billing_type"])
    values["status"] = "OVERDUE" if values["due_date"] < books.today.isoformat() else "PENDING"
    return payments.as_json(books, payments.update(books, code, "PAYMENT_UPDATED", **values))


def delete(books, code):
    """Remove an open charge; a slip that a payer holds is not called back by that."""
    _must_be_open(payments.get(books, code), "removida")
    payments.update(books, code, "PAYMENT_DELETED", deleted=True)
    return {"deleted": True, "id": code}


def restore(books, data, code):
    """Bring a removed charge back."""
    row = payments.get(books, code)
    if not row["deleted"]:
        raise not_allowed("A cobrança não está removida.")
    return payments.as_json(books, payments.update(books, code, "PAYMENT_RESTORED", deleted=False))


def limits(books):
    """How many charges may be made today, and how many were (`/payments/limits`)."""
    limit, used = _count_today(books)
    daily = {"limit": limit, "used": used, "wasReached": used >= limit}
    return {"creation": {"daily": daily}}


def _count_today(books):
    row = books.db.execute(
        "SELECT count(*) AS n FROM asaas_payments WHERE client_id = ? AND date_created = ?",
        (books.id, books.today.isoformat()),
    ).fetchone()
    return books.account.settings.get("dailyLimit", 10000), row["n"]


def _check_daily_limit(books):
    """Refuse charges beyond the limit of the day. That there is one is documented, its code not."""
    limit, used = _count_today(books)
    if used >= limit:
        raise refusal("error", "O limite diário de criação de cobranças foi atingido.")


def _must_be_open(row, action):
    if row["deleted"] or row["status"] not in payments.OPEN:
        raise not_allowed(
            "Somente cobranças aguardando pagamento ou vencidas podem ser "
            f"{action}s. Situação atual: {row['status']}."
        )


def _read(books, fields, row):
    """Columns of the charge: those that the body names over those of `row`."""
    for name in UNPLAYED:
        if fields.has(name):
            raise refusal("invalid_action", f"O campo {name} não é suportado neste ambiente.")
    kind = fields.choice("billingType", BILLING_TYPES, "invalid_billingType")
    value = fields.amount("value")
    due = fields.day("dueDate", "invalid_dueDate")
    may_stay = row is not None and books.account.settings.get("lateDateMayStay")
    if due < books.today and not (may_stay and due.isoformat() == row["due_date"]):
        raise refusal("invalid_dueDate", "A data de vencimento não pode ser anterior a hoje.")
    values = {
        "billing_type": kind,
        "nominal": value,
        "value": value,
        "due_date": due.isoformat(),
        "description": fields.text("description", MAX_DESCRIPTION, code="invalid_description"),
        "external_reference": fields.text("externalReference", 200),
        "discount": _condition(fields, "discount", value, days=True),
        "fine": _condition(fields, "fine", value),
        "interest": _condition(fields, "interest", value, kinds=("PERCENTAGE",)),
    }
    if row is not None:
        given = {"externalReference": "external_reference"}
        for name in ("description", "externalReference", "discount", "fine", "interest"):
            column = given.get(name, name)
            if name not in fields.data:
                values[column] = row[column]
    _check_minimum(value, json.loads(values["discount"] or "null"))
    return values


def _check_minimum(value, discount):
    """Refuse a charge of which less than the minimum is left after its discount."""
    less = Decimal(0)
    if discount:
        share = Decimal(discount["value"])
        less = rounded(value * share / 100) if discount["type"] == "PERCENTAGE" else share
    if value - less < SMALLEST:
        raise refusal(
            "invalid_object",
            f"O valor da cobrança (R$ {_write(value)}) menos o valor do desconto (R$ "
            f"{_write(less)}) não pode ser menor que R$ 5,00.",
        )


def _write(amount):
    return f"{amount:.2f}".replace(".", ",")


def _condition(fields, name, value, *, kinds=KINDS, days=False):
    """A discount, fine or interest as stored: {value, type, …}; None when there is none."""
    data = fields.data.get(name)
    if data is None:
        return None
    code = f"invalid_{name}"
    child = Fields(data, code)
    amount = child.amount("value", code, zero=True, places=4)
    # The recorded answers give percentages to fines and interest that name no type.
    default = "FIXED" if days else "PERCENTAGE"
    kind = child.choice("type", kinds, code, default)
    limit = 100 if kind == "PERCENTAGE" else value if days else MAXIMUM
    if amount > limit or (days and amount == limit):
        raise refusal(code, f"O valor do campo {name} é maior que o permitido.")
    found = {"value": str(amount), "type": kind}
    if days:
        found["dueDateLimitDays"] = child.whole("dueDateLimitDays", 0)
    return json.dumps(found)
