"""Events: stored per webhook in the transaction of the change, sent later in that order."""

import json
import time
import uuid

from .books import MOMENT

NAMES = tuple(
    f"PAYMENT_{name}"
    for name in (
        "CREATED",
        "AWAITING_RISK_ANALYSIS",
        "APPROVED_BY_RISK_ANALYSIS",
        "REPROVED_BY_RISK_ANALYSIS",
        "AUTHORIZED",
        "UPDATED",
        "CONFIRMED",
        "RECEIVED",
        "CREDIT_CARD_CAPTURE_REFUSED",
        "ANTICIPATED",
        "OVERDUE",
        "DELETED",
        "RESTORED",
        "REFUNDED",
        "PARTIALLY_REFUNDED",
        "REFUND_IN_PROGRESS",
        "REFUND_DENIED",
        "RECEIVED_IN_CASH_UNDONE",
        "CHARGEBACK_REQUESTED",
        "CHARGEBACK_DISPUTE",
        "AWAITING_CHARGEBACK_REVERSAL",
        "DUNNING_RECEIVED",
        "DUNNING_REQUESTED",
        "BANK_SLIP_VIEWED",
        "BANK_SLIP_CANCELLED",
        "CHECKOUT_VIEWED",
        "SPLIT_CANCELLED",
        "SPLIT_DIVERGENCE_BLOCK",
        "SPLIT_DIVERGENCE_BLOCK_FINISHED",
    )
)

# One row per event and webhook; `next_attempt` is empty once it has been taken or has lapsed.
# `failures` counts since the queue was last resumed, `attempts` for ever.
SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    next_attempt REAL,
    held FLAG NOT NULL DEFAULT 0,
    last_status INTEGER,
    lapsed FLAG NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS asaas_deliveries_due ON asaas_deliveries (webhook_id, seq)
    WHERE next_attempt IS NOT NULL;
CREATE INDEX IF NOT EXISTS asaas_deliveries_client ON asaas_deliveries (client_id, seq);
"""


def is_wanted(books, name):
    """Whether any webhook of the account listens to that event."""
    return bool(_listeners(books, name))


def _listeners(books, name):
    rows = books.db.execute(
        "SELECT id, events FROM asaas_webhooks WHERE client_id = ? AND enabled ORDER BY seq",
        (books.id,),
    )
    return [row["id"] for row in rows if name is None or name in json.loads(row["events"])]


def emit(books, name, payment, *, everybody=False):
    """Queue an event with a charge's present state for subscribed webhooks, or for all.

    Returns the event, or None if no webhook receives it.
    """
    listeners = _listeners(books, None if everybody else name)
    if not listeners:
        return None
    event = {
        "id": f"evt_{uuid.uuid4().hex}&{books.next_number('event', 1)}",
        "event": name,
        "dateCreated": books.now.strftime(MOMENT),
        "payment": payment,
    }
    body = json.dumps(event)
    books.db.executemany(
        "INSERT INTO asaas_deliveries (client_id, webhook_id, event_id, name, body, created_at, "
        "next_attempt) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (books.id, listener, event["id"], name, body, books.now.isoformat(), time.time())
            for listener in listeners
        ],
    )
    return event


def recorded(books):
    """The account's events with what became of them, as JSON."""
    rows = books.db.execute(
        "SELECT * FROM asaas_deliveries WHERE client_id = ? ORDER BY seq", (books.id,)
    )
    return [
        {
            **json.loads(row["body"]),
            "webhookId": row["webhook_id"],
            "attempts": row["attempts"],
            "delivered": row["next_attempt"] is None and not row["lapsed"],
            "lastStatus": row["last_status"],
        }
        for row in rows
    ]
