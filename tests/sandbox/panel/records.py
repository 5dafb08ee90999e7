"""The panel's records: how they are numbered, dated, found and written."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from .. import clock
from ..accounts import Account
from ..problems import Problem

MOMENT = re.compile(r"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)", re.ASCII)

# `altered` are milliseconds; `parent` names the record that this one belongs to.
SCHEMA = """
CREATE TABLE IF NOT EXISTS panel_records (
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    altered INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (client_id, kind, id)
);
CREATE INDEX IF NOT EXISTS panel_records_altered ON panel_records (client_id, kind, altered, id);
CREATE INDEX IF NOT EXISTS panel_records_parent ON panel_records (client_id, kind, parent);
CREATE TABLE IF NOT EXISTS panel_counters (
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (client_id, name)
);
"""


@dataclass(frozen=True)
class Books:
    """An account's records at its virtual moment, for the length of one transaction."""

    db: object
    client: Account
    now: datetime
    key: str = ""

    @classmethod
    def of(cls, db, account, key=""):
        return cls(db, account, clock.now(db, account.id), key)

    def next_number(self, name):
        """The next number of a kind in this account."""
        return self._count(name, 1)

    def next_moment(self):
        """Milliseconds of this change: those of the clock, but later than every earlier change."""
        return self._count("alteradoEm", int(self.now.timestamp() * 1000))

    def _count(self, name, least):
        row = self.db.execute(
            "INSERT INTO panel_counters VALUES (?, ?, ?) ON CONFLICT (client_id, name) "
            "DO UPDATE SET last = max(last + 1, ?) RETURNING last",
            (self.client.id, name, least, least),
        ).fetchone()
        return row["last"]


@dataclass(frozen=True)
class Kind:
    """One kind of record: the name of its list, the letters of its ids, code and text of a 404.

    `shown` are the fields that an answer has besides `id` and `alteradoEm`.
    """

    name: str
    letters: str
    missing: tuple
    shown: tuple

    def find(self, books, code):
        """The record with everything it has, or None."""
        row = books.db.execute(
            "SELECT * FROM panel_records WHERE client_id = ? AND kind = ? AND id = ?",
            (books.client.id, self.name, code),
        ).fetchone()
        return _record(row) if row else None

    def get(self, books, code):
        """Return the record; raises a 404 problem if it does not exist."""
        record = self.find(books, code)
        if record is None:
            name, message = self.missing
            raise Problem(404, name, message.format(code))
        return record

    def referred(self, books, code):
        """Return the record that a body names; raises a 422 problem if it does not exist."""
        record = self.find(books, code)
        if record is None:
            name, message = self.missing
            raise Problem(422, name, message.format(code))
        return record

    def insert(self, books, parent=None, **values):
        """Add a record; returns it."""
        number = books.next_number(self.name)
        code = f"{self.letters}{number:08d}"
        books.db.execute(
            "INSERT INTO panel_records VALUES (?, ?, ?, ?, ?, ?)",
            (books.client.id, self.name, code, parent, books.next_moment(), json.dumps(values)),
        )
        return self.find(books, code)

    def update(self, books, record, **values):
        """Write values; returns the record, which is dated anew only if anything has changed."""
        own = ("id", "alteradoEm")
        before = {name: value for name, value in record.items() if name not in own}
        after = {**before, **values}
        if after == before:
            return record
        books.db.execute(
            "UPDATE panel_records SET altered = ?, data = ? "
            "WHERE client_id = ? AND kind = ? AND id = ?",
            (books.next_moment(), json.dumps(after), books.client.id, self.name, record["id"]),
        )
        return self.find(books, record["id"])

    def children(self, books, parent):
        rows = books.db.execute(
            "SELECT * FROM panel_records WHERE client_id = ? AND kind = ? AND parent = ?",
            (books.client.id, self.name, parent),
        )
        return [_record(row) for row in rows]

    def search(self, books, since, limit, offset):
        """Records changed at or after that moment, in the order of their changes."""
        rows = books.db.execute(
            "SELECT * FROM panel_records WHERE client_id = ? AND kind = ? AND altered >= ? "
            "ORDER BY altered, id LIMIT ? OFFSET ?",
            (books.client.id, self.name, _milliseconds(since) if since else 0, limit, offset),
        )
        return [_record(row) for row in rows]

    def as_json(self, record):
        """What an answer shows of a record."""
        return {name: record[name] for name in ("id", *self.shown, "alteradoEm")}


def _record(row):
    return {
        "id": row["id"],
        **json.loads(row["data"]),
        "alteradoEm": _moment(row["altered"]),
    }


def _moment(milliseconds):
    # By whole numbers: a float could turn a moment into the one before.
    moment = datetime.fromtimestamp(milliseconds // 1000, clock.ZONE)
    moment += timedelta(milliseconds=milliseconds % 1000)
    return moment.isoformat(timespec="milliseconds")


def parse_moment(text):
    """The moment of an ISO text with an offset, from 2000 to 2099; None for any other text."""
    found = MOMENT.fullmatch(text)
    if not found:
        return None
    whole, fraction, offset = found.groups()
    offset = "+00:00" if offset == "Z" else offset
    try:
        # Python 3.10 reads three or six decimals and no Z.
        return datetime.fromisoformat(f"{whole}.{(fraction or '').ljust(6, '0')}{offset}")
    except ValueError:
        return None


def _milliseconds(moment):
    """The first whole millisecond at or after a moment."""
    seconds = int(moment.replace(microsecond=0).timestamp())
    return seconds * 1000 + -(-moment.microsecond // 1000)
