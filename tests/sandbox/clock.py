"""The virtual clock: real time in São Paulo, moved by a common and a per-client offset."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .problems import Problem

ZONE = ZoneInfo("America/Sao_Paulo")
EARLIEST = datetime(2000, 1, 2, tzinfo=ZONE)
LATEST = datetime(2090, 1, 1, tzinfo=ZONE)

SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (
    client_id TEXT PRIMARY KEY,
    offset_seconds INTEGER NOT NULL
);
"""

# The row of the offset that all clients share; no client can have an empty id.
EVERYBODY = ""


def _offset(db, client_id):
    row = db.execute(
        "SELECT offset_seconds FROM clock WHERE client_id = ?", (client_id,)
    ).fetchone()
    return row["offset_seconds"] if row else 0


def now(db, client_id=EVERYBODY):
    """The virtual moment of one client, or the common one."""
    seconds = _offset(db, EVERYBODY)
    if client_id != EVERYBODY:
        seconds += _offset(db, client_id)
    return datetime.now(ZONE) + timedelta(seconds=seconds)


def move(db, target, client_id=EVERYBODY):
    """Set the clock of one client, or the common one, to the moment `target`."""
    if target.tzinfo is None:
        target = target.replace(tzinfo=ZONE)
    if not EARLIEST <= target <= LATEST:
        raise Problem(422, "DADOS_INVALIDOS", "O relógio virtual vai de 2000 a 2090.")
    change = round((target - now(db, client_id)).total_seconds())
    db.execute(
        "INSERT INTO clock VALUES (?, ?) ON CONFLICT (client_id) "
        "DO UPDATE SET offset_seconds = excluded.offset_seconds",
        (client_id, _offset(db, client_id) + change),
    )


def reset(db, client_id=EVERYBODY):
    """Take the offset away: a client then follows the common clock, that one real time."""
    db.execute("DELETE FROM clock WHERE client_id = ?", (client_id,))
