"""What a payee does with a charge before it is paid: make, change, remove, restore it."""

import json
from datetime import date

from flask import request

from . import customers, payments
from .errors import not_allowed, refusal
from .fields import MAXIMUM, Fields

BILLING_TYPES = ("UNDEFINED", "BOLETO", "PIX", "CREDIT_CARD")
SMALLEST_SLIP = 5
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
    values = {"customer": customer, **_read(books, fields, None)}
    row = payments.insert(books, request.host_url.rstrip("/"), **values)
    payments.tell(books, "PAYMENT_CREATED", row)
    return payments.as_json(books, row)


def change(books, data, code):
    """Write the fields of the body while the charge is open, and emit PAYMENT_UPDATED."""
    row = payments.get(books, code)
    _must_be_open(row, "alterada")
    values = _read(books, Fields(data), row)
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


def _must_be_open(row, action):
    if row["deleted"] or row["status"] not in payments.OPEN:
        raise not_allowed(
            "Somente cobranças aguardando pagamento ou vencidas podem ser "
            f"{action}s. Situação atual: {row['status']}."
        )


def _read(books, fields, row):
    """Columns of the charge: those that the body names over those of `row`."""
    today = books.today
    if row is None or fields.has("billingType"):
        kind = fields.choice("billingType", BILLING_TYPES, "invalid_billingType")
    else:
        kind = row["billing_type"]
    value = fields.amount("value") if row is None or fields.has("value") else row["nominal"]
    if kind == "BOLETO" and value < SMALLEST_SLIP:
        raise refusal("invalid_value", "O valor mínimo de um boleto é R$ 5,00.")
    if row is None or fields.has("dueDate"):
        due = fields.day("dueDate", "invalid_dueDate")
        if due < today and (row is None or due.isoformat() != row["due_date"]):
            raise refusal("invalid_dueDate", "A data de vencimento não pode ser anterior a hoje.")
    else:
        due = date.fromisoformat(row["due_date"])
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
    return values


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
