"""Webhooks: events stored with the books, signed, and sent until the client has taken them."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import sys
import threading
import time
import traceback
import uuid
from urllib.parse import urlsplit

# Seconds after the first, second, … failed attempt; the last goes on without end.
PAUSES = (0.5, 1, 2, 5, 15, 60)
TIMEOUT = 10
# Seconds between two looks for due events.
TICK = 0.1
# How long an event is held back when no later one overtakes it.
HOLD_SECONDS = 5

SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook_targets (
    client_id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    pauses TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS webhooks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt REAL,
    held FLAG NOT NULL DEFAULT 0,
    last_status INTEGER
);
CREATE INDEX IF NOT EXISTS webhooks_client ON webhooks (client_id, seq);
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (next_attempt) WHERE next_attempt IS NOT NULL;
"""


def is_loopback_url(text):
    """Whether events may be sent there: http or https on this very machine."""
    try:
        url = urlsplit(text)
        port_is_valid = url.port is None or url.port > 0
    except ValueError:
        return False
    if url.scheme not in ("http", "https") or not port_is_valid or "@" in url.netloc:
        return False
    if url.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        return False


def set_target(db, client_id, target):
    """Send the client's events to `target`, a dict {url, secret, pauses}; None stops them."""
    db.execute("DELETE FROM webhook_targets WHERE client_id = ?", (client_id,))
    if target:
        db.execute(
            "INSERT INTO webhook_targets VALUES (?, ?, ?, ?)",
            (client_id, target["url"], target["secret"], json.dumps(target["pauses"])),
        )


def get_url(db, client_id):
    """Where the client's events go; None when it has registered no webhook."""
    row = db.execute("SELECT url FROM webhook_targets WHERE client_id = ?", (client_id,)).fetchone()
    return row["url"] if row else None


def client_ids(db):
    """The clients that have registered a webhook."""
    return [row["client_id"] for row in db.execute("SELECT client_id FROM webhook_targets")]


def add(db, client_id, resource, code, kind, moment):
    """Store an event to be sent at once. Returns it, or None if no webhook is subscribed."""
    if not get_url(db, client_id):
        return None
    event = {
        "idEvento": uuid.uuid4().hex,
        "tipo": kind,
        "recurso": resource,
        "codigo": code,
        "dataEvento": moment.isoformat(timespec="seconds"),
    }
    db.execute(
        "INSERT INTO webhooks (client_id, body, next_attempt) VALUES (?, ?, ?)",
        (client_id, json.dumps(event), time.time()),
    )
    return event


def recorded(db, client_id):
    """The client's events with what became of them, as JSON."""
    rows = db.execute("SELECT * FROM webhooks WHERE client_id = ? ORDER BY seq", (client_id,))
    return [
        {
            **json.loads(row["body"]),
            "attempts": row["attempts"],
            "delivered": row["next_attempt"] is None,
            "lastStatus": row["last_status"],
        }
        for row in rows
    ]


def signature(secret, body, moment):
    """The header's value: `t=<unix>,v1=<hex hmac-sha256(secret, t + "." + body)>`."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={digest.hexdigest()}"


class Sender(threading.Thread):
    """Sends due events one at a time, with no transaction open during the request."""

    def __init__(self, store, faults, let_time_pass):
        super().__init__(daemon=True, name="webhooks")
        self._store = store
        self._faults = faults
        self._let_time_pass = let_time_pass

    def run(self):
        while True:
            try:
                self._let_time_pass(self._store)
                while self._send_next():
                    pass
            except Exception:
                # What failed stays due; the thread must outlive it.
                traceback.print_exc(file=sys.stderr)
            time.sleep(TICK)

    def _send_next(self):
        """Send the oldest event that is due. Returns whether there was one."""
        with self._store.transaction() as db:
            row = db.execute(
                "SELECT w.*, t.url, t.secret, t.pauses FROM webhooks w "
                "JOIN webhook_targets t USING (client_id) "
                "WHERE w.next_attempt <= ? ORDER BY w.seq LIMIT 1",
                (time.time(),),
            ).fetchone()
            if row is None:
                return False
            event = json.loads(row["body"])
            fault = None
            if not row["attempts"] and not row["held"]:
                fault = self._faults.strike_webhook(row["client_id"], event["recurso"])
            kind = fault.kind if fault else None
            if kind == "webhook_out_of_order":
                wait = fault.seconds or HOLD_SECONDS
                _update(db, row, held=True, next_attempt=time.time() + wait)
                return True
            pauses = json.loads(row["pauses"])
            pause = pauses[min(row["attempts"], len(pauses) - 1)]
            # Also what a crash interrupts is sent again.
            _update(db, row, attempts=row["attempts"] + 1, next_attempt=time.time() + pause)
        if kind == "webhook_drop":
            return True
        secret = f"not {row['secret']}" if kind == "webhook_bad_signature" else row["secret"]
        copies = 2 if kind == "webhook_duplicate" else 1
        status = [_post(row["url"], secret, row["body"].encode()) for _ in range(copies)][-1]
        with self._store.transaction() as db:
            if status is None or not 200 <= status < 300:
                _update(db, row, last_status=status)
            else:
                _update(db, row, last_status=status, next_attempt=None)
                _release_held(db, row)
        return True


def _update(db, row, **values):
    columns = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE webhooks SET {columns} WHERE seq = ?", (*values.values(), row["seq"]))


def _release_held(db, row):
    """Send events that were held back until a later one was accepted."""
    db.execute(
        "UPDATE webhooks SET next_attempt = ? "
        "WHERE client_id = ? AND held AND seq < ? AND attempts = 0 AND next_attempt IS NOT NULL",
        (time.time(), row["client_id"], row["seq"]),
    )


def _post(address, secret, body):
    """The status of the answer; None when there was none. Redirects are not followed."""
    url = urlsplit(address)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=TIMEOUT)
    headers = {
        "Content-Type": "application/json",
        "X-Supplier-Signature": signature(secret, body, int(time.time())),
    }
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
