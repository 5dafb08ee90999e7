"""The API clients. Each has books of its own: nothing of one is visible to another."""

import json
from dataclasses import dataclass, field
from decimal import Decimal

from .problems import Problem

SCHEMA = """
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    settings TEXT NOT NULL
);
"""

DEFAULT_ID = "sandbox-client"
DEFAULT_SECRET = "sandbox-secret"
DEFAULT_SETTINGS = {
    "taxaPercentual": "2.50",
    "repasse": {"plano": "VENCIMENTO", "dias": 1},
    "validadeDias": 30,
    "consultasEmAnalise": 0,
    "analiseSegundos": None,
    "diasReanalise": 90,
    "regras": True,
}


@dataclass(frozen=True)
class Client:
    """One API client and the conditions agreed with it."""

    id: str
    secret: str = field(repr=False)
    settings: dict

    @property
    def fee_percent(self):
        return Decimal(self.settings["taxaPercentual"])


def _from_row(row):
    settings = {**DEFAULT_SETTINGS, **json.loads(row["settings"])}
    return Client(row["client_id"], row["secret"], settings)


def find(db, client_id):
    """The client, or None."""
    row = db.execute("SELECT * FROM clients WHERE client_id = ?", (client_id,)).fetchone()
    return _from_row(row) if row else None


def get(db, client_id):
    """The client; a 404 problem when it is not registered."""
    client = find(db, client_id)
    if client is None:
        raise Problem(404, "CLIENTE_API_NAO_ENCONTRADO", f"Cliente {client_id} não registrado.")
    return client


def register(db, client_id, secret, settings):
    """Add a client or replace its secret and conditions; its books stay.

    Returns True when it is new.
    """
    is_new = find(db, client_id) is None
    db.execute(
        "INSERT INTO clients VALUES (?, ?, ?) ON CONFLICT (client_id) DO UPDATE "
        "SET secret = excluded.secret, settings = excluded.settings",
        (client_id, secret, json.dumps({**DEFAULT_SETTINGS, **settings})),
    )
    return is_new


def ensure_default(db):
    """Register the default client unless it exists already."""
    if find(db, DEFAULT_ID) is None:
        register(db, DEFAULT_ID, DEFAULT_SECRET, {})
