"""Events: changes sent by webhook because no answer has reported them to the client."""

from contextlib import contextmanager
from datetime import timedelta

from .. import webhooks
from ..problems import Problem
from . import customers, post_sales, preauthorizations, reservations, transactions
from .books import Books

CHANGED = "SITUACAO_ALTERADA"
# Each offers in_analysis(books), decide(books, code) and summary(books, code).
RESOURCES = {
    customers.RESOURCE: customers,
    preauthorizations.RESOURCE: preauthorizations,
    transactions.RESOURCE: transactions,
    post_sales.RESOURCE: post_sales,
}

SCHEMA = """
CREATE TABLE IF NOT EXISTS analyses (
    client_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    codigo TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (client_id, resource, codigo)
);
"""


@contextmanager
def open_books(db, client, key=""):
    """Yield the client's books at its virtual time, with overdue records expired.

    At the end every unreported change becomes an event, in the same transaction.
    """
    books = Books.of(db, client, key)
    _let_time_pass(books)
    yield books
    _note_analyses(books)
    for (resource, code), before in books.untold.items():
        if RESOURCES[resource].summary(books, code) != before:
            emit(books, resource, code)


def emit(books, resource, code, kind=CHANGED):
    """Make an event about a resource; None where the client has registered no webhook."""
    return webhooks.add(books.db, books.client.id, resource, code, kind, books.now)


def decide(books, resource=None, code=None):
    """Decide the client's pending analyses: of one record, of one resource, or all.

    Returns the decided ones. Raises a 409 problem if the one named is not in analysis.
    """
    if code is not None:
        if code not in RESOURCES[resource].in_analysis(books):
            raise Problem(409, "SITUACAO_NAO_PERMITE", f"{resource} {code} não está em análise.")
        found = [(resource, code)]
    else:
        chosen = [resource] if resource else list(RESOURCES)
        found = [(name, one) for name in chosen for one in RESOURCES[name].in_analysis(books)]
    for name, one in found:
        RESOURCES[name].decide(books, one)
    return found


def _let_time_pass(books):
    """Expire and decide what the client's clock has brought to its end."""
    reservations.expire(books)
    seconds = books.client.settings["analiseSegundos"]
    if seconds is None:
        return
    latest = (books.now - timedelta(seconds=seconds)).isoformat()
    rows = books.db.execute(
        "SELECT resource, codigo FROM analyses WHERE client_id = ? AND since <= ?",
        (books.client.id, latest),
    ).fetchall()
    for row in rows:
        if row["codigo"] in RESOURCES[row["resource"]].in_analysis(books):
            decide(books, row["resource"], row["codigo"])


def _note_analyses(books):
    """Keep since when everything in analysis has been there."""
    if books.client.settings["analiseSegundos"] is None:
        return
    rows = books.db.execute(
        "SELECT resource, codigo, since FROM analyses WHERE client_id = ?", (books.client.id,)
    )
    known = {(row["resource"], row["codigo"]): row["since"] for row in rows.fetchall()}
    books.db.execute("DELETE FROM analyses WHERE client_id = ?", (books.client.id,))
    for resource, module in RESOURCES.items():
        for code in module.in_analysis(books):
            since = known.get((resource, code), books.now.isoformat())
            books.db.execute(
                "INSERT INTO analyses VALUES (?, ?, ?, ?)",
                (books.client.id, resource, code, since),
            )
