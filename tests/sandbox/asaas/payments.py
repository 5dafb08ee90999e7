"""Charges (`/payments`): how they are kept, found and shown."""

import json
import secrets

from . import events
from .books import number
from .errors import refusal
from .fields import filters, page

OPEN = ("PENDING", "OVERDUE")
FIRST_INVOICE = 15924715
FIRST_NOSSO_NUMERO = 12745149

SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_payments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL,
    date_created TEXT NOT NULL,
    base_url TEXT NOT NULL,
    billing_type TEXT NOT NULL,
    status TEXT NOT NULL,
    deleted FLAG NOT NULL DEFAULT 0,
    nominal MONEY NOT NULL,
    value MONEY NOT NULL,
    original_value MONEY,
    interest_value MONEY,
    refunded MONEY NOT NULL DEFAULT 0,
    credited FLAG NOT NULL DEFAULT 0,
    method TEXT,
    fee MONEY,
    due_date TEXT NOT NULL,
    original_due_date TEXT NOT NULL,
    payment_date TEXT,
    client_payment_date TEXT,
    confirmed_date TEXT,
    credit_date TEXT,
    invoice_number TEXT NOT NULL,
    nosso_numero TEXT,
    description TEXT,
    external_reference TEXT,
    discount TEXT,
    fine TEXT,
    interest TEXT,
    refunds TEXT,
    chargeback TEXT,
    invoice_viewed TEXT,
    slip_viewed TEXT
);
CREATE INDEX IF NOT EXISTS asaas_payments_reference
    ON asaas_payments (client_id, external_reference);
CREATE INDEX IF NOT EXISTS asaas_payments_status ON asaas_payments (client_id, status, due_date);
"""


def find(books, code):
    """The charge's row, or None."""
    return books.db.execute(
        "SELECT * FROM asaas_payments WHERE client_id = ? AND id = ?", (books.id, code)
    ).fetchone()


def get(books, code):
    row = find(books, code)
    if row is None:
        raise refusal("not_found", f"Cobrança {code} não encontrada.", 404)
    return row


def insert(books, base_url, **values):
    """Add a charge; returns its row."""
    code = _new_id(books)
    values.update(
        client_id=books.id,
        id=code,
        date_created=books.today.isoformat(),
        base_url=books.account.settings["publicUrl"] or base_url,
        status="PENDING",
        original_due_date=values["due_date"],
        invoice_number=str(books.next_number("invoice", FIRST_INVOICE)),
        nosso_numero=new_nosso_numero(books, values["billing_type"]),
    )
    marks = ", ".join("?" * len(values))
    books.db.execute(
        f"INSERT INTO asaas_payments ({', '.join(values)}) VALUES ({marks})",
        tuple(values.values()),
    )
    return find(books, code)


def _new_id(books):
    """An id in one of the two forms that Asaas gives since November 2026."""
    kind = books.account.settings.get("newIds", "both")
    is_new = kind == "only" or (kind == "both" and books.next_number("payment", 1) % 2)
    return f"pay_1_{secrets.token_hex(7)}" if is_new else f"pay_{secrets.token_hex(8)}"


def new_nosso_numero(books, billing_type):
    """The number of a new slip; None where the charge has none."""
    if not has_slip(billing_type):
        return None
    return str(books.next_number("nossoNumero", FIRST_NOSSO_NUMERO))


def has_slip(billing_type):
    return billing_type in ("BOLETO", "UNDEFINED")


def update(books, code, event=None, **values):
    """Write columns of a charge and emit the event; returns the new row."""
    columns = ", ".join(f"{name} = ?" for name in values)
    books.db.execute(f"UPDATE asaas_payments SET {columns} WHERE id = ?", (*values.values(), code))
    row = find(books, code)
    if event:
        tell(books, event, row)
    return row


def tell(books, event, row):
    """Emit an event with a charge's present state."""
    if events.is_wanted(books, event):
        events.emit(books, event, as_json(books, row))


def show_status(books, code):
    """`/payments/{id}/status`."""
    return {"status": get(books, code)["status"]}


def show(books, code):
    return as_json(books, get(books, code))


def search(books):
    conditions, *rest = filters(
        {
            "externalReference": "external_reference",
            "status": "status",
            "customer": "customer",
            "billingType": "billing_type",
        },
        {
            "dateCreated": "date_created",
            "dueDate": "due_date",
            "paymentDate": "payment_date",
        },
    )
    # Removed ones are gone from lists unless money came for them.
    conditions.append("(NOT deleted OR status NOT IN ('PENDING', 'OVERDUE'))")
    return page(
        books.db, "asaas_payments", books.id, conditions, *rest, lambda row: as_json(books, row)
    )


def net_value(books, row):
    """What reaches the balance, BRL. Money taken in cash costs nothing."""
    if row["status"] == "RECEIVED_IN_CASH":
        return row["value"]
    fee = row["fee"]
    return row["value"] - (books.fee(row["billing_type"]) if fee is None else fee)


def _numbers(text):
    """A stored condition with its amounts as JSON numbers."""
    if text is None:
        return None
    values = json.loads(text)
    return {**values, "value": number(values["value"])}


def as_json(books, row):
    code = row["id"].removeprefix("pay_")
    slip = has_slip(row["billing_type"])
    refunds = json.loads(row["refunds"]) if row["refunds"] else None
    discount = _numbers(row["discount"]) or {"value": 0, "dueDateLimitDays": 0, "type": "FIXED"}
    body = {
        "object": "payment",
        "id": row["id"],
        "dateCreated": row["date_created"],
        "customer": row["customer"],
        "checkoutSession": None,
        "paymentLink": None,
        "value": number(row["value"]),
        "netValue": number(net_value(books, row)),
        "originalValue": number(row["original_value"]),
        "interestValue": number(row["interest_value"]),
        "description": row["description"],
        # Once paid, the way that it was really paid.
        "billingType": row["method"] or row["billing_type"],
        "canBePaidAfterDueDate": True,
        "pixTransaction": code if row["method"] == "PIX" else None,
        "status": row["status"],
        "dueDate": row["due_date"],
        "originalDueDate": row["original_due_date"],
        "paymentDate": row["payment_date"],
        "clientPaymentDate": row["client_payment_date"],
        "installmentNumber": None,
        "invoiceUrl": f"{row['base_url']}/asaas/i/{code}",
        "invoiceNumber": row["invoice_number"],
        "externalReference": row["external_reference"],
        "deleted": row["deleted"],
        "anticipated": False,
        "anticipable": False,
        "creditDate": row["credit_date"],
        "estimatedCreditDate": row["credit_date"],
        "transactionReceiptUrl": None,
        "nossoNumero": row["nosso_numero"],
        "bankSlipUrl": f"{row['base_url']}/asaas/b/pdf/{code}" if slip else None,
        "lastInvoiceViewedDate": row["invoice_viewed"],
        "lastBankSlipViewedDate": row["slip_viewed"],
        "discount": {
            "value": discount["value"],
            "limitDate": None,
            "dueDateLimitDays": discount["dueDateLimitDays"],
            "type": discount["type"],
        },
        "fine": _numbers(row["fine"]) or {"value": 0, "type": "FIXED"},
        "interest": _numbers(row["interest"]) or {"value": 0, "type": "PERCENTAGE"},
        "postalService": False,
        "escrow": None,
        "refunds": [_numbers(json.dumps(refund)) for refund in refunds] if refunds else None,
    }
    if row["confirmed_date"]:
        body["confirmedDate"] = row["confirmed_date"]
    if row["chargeback"]:
        body["chargeback"] = json.loads(row["chargeback"])
    return body
