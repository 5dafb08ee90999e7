"""Transactions: authorised NF-es that use a reservation or the free limit.

EM_ANALISE -> APROVADA or REJEITADA. A rejected one leaves its NF-e free to be sent again.
"""

import json
from decimal import Decimal

from ..problems import Problem
from . import customers, instalments, limits, reservations, rules
from .books import ZERO, text
from .idempotency import Answer
from .sales import read_sale

RESOURCE = "transacao"

SCHEMA = """
CREATE TABLE IF NOT EXISTS transactions (
    client_id TEXT NOT NULL,
    codigo TEXT NOT NULL,
    nfe_key TEXT NOT NULL,
    cnpj TEXT NOT NULL,
    amount MONEY NOT NULL,
    data TEXT NOT NULL,
    uses TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    calendar TEXT NOT NULL DEFAULT '[]',
    queries_left INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT NOT NULL,
    PRIMARY KEY (client_id, codigo)
);
CREATE UNIQUE INDEX IF NOT EXISTS transactions_nfe
    ON transactions (client_id, nfe_key) WHERE state <> 'REJEITADA';
CREATE INDEX IF NOT EXISTS transactions_customer ON transactions (client_id, cnpj, state);
"""

STATES = ("EM_ANALISE", "APROVADA", "REJEITADA")


def register(books, data):
    """POST /transacoes. What the limit or a reservation does not allow answers REJEITADA."""
    sale = read_sale(data)
    customer = customers.get(books, sale.cnpj)
    _refuse_second(books, sale)
    rows = [_reservation_of(books, sale, use) for use in sale.uses]
    code = books.next_code("TR")
    outcome = rules.sale(sale.amount, books.client)
    reason = _refusal(books, customer, sale, rows)
    if reason is None and not (outcome.approved or outcome.after_analysis):
        reason = outcome.reason
    books.db.execute(
        "INSERT INTO transactions (client_id, codigo, nfe_key, cnpj, amount, data, uses, state, "
        "reason, queries_left, idempotency_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            books.client.id,
            code,
            sale.nfe_key,
            sale.cnpj,
            sale.amount,
            json.dumps(data),
            json.dumps([{**use, "valor": text(use["valor"])} for use in sale.uses]),
            "REJEITADA" if reason else "EM_ANALISE",
            reason,
            books.client.settings["consultasEmAnalise"],
            books.key,
        ),
    )
    if reason:
        books.log("SALE_REJECTED", sale.cnpj, code)
    else:
        reserved = ZERO
        for use in sale.uses:
            reservations.hold(books, use["codigo"], use["valor"])
            reserved -= use["valor"]
        books.log("SALE_REGISTERED", sale.cnpj, code, reserved=reserved, used=sale.amount)
        if not outcome.after_analysis:
            _decide(books, _get(books, code), outcome)
    return Answer(201, _told(books, code), code)


def show(books, codigo):
    """GET /transacoes/{codigo}. Asking moves a pending analysis on."""
    _move_analysis_on(books, _get(books, codigo))
    return _told(books, codigo)


def search(books, filters, limit, offset):
    """GET /transacoes: the oldest first, rejected ones included."""
    conditions = ["client_id = :client"]
    if "chaveNFe" in filters:
        conditions.append("nfe_key = :chaveNFe")
    if "chaveIdempotencia" in filters:
        conditions.append("idempotency_key = :chaveIdempotencia")
    rows = books.db.execute(
        f"SELECT * FROM transactions WHERE {' AND '.join(conditions)} "
        "ORDER BY codigo LIMIT :limit OFFSET :offset",
        {**filters, "client": books.client.id, "limit": limit, "offset": offset},
    ).fetchall()
    # The one row too many is only looked at, not asked for.
    for row in rows[: limit - 1]:
        _move_analysis_on(books, row)
        books.tell(RESOURCE, row["codigo"])
    return [as_json(_get(books, row["codigo"])) for row in rows]


def in_analysis(books):
    """The codes of what is being analysed, the oldest first."""
    rows = books.db.execute(
        "SELECT codigo FROM transactions "
        "WHERE client_id = ? AND state = 'EM_ANALISE' ORDER BY codigo",
        (books.client.id,),
    )
    return [row["codigo"] for row in rows]


def decide(books, code):
    """End the analysis of a transaction, with no query of the client's."""
    row = _get(books, code)
    _decide(books, row, rules.sale(row["amount"], books.client))


def summary(books, code):
    """What an event is made for when it changes."""
    return _get(books, code)["state"]


def as_json(row):
    """A transaction as it travels."""
    return {
        "codigoTransacao": row["codigo"],
        "situacao": row["state"],
        "motivo": row["reason"],
        "calendario": json.loads(row["calendar"]),
    }


def _told(books, code):
    books.tell(RESOURCE, code)
    return as_json(_get(books, code))


def _get(books, code):
    row = books.db.execute(
        "SELECT * FROM transactions WHERE client_id = ? AND codigo = ?", (books.client.id, code)
    ).fetchone()
    if row is None:
        raise Problem(404, "TRANSACAO_NAO_ENCONTRADA", f"A transação {code} não existe.")
    return row


def _refuse_second(books, sale):
    row = books.db.execute(
        "SELECT codigo FROM transactions "
        "WHERE client_id = ? AND nfe_key = ? AND state <> 'REJEITADA'",
        (books.client.id, sale.nfe_key),
    ).fetchone()
    if row:
        raise Problem(
            409,
            "NFE_JA_REGISTRADA",
            f"A NF-e {sale.nfe_key} já está registrada na transação {row['codigo']}.",
        )


def _reservation_of(books, sale, use):
    row = reservations.get(books, use["codigo"])
    if row["cnpj"] != sale.cnpj:
        raise Problem(
            422,
            "PREAUTORIZACAO_DE_OUTRO_CLIENTE",
            f"A pré-autorização {row['codigo']} pertence a outro CNPJ/CPF.",
        )
    return row


def _refusal(books, customer, sale, rows):
    """Why the sale cannot be covered, or None.

    A live reservation is honoured for a customer blocked meanwhile, unless term billing is.
    """
    for row, use in zip(rows, sale.uses, strict=True):
        code = row["codigo"]
        if row["state"] not in limits.LIVE:
            return f"A pré-autorização {code} não está vigente ({row['state']})."
        if use["valor"] > reservations.balance(row):
            return f"Saldo insuficiente na pré-autorização {code}."
    if customer["term_blocked"]:
        return limits.blocked(customer)
    free = sale.amount - sum((use["valor"] for use in sale.uses), ZERO)
    return limits.refusal(books, customer, free) if free else None


def _move_analysis_on(books, row):
    if row["state"] != "EM_ANALISE":
        return
    if row["queries_left"] > 0:
        books.db.execute(
            "UPDATE transactions SET queries_left = queries_left - 1 "
            "WHERE client_id = ? AND codigo = ?",
            (books.client.id, row["codigo"]),
        )
        return
    decide(books, row["codigo"])


def _decide(books, row, outcome):
    uses = json.loads(row["uses"])
    if outcome.approved:
        data = read_sale(json.loads(row["data"]))
        calendar = instalments.calendar(data.instalments, row["amount"], data.issued, books.client)
        _set(books, row, "APROVADA", None, calendar)
        books.log("SALE_APPROVED", row["cnpj"], row["codigo"])
        for use in uses:
            reservations.consume(
                books, use["codigo"], Decimal(use["valor"]), release_rest=use["cancelarSaldo"]
            )
        return
    _set(books, row, "REJEITADA", outcome.reason, [])
    reserved = ZERO
    for use in uses:
        reserved += reservations.give_back(books, use["codigo"], Decimal(use["valor"]))
    books.log("SALE_REJECTED", row["cnpj"], row["codigo"], reserved=reserved, used=-row["amount"])


def _set(books, row, state, reason, calendar):
    books.note_change(RESOURCE, row["codigo"], summary(books, row["codigo"]))
    books.db.execute(
        "UPDATE transactions SET state = ?, reason = ?, calendar = ? "
        "WHERE client_id = ? AND codigo = ?",
        (state, reason, json.dumps(calendar), books.client.id, row["codigo"]),
    )
