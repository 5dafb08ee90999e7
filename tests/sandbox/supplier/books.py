"""The books of one client: what a request may see and change, and the log of its effects."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .. import clients, clock

ZERO = Decimal("0.00")

SCHEMA = """
CREATE TABLE IF NOT EXISTS sequences (
    client_id TEXT NOT NULL,
    prefix TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (client_id, prefix)
);
CREATE TABLE IF NOT EXISTS effects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    at TEXT NOT NULL,
    effect TEXT NOT NULL,
    codigo TEXT NOT NULL,
    cnpj TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    limit_delta MONEY NOT NULL,
    reserved_delta MONEY NOT NULL,
    used_delta MONEY NOT NULL
);
CREATE INDEX IF NOT EXISTS effects_client ON effects (client_id, seq);
"""


@dataclass
class Books:
    """One client's books, open in one transaction at one virtual moment."""

    db: sqlite3.Connection
    client: clients.Client
    now: datetime
    key: str = field(default="")
    # Changes that no answer has reported yet: (resource, code) -> its summary before.
    untold: dict = field(default_factory=dict)

    @classmethod
    def of(cls, db, client, key=""):
        return cls(db, client, clock.now(db, client.id), key)

    @property
    def today(self) -> date:
        return self.now.date()

    def next_code(self, prefix):
        """A code that no other record of this client has, such as PA00000001."""
        row = self.db.execute(
            "INSERT INTO sequences VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 "
            "RETURNING last",
            (self.client.id, prefix),
        ).fetchone()
        return f"{prefix}{row['last']:08d}"

    def note_change(self, resource, code, before):
        """Record that a resource is about to change; `before` is None for a new one."""
        self.untold.setdefault((resource, code), before)

    def tell(self, resource, code):
        """Note that the answer to this very request says how the resource stands."""
        self.untold.pop((resource, code), None)

    def log(self, effect, cnpj, code, *, limit=ZERO, reserved=ZERO, used=ZERO):
        """Record an effect and by how much it moved the customer's position."""
        self.db.execute(
            "INSERT INTO effects (client_id, at, effect, codigo, cnpj, idempotency_key, "
            "limit_delta, reserved_delta, used_delta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.client.id,
                self.now.isoformat(timespec="seconds"),
                effect,
                code,
                cnpj,
                self.key,
                limit,
                reserved,
                used,
            ),
        )


def text(amount):
    """An amount as it travels: two decimal places."""
    return f"{amount:.2f}"
