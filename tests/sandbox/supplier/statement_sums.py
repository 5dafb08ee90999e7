"""Sums of the statement for the ledger: entries to come and entries paid.

A debit counts as less; an entry that repeats the code of another counts for nothing.
"""

from .books import ZERO, text

AMOUNTS = {
    "valorPrincipal": "principal",
    "valorTaxa": "fee",
    "valorImpostos": "taxes",
    "valorLancamento": "value",
}
SUMS = ", ".join(
    f"SUM(CASE kind WHEN 'CREDITO' THEN {column} ELSE -{column} END) AS \"{column} [money]\""
    for column in AMOUNTS.values()
)


def by_day(books):
    """{aberto, pago, banco}: by day, the calendar less its debits to come and so far, and the bank.

    `banco` is what Supplier pays, or collects, on a day: effective entries, extra ones included.
    """
    today = books.today.isoformat()
    own = _by_day(books, "AND NOT extra")
    every = _by_day(books, "")
    return {
        "aberto": [_as_json(row) for row in own if row["day"] > today],
        "pago": [_as_json(row) for row in own if row["day"] <= today],
        "banco": [
            {"dataLancamento": row["day"], "valor": text(row["value"])}
            for row in every
            if row["day"] <= today
        ],
    }


def by_customer(books):
    """{CNPJ/CPF: {valorARepassar, valorRepassado}}: net values of sales less post-sales."""
    rows = books.db.execute(
        f"SELECT t.cnpj, e.day > ? AS is_open, {SUMS} FROM settlement_entries e "
        "JOIN transactions t ON t.client_id = e.client_id AND t.codigo = e.transaction_code "
        "WHERE e.client_id = ? AND NOT e.extra GROUP BY t.cnpj, is_open",
        (books.today.isoformat(), books.client.id),
    )
    result = {}
    for row in rows:
        name = "valorARepassar" if row["is_open"] else "valorRepassado"
        result.setdefault(row["cnpj"], empty())[name] = text(row["value"])
    return result


def empty():
    """The sums of a customer of whom nothing stands on the statement."""
    return {"valorARepassar": text(ZERO), "valorRepassado": text(ZERO)}


def _by_day(books, condition):
    return books.db.execute(
        f"SELECT day, {SUMS} FROM settlement_entries "
        f"WHERE client_id = ? AND NOT repeated {condition} GROUP BY day ORDER BY day",
        (books.client.id,),
    ).fetchall()


def _as_json(row):
    amounts = {name: text(row[column]) for name, column in AMOUNTS.items()}
    return {"dataLancamento": row["day"], **amounts}
