"""The account's statement: every movement of its balance, one signed entry each."""

from .books import number

SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_statement (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    date TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    external_reference TEXT,
    kind TEXT NOT NULL,
    amount MONEY NOT NULL
);
CREATE INDEX IF NOT EXISTS asaas_statement_client ON asaas_statement (client_id, seq);
"""


def post(books, row, kind, amount, date=None):
    """Move the balance by `amount`, BRL with its sign, on account of a charge."""
    books.db.execute(
        "INSERT INTO asaas_statement (client_id, date, payment_id, external_reference, kind, "
        "amount) VALUES (?, ?, ?, ?, ?, ?)",
        (
            books.id,
            date or books.today.isoformat(),
            row["id"],
            row["external_reference"],
            kind,
            amount,
        ),
    )


def balance(books):
    """What the account holds, BRL."""
    row = books.db.execute(
        'SELECT coalesce(sum(amount), 0) AS "n [money]" FROM asaas_statement WHERE client_id = ?',
        (books.id,),
    ).fetchone()
    return row["n"]


def show_balance(books):
    return {"balance": number(balance(books))}


def entries(books):
    rows = books.db.execute(
        "SELECT * FROM asaas_statement WHERE client_id = ? ORDER BY seq", (books.id,)
    )
    return [
        {
            "date": row["date"],
            "paymentId": row["payment_id"],
            "externalReference": row["external_reference"],
            "kind": row["kind"],
            "amount": number(row["amount"]),
        }
        for row in rows
    ]
