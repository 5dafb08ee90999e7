"""Where an account's events go (`/webhooks`). The token that goes with them is never shown."""

import json
import re
import time
import uuid
from datetime import timedelta

from ..webhooks import is_loopback_url
from .customers import EMAIL
from .errors import refusal
from .events import NAMES
from .fields import Fields, filters, page

MOST = 10
KEPT = timedelta(days=14)
SEND_TYPES = ("SEQUENTIALLY", "NON_SEQUENTIALLY")

SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_webhooks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    email TEXT NOT NULL,
    enabled FLAG NOT NULL,
    interrupted FLAG NOT NULL,
    auth_token TEXT,
    send_type TEXT NOT NULL,
    events TEXT NOT NULL,
    penalized INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS asaas_webhooks_client ON asaas_webhooks (client_id);
"""


def create(books, data):
    """Register a webhook; at most ten per account."""
    row = books.db.execute(
        "SELECT count(*) AS n FROM asaas_webhooks WHERE client_id = ?", (books.id,)
    ).fetchone()
    if row["n"] >= MOST:
        raise refusal("invalid_action", f"O limite é de {MOST} webhooks por conta.")
    values = _read(Fields(data), None)
    values.update(client_id=books.id, id=str(uuid.uuid4()))
    marks = ", ".join("?" * len(values))
    books.db.execute(
        f"INSERT INTO asaas_webhooks ({', '.join(values)}) VALUES ({marks})",
        tuple(values.values()),
    )
    return show(books, values["id"])


def change(books, data, code):
    """Write the fields of the body. `interrupted: false` sends the waiting events, oldest first."""
    row = _get(books, code)
    values = _read(Fields(data), row)
    if row["interrupted"] and not values["interrupted"]:
        values["penalized"] = 0
        _resume(books, code)
    columns = ", ".join(f"{name} = ?" for name in values)
    books.db.execute(f"UPDATE asaas_webhooks SET {columns} WHERE id = ?", (*values.values(), code))
    return show(books, code)


def delete(books, code):
    """Remove a webhook with its unsent events."""
    _get(books, code)
    books.db.execute("DELETE FROM asaas_webhooks WHERE id = ?", (code,))
    books.db.execute(
        "UPDATE asaas_deliveries SET next_attempt = NULL, lapsed = 1 "
        "WHERE webhook_id = ? AND next_attempt IS NOT NULL",
        (code,),
    )
    return {"deleted": True, "id": code}


def remove_backoff(books, data, code):
    """Send the waiting events now (`/webhooks/{id}/removeBackoff`)."""
    _get(books, code)
    _resume(books, code)
    return show(books, code)


def show(books, code):
    return as_json(_get(books, code))


def search(books):
    return page(books.db, "asaas_webhooks", books.id, *filters(), as_json)


def listening_accounts(db):
    """Return the accounts with webhooks for events that the clock causes."""
    rows = db.execute(
        "SELECT DISTINCT client_id FROM asaas_webhooks w WHERE enabled AND EXISTS ("
        "SELECT 1 FROM asaas_payments p WHERE p.client_id = w.client_id "
        "AND p.status IN ('PENDING', 'CONFIRMED'))"
    )
    return [row["client_id"] for row in rows]


def _get(books, code):
    row = books.db.execute(
        "SELECT * FROM asaas_webhooks WHERE client_id = ? AND id = ?", (books.id, code)
    ).fetchone()
    if row is None:
        raise refusal("not_found", f"Webhook {code} não encontrado.", 404)
    return row


def _resume(books, code):
    """Let the queue go on. What waited longer than Asaas keeps events is lost."""
    oldest = (books.now - KEPT).isoformat()
    waiting = "WHERE webhook_id = ? AND next_attempt IS NOT NULL"
    books.db.execute(
        f"UPDATE asaas_deliveries SET next_attempt = NULL, lapsed = 1 {waiting} AND created_at < ?",
        (code, oldest),
    )
    books.db.execute(
        f"UPDATE asaas_deliveries SET next_attempt = ?, failures = 0 {waiting}",
        (time.time(), code),
    )


def _read(fields, row):
    """Columns of the webhook: those that the body names over those of `row`."""
    known = {} if row is None else {**as_json(row), "authToken": row["auth_token"]}
    given = Fields({**known, **fields.data})
    url = given.text("url", 500, required=True)
    if not is_loopback_url(url) or not re.fullmatch(r"[!-~]+", url):
        raise refusal("invalid_url", "A url deve ser um endereço http ou https desta máquina.")
    email = given.text("email", code="invalid_email", required=True)
    if not EMAIL.fullmatch(email):
        raise refusal("invalid_email", "O email informado é inválido.")
    token = given.text("authToken", 255, code="invalid_authToken")
    if token and (len(token) < 32 or not token.isascii() or not token.isprintable()):
        raise refusal("invalid_authToken", "O authToken deve ter de 32 a 255 caracteres.")
    names = given.data.get("events")
    if not isinstance(names, list) or not names or not all(name in NAMES for name in names):
        raise refusal("invalid_events", "Informe em events nomes de eventos existentes.")
    return {
        "name": given.text("name", required=True),
        "url": url,
        "email": email,
        "enabled": given.flag("enabled", True),
        "interrupted": given.flag("interrupted"),
        "auth_token": token,
        "send_type": given.choice("sendType", SEND_TYPES, "invalid_sendType"),
        "events": json.dumps(names),
    }


def as_json(row):
    return {
        "object": "webhookConfig",
        "id": row["id"],
        "name": row["name"],
        "url": row["url"],
        "email": row["email"],
        "enabled": row["enabled"],
        "interrupted": row["interrupted"],
        "hasAuthToken": bool(row["auth_token"]),
        "sendType": row["send_type"],
        "penalizedRequestsCount": row["penalized"],
        "events": json.loads(row["events"]),
    }
