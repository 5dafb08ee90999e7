"""The statement of what Supplier passes on: credits of sales, debits of post-sales, and others.

Entries are written when a sale or a post-sale is approved, dated on the day of their money. Until
that day by the virtual clock they are future ones; nothing but the clock makes them effective.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..problems import Problem
from ..validation import Reader
from .books import ZERO, text
from .idempotency import Answer

SCHEMA = """
CREATE TABLE IF NOT EXISTS settlement_entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    codigo TEXT NOT NULL,
    transaction_code TEXT,
    post_sale_code TEXT,
    instalment INTEGER,
    event TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    principal MONEY NOT NULL,
    fee MONEY NOT NULL,
    taxes MONEY NOT NULL,
    value MONEY NOT NULL,
    confirmed FLAG NOT NULL DEFAULT 0,
    extra FLAG NOT NULL DEFAULT 0,
    repeated FLAG NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS settlement_entries_day
    ON settlement_entries (client_id, day, codigo, seq);
CREATE INDEX IF NOT EXISTS settlement_entries_code ON settlement_entries (client_id, codigo);
"""

CREDIT, DEBIT = KINDS = ("CREDITO", "DEBITO")
MAX_DAYS = 90


@dataclass(frozen=True)
class Entry:
    """One line of the statement. The value says how much is paid or, of a debit, held back."""

    event: str
    kind: str
    day: date
    value: Decimal
    principal: Decimal = ZERO
    fee: Decimal = ZERO
    taxes: Decimal = ZERO
    transaction: str | None = None
    post_sale: str | None = None
    instalment: int | None = None
    # Those that a test adds may repeat the code of another, which then is not paid twice.
    code: str | None = None
    extra: bool = False


def schedule_credits(books, code, calendar):
    """The credits of an approved sale: one per instalment, on its repasse date."""
    for line in calendar:
        add(
            books,
            Entry(
                "IMPL",
                CREDIT,
                date.fromisoformat(line["dataRepasse"]),
                Decimal(line["valorRepasse"]),
                principal=Decimal(line["valorParcela"]),
                fee=Decimal(line["valorTaxa"]),
                transaction=code,
                instalment=line["numeroParcela"],
            ),
        )


def schedule_debits(books, sale, post_sale):
    """The debits of an approved post-sale: what Supplier takes back less the fee it gives back."""
    approved = post_sale["supplier_amount"] + post_sale["customer_amount"]
    if post_sale["kind"] == "BONIFICACAO":
        event = "BONIFI"
    else:
        event = "CANCE" if approved == sale["amount"] else "CANCEP"
    for debit in json.loads(post_sale["debits"]):
        principal = Decimal(debit["valor"])
        fee = Decimal(debit["valorTaxaEstornada"])
        add(
            books,
            Entry(
                event,
                DEBIT,
                date.fromisoformat(debit["dataDebito"]),
                principal - fee,
                principal=principal,
                fee=fee,
                transaction=sale["codigo"],
                post_sale=post_sale["codigo"],
                instalment=debit["numeroParcela"],
            ),
        )


def add(books, entry):
    """Write an entry. Returns its code, a new one unless it brings its own."""
    code = entry.code or books.next_code("LC")
    repeated = entry.code is not None and _exists(books, code)
    books.db.execute(
        "INSERT INTO settlement_entries (client_id, codigo, transaction_code, post_sale_code, "
        "instalment, event, kind, day, principal, fee, taxes, value, extra, repeated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            books.client.id,
            code,
            entry.transaction,
            entry.post_sale,
            entry.instalment,
            entry.event,
            entry.kind,
            entry.day.isoformat(),
            entry.principal,
            entry.fee,
            entry.taxes,
            entry.value,
            entry.extra,
            repeated,
        ),
    )
    return code


def search(books, filters, page):
    """GET /conciliacao: the entries of a period by date and code, future ones included."""
    first, last = (date.fromisoformat(filters[name]) for name in ("dataInicial", "dataFinal"))
    if not timedelta(0) <= last - first <= timedelta(days=MAX_DAYS):
        raise Problem(
            400,
            "PERIODO_INVALIDO",
            f"O período vai de dataInicial até no máximo {MAX_DAYS} dias depois.",
            [("dataFinal", f"De {first} a {first + timedelta(days=MAX_DAYS)}.")],
        )
    limit, offset = page
    rows = books.db.execute(
        "SELECT * FROM settlement_entries WHERE client_id = ? AND day BETWEEN ? AND ? "
        "ORDER BY day, codigo, seq LIMIT ? OFFSET ?",
        (books.client.id, first.isoformat(), last.isoformat(), limit, offset),
    )
    return [as_json(books, row) for row in rows]


def confirm(books, data, lancamentoId):
    """PUT /conciliacao/{lancamentoId}/confirmacao: the client has it. Again changes nothing."""
    Reader(data).finish()
    row = books.db.execute(
        "SELECT MIN(day) AS day FROM settlement_entries WHERE client_id = ? AND codigo = ?",
        (books.client.id, lancamentoId),
    ).fetchone()
    if row["day"] is None:
        raise Problem(404, "LANCAMENTO_NAO_ENCONTRADO", f"O lançamento {lancamentoId} não existe.")
    if row["day"] > books.today.isoformat():
        raise Problem(409, "SITUACAO_NAO_PERMITE", f"O lançamento {lancamentoId} ainda é futuro.")
    books.db.execute(
        "UPDATE settlement_entries SET confirmed = 1 WHERE client_id = ? AND codigo = ?",
        (books.client.id, lancamentoId),
    )
    return Answer(204, None, lancamentoId)


def as_json(books, row):
    """An entry as it travels."""
    return {
        "lancamentoId": row["codigo"],
        "codigoTransacao": row["transaction_code"],
        "codigoSolicitacao": row["post_sale_code"],
        "numeroParcela": row["instalment"],
        "tipoEvento": row["event"],
        "tipoLancamento": row["kind"],
        "lancamentoFuturo": row["day"] > books.today.isoformat(),
        "dataLancamento": row["day"],
        "valorPrincipal": text(row["principal"]),
        "valorTaxa": text(row["fee"]),
        "valorImpostos": text(row["taxes"]),
        "valorLancamento": text(row["value"]),
        "confirmado": row["confirmed"],
    }


def _exists(books, code):
    row = books.db.execute(
        "SELECT 1 FROM settlement_entries WHERE client_id = ? AND codigo = ? LIMIT 1",
        (books.client.id, code),
    ).fetchone()
    return row is not None
