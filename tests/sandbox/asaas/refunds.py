"""Money that goes back to the payer: at once, or under way until a test says how it ends."""

import json
from decimal import Decimal

from . import payments, statement
from .books import MOMENT
from .errors import not_allowed, refusal
from .fields import Fields

RETURNABLE = ("RECEIVED", "CONFIRMED")


def refund(books, data, code):
    """Give the payer his money back, all of it or a part. The fee stays with Asaas."""
    row = payments.get(books, code)
    if row["status"] not in RETURNABLE:
        raise not_allowed("Somente cobranças confirmadas ou recebidas podem ser estornadas.")
    fields = Fields(data)
    refunds = json.loads(row["refunds"] or "[]")
    left = row["value"] - row["refunded"] - _sum(refunds, "PENDING")
    value = fields.amount("value", required=False) or left
    if value > left:
        raise refusal("invalid_value", "O valor do estorno é maior que o saldo da cobrança.")
    refunds.append(
        {
            "dateCreated": books.now.strftime(MOMENT),
            "status": "PENDING",
            "value": str(value),
            "description": fields.text("description", 500),
            "endToEndIdentifier": None,
            "transactionReceiptUrl": None,
        }
    )
    if books.account.settings.get("slowRefunds"):
        told = "PAYMENT_REFUND_IN_PROGRESS"
        row = payments.update(books, code, told, refunds=json.dumps(refunds))
    else:
        row = _finish(books, row, refunds, "DONE")
    return payments.as_json(books, row)


def finish(books, code, status):
    """End the pending refunds of a charge as done or cancelled; returns the charge's row."""
    row = payments.get(books, code)
    refunds = json.loads(row["refunds"] or "[]")
    if not _sum(refunds, "PENDING"):
        raise not_allowed("Nenhum estorno em andamento.")
    return _finish(books, row, refunds, status)


def _finish(books, row, refunds, status):
    value = _sum(refunds, "PENDING")
    for item in refunds:
        if item["status"] == "PENDING":
            item["status"] = status
    if status != "DONE":
        told = "PAYMENT_REFUND_DENIED"
        return payments.update(books, row["id"], told, refunds=json.dumps(refunds))
    if row["credited"]:
        statement.post(books, row, "REFUND", -value)
    full = row["refunded"] + value == row["value"]
    return payments.update(
        books,
        row["id"],
        "PAYMENT_REFUNDED" if full else "PAYMENT_PARTIALLY_REFUNDED",
        status="REFUNDED" if full else row["status"],
        refunded=row["refunded"] + value,
        refunds=json.dumps(refunds),
    )


def _sum(refunds, status):
    return sum((Decimal(item["value"]) for item in refunds if item["status"] == status), Decimal(0))
