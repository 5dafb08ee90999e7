"""Money that goes back to the payer: at once, or under way until a test says how it ends.

Source: Asaas, reference of /v3/payments/{id}/refund (card and Pix), /bankSlip/refund (boleto: the
payer enters his bank account on a page) and /refunds. A refund has no id, and only DONE is money.
"""

import json
from decimal import Decimal

from . import payments, statement
from .books import MOMENT
from .errors import not_allowed, refusal
from .fields import Fields

RETURNABLE = ("RECEIVED", "CONFIRMED")
FOR_THE_PAYER = "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"
WAITING = ("PENDING", FOR_THE_PAYER)


def refund(books, data, code):
    """Give the payer of a Pix or card his money back, all of it or a part. The fee stays."""
    row, refunds, left = _open(books, code)
    if row["method"] == "BOLETO":
        raise not_allowed("Cobranças pagas por boleto são estornadas por /bankSlip/refund.")
    fields = Fields(data)
    value = fields.amount("value", required=False) or left
    if value > left:
        raise refusal("invalid_value", "O valor do estorno é maior que o saldo da cobrança.")
    refunds.append(_entry(books, "PENDING", value, fields.text("description", 500)))
    if books.account.settings.get("slowRefunds"):
        told = "PAYMENT_REFUND_IN_PROGRESS"
        row = payments.update(books, code, told, refunds=json.dumps(refunds))
    else:
        row = _finish(books, row, refunds, "DONE")
    return payments.as_json(books, row)


def refund_slip(books, data, code):
    """Return the page on which the payer of a boleto asks for all of his money."""
    row, refunds, left = _open(books, code)
    if row["method"] != "BOLETO":
        raise not_allowed("A cobrança não foi paga por boleto.")
    if _sum(refunds, FOR_THE_PAYER):
        raise not_allowed("Já existe uma solicitação de estorno em andamento.")
    refunds.append(_entry(books, FOR_THE_PAYER, left, None))
    payments.update(books, code, "PAYMENT_REFUND_IN_PROGRESS", refunds=json.dumps(refunds))
    return {"requestUrl": f"{row['base_url']}/asaas/r/{code.removeprefix('pay_')}"}


def search(books, code):
    """All refunds of a charge (`/payments/{id}/refunds`), in the form of a list."""
    row = payments.get(books, code)
    data = payments.as_json(books, row)["refunds"] or []
    return {
        "object": "list",
        "hasMore": False,
        "totalCount": len(data),
        "limit": max(len(data), 1),
        "offset": 0,
        "data": data,
    }


def finish(books, code, status):
    """End the waiting refunds of a charge as done or cancelled; returns the charge's row."""
    row = payments.get(books, code)
    refunds = json.loads(row["refunds"] or "[]")
    if not _sum(refunds, *WAITING):
        raise not_allowed("Nenhum estorno em andamento.")
    return _finish(books, row, refunds, status)


def _open(books, code):
    """(charge, its refunds, what can still go back), if money can go back at all."""
    row = payments.get(books, code)
    if row["status"] not in RETURNABLE:
        raise not_allowed("Somente cobranças confirmadas ou recebidas podem ser estornadas.")
    refunds = json.loads(row["refunds"] or "[]")
    return row, refunds, row["value"] - row["refunded"] - _sum(refunds, *WAITING)


def _entry(books, status, value, description):
    return {
        "dateCreated": books.now.strftime(MOMENT),
        "status": status,
        "value": str(value),
        "description": description,
        "endToEndIdentifier": None,
        "transactionReceiptUrl": None,
    }


def _finish(books, row, refunds, status):
    value = _sum(refunds, *WAITING)
    for item in refunds:
        if item["status"] in WAITING:
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


def _sum(refunds, *statuses):
    waiting = (Decimal(item["value"]) for item in refunds if item["status"] in statuses)
    return sum(waiting, Decimal(0))
