"""Counts what arrives, per client, operation and idempotency key, and how much at a time."""

import threading

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    client_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (client_id, operation, idempotency_key)
);
"""


def record(db, client_id, operation, key):
    """Note the arrival of a request, whatever becomes of it."""
    db.execute(
        "INSERT INTO requests VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        (client_id, operation, key),
    )


def recorded(db, client_id):
    """The counts of one client, as JSON."""
    rows = db.execute(
        "SELECT * FROM requests WHERE client_id = ? ORDER BY operation, idempotency_key",
        (client_id,),
    )
    return [
        {
            "operation": row["operation"],
            "idempotencyKey": row["idempotency_key"] or None,
            "count": row["count"],
        }
        for row in rows
    ]


class Concurrency:
    """How many requests of each client are in the server now, and were at most."""

    def __init__(self):
        self._lock = threading.Lock()
        self._now = {}
        self._most = {}

    def enter(self, client_id):
        with self._lock:
            self._now[client_id] = self._now.get(client_id, 0) + 1
            self._most[client_id] = max(self._most.get(client_id, 0), self._now[client_id])

    def leave(self, client_id):
        with self._lock:
            self._now[client_id] -= 1

    def most(self, client_id):
        with self._lock:
            return self._most.get(client_id, 0)

    def forget(self, client_id=None):
        with self._lock:
            if client_id is None:
                self._most.clear()
            else:
                self._most.pop(client_id, None)
