"""Transactions: authorised NF-es that use a reservation or the free limit.

EM_ANALISE -> APROVADA or REJEITADA. A rejected one leaves its NF-e free to be sent again.
"""

import json
from decimal import Decimal

from ..problems import Problem
from . import customers, instalments, limits, reservations, rules, settlement
from .books import ZERO, text
from .idempotency import Answer
from .records import Records
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
RECORDS = Records(
    RESOURCE, "transactions", ("TRANSACAO_NAO_ENCONTRADA", "A transação {} não existe.")
)
get = RECORDS.get
in_analysis = RECORDS.in_analysis


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
    RECORDS.insert(
        books,
        codigo=code,
        nfe_key=sale.nfe_key,
        cnpj=sale.cnpj,
        amount=sale.amount,
        data=json.dumps(data),
        uses=json.dumps([{**use, "valor": text(use["valor"])} for use in sale.uses]),
        state="REJEITADA" if reason else "EM_ANALISE",
        reason=reason,
        queries_left=books.client.settings["consultasEmAnalise"],
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
            _decide(books, get(books, code), outcome)
    return Answer(201, _told(books, code), code)


def show(books, codigo):
    """GET /transacoes/{codigo}. Asking moves a pending analysis on."""
    return as_json(RECORDS.queried(books, get(books, codigo), decide))


def search(books, filters, page):
    """GET /transacoes: the oldest first, rejected ones included."""
    conditions = {
        "chaveNFe": "nfe_key = :chaveNFe",
        "chaveIdempotencia": "idempotency_key = :chaveIdempotencia",
        "dataEmissaoInicial": "json_extract(data, '$.dataEmissao') >= :dataEmissaoInicial",
    }
    return [as_json(row) for row in RECORDS.search(books, conditions, filters, page, decide)]


def decide(books, code):
    """End the analysis of a transaction, with no query of the client's."""
    row = get(books, code)
    _decide(books, row, rules.sale(row["amount"], books.client))


def summary(books, code):
    """What an event is made for when it changes."""
    return get(books, code)["state"]


def as_json(row):
    """A transaction as it travels."""
    return {
        "codigoTransacao": row["codigo"],
        "chaveNFe": row["nfe_key"],
        "cnpjCpf": row["cnpj"],
        "valorTotal": text(row["amount"]),
        "situacao": row["state"],
        "motivo": row["reason"],
        "calendario": json.loads(row["calendar"]),
    }


def _told(books, code):
    books.tell(RESOURCE, code)
    return as_json(get(books, code))


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


def _decide(books, row, outcome):
    uses = json.loads(row["uses"])
    if outcome.approved:
        data = read_sale(json.loads(row["data"]))
        calendar = instalments.calendar(data.instalments, row["amount"], data.issued, books.client)
        _set(books, row, "APROVADA", None, calendar)
        settlement.schedule_credits(books, row["codigo"], calendar)
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
    RECORDS.update(books, row["codigo"], state=state, reason=reason, calendar=json.dumps(calendar))
