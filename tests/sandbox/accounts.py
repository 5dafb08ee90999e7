"""Accounts of the services that know their callers by one secret. Each has books of its own."""

import hashlib
import json
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    client_id TEXT PRIMARY KEY,
    settings TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Account:
    """One account and the conditions agreed with it."""

    id: str
    settings: dict


def identity(service, secret):
    """The id of the account with that secret; the secret itself is stored nowhere."""
    return f"{service}-{hashlib.sha256(secret.encode()).hexdigest()[:24]}"


def find(db, account_id):
    """The account, or None."""
    row = db.execute("SELECT * FROM accounts WHERE client_id = ?", (account_id,)).fetchone()
    return Account(account_id, json.loads(row["settings"])) if row else None


def register(db, account_id, settings):
    """Add an account or change what `settings` names; its books stay. True when it is new."""
    known = find(db, account_id)
    merged = {**(known.settings if known else {}), **settings}
    db.execute(
        "INSERT INTO accounts VALUES (?, ?) "
        "ON CONFLICT (client_id) DO UPDATE SET settings = excluded.settings",
        (account_id, json.dumps(merged)),
    )
    return known is None
