"""The books of one account at its virtual moment."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from .. import clock
from ..accounts import Account

CENT = Decimal("0.01")
MOMENT = "%Y-%m-%d %H:%M:%S"

# Numbers are counted over all accounts, as in reality: an id names one thing.
SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_numbers (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class Books:
    """An account, its moment and the database, for the length of one transaction."""

    db: object
    account: Account
    now: datetime

    @classmethod
    def of(cls, db, account):
        return cls(db, account, clock.now(db, account.id))

    @property
    def id(self):
        return self.account.id

    @property
    def today(self):
        return self.now.date()

    def next_number(self, name, first):
        """The next number of a kind; no number comes twice."""
        row = self.db.execute(
            "INSERT INTO asaas_numbers VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
            (name, first),
        ).fetchone()
        return row["last"]

    def fee(self, method):
        """What Asaas keeps of a payment by that method."""
        if method in ("TRANSFER", "DEPOSIT"):
            return Decimal(0)
        name = {"PIX": "feePix", "CREDIT_CARD": "feeCard"}.get(method, "feeBoleto")
        return Decimal(self.account.settings[name])


def rounded(amount):
    """Cents, halves away from zero."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def number(amount):
    """An amount as the JSON number that Asaas would send; None stays None."""
    if amount is None:
        return None
    amount = Decimal(amount)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def day(text):
    """The date of an ISO text; None stays None."""
    return date.fromisoformat(text) if text else None


def iso(value):
    """The ISO text of a date; None stays None."""
    return value.isoformat() if value else None
