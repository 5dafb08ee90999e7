"""Customers: registration, requests for a limit, and the position."""

import json
from datetime import timedelta
from decimal import ROUND_DOWN

from ..problems import Problem
from ..validation import Reader
from . import documents, limits, rules
from .books import ZERO, text
from .idempotency import Answer
from .instalments import CENT
from .records import Records
from .registration import read_registration

RESOURCE = "cliente"

SCHEMA = """
CREATE TABLE IF NOT EXISTS customers (
    client_id TEXT NOT NULL,
    cnpj TEXT NOT NULL,
    codigo TEXT NOT NULL,
    data TEXT NOT NULL,
    state TEXT NOT NULL,
    credit_state TEXT NOT NULL,
    credit_limit MONEY NOT NULL,
    used_elsewhere MONEY NOT NULL,
    days_late INTEGER NOT NULL,
    term_blocked FLAG NOT NULL,
    reason TEXT,
    pending TEXT NOT NULL,
    retry_from TEXT,
    desired MONEY NOT NULL,
    queries_left INTEGER NOT NULL,
    PRIMARY KEY (client_id, cnpj)
);
"""

STATES = ("ATIVO", "BLOQUEADO_CREDITO", "BLOQUEADO_ATRASO", "NAO_HABILITADO")
# What the client sees of a customer apart from the use of the limit, which its own calls move.
VISIBLE = (
    "state",
    "credit_state",
    "credit_limit",
    "used_elsewhere",
    "days_late",
    "term_blocked",
    "reason",
    "pending",
    "retry_from",
)
CREDIT_STATES = ("EM_ANALISE", "APROVADO", "PENDENTE", "REJEITADO", "NEGADO", "CANCELADO")


RECORDS = Records(
    RESOURCE,
    "customers",
    (
        "CLIENTE_NAO_ENCONTRADO",
        "O CNPJ/CPF {} não está cadastrado. Envie o cliente para análise.",
    ),
    key="cnpj",
    state="credit_state",
)
find = RECORDS.find
get = RECORDS.get
in_analysis = RECORDS.in_analysis


def update(books, cnpj, **values):
    """Write columns of one customer."""
    books.note_change(RESOURCE, cnpj, summary(books, cnpj))
    RECORDS.update(books, cnpj, **values)


def insert(books, cnpj, data, desired=ZERO):
    """Add a customer that has no credit yet."""
    code = books.next_code("CL")
    books.db.execute(
        "INSERT INTO customers VALUES "
        "(?, ?, ?, ?, 'NAO_HABILITADO', 'EM_ANALISE', ?, ?, 0, 0, NULL, '[]', NULL, ?, 0)",
        (books.client.id, cnpj, code, json.dumps(data), ZERO, ZERO, desired),
    )
    books.note_change(RESOURCE, cnpj, None)
    books.log("CUSTOMER_REGISTERED", cnpj, code)


def register(books, data):
    """POST /clientes. Again for a known CNPJ only where the credit state lets it be corrected."""
    cnpj, desired = read_registration(data)
    row = find(books, cnpj)
    if row is None:
        insert(books, cnpj, data, desired)
    else:
        if row["credit_state"] == "APROVADO" or row["state"] != "NAO_HABILITADO":
            raise Problem(
                409, "CLIENTE_JA_CADASTRADO", "Cliente já cadastrado. Solicite alteração de limite."
            )
        _check_may_ask(books, row)
        update(books, cnpj, data=json.dumps(data), desired=desired)
    return _apply_for(books, cnpj, desired)


def request_limit(books, data, cnpjCpf):
    """POST /clientes/{cnpjCpf}/limites: asks for another limit; refused, the old one stays."""
    cnpj = _path_number(cnpjCpf)
    reader = Reader(data)
    desired = reader.money("limiteDesejado")
    reader.text("motivo", required=False, maximum=500)
    reader.finish()
    row = get(books, cnpj)
    if row["credit_state"] == "REJEITADO" and row["state"] == "NAO_HABILITADO":
        raise Problem(
            422, "CADASTRO_REJEITADO", "Cadastro rejeitado. Corrija os dados e reenvie o cliente."
        )
    _check_may_ask(books, row)
    position = limits.position(books, row)
    if desired < position.used + position.reserved:
        raise Problem(
            422,
            "LIMITE_INFERIOR_AO_UTILIZADO",
            f"Já há {text(position.used + position.reserved)} em uso ou pré-autorizados.",
        )
    return _apply_for(books, cnpj, desired)


def show(books, cnpjCpf):
    """GET /clientes/{cnpjCpf}: the position. Asking moves a pending analysis on."""
    row = get(books, _path_number(cnpjCpf))
    return as_json(books, RECORDS.queried(books, row, decide))


def decide(books, cnpj):
    """End the analysis of a customer, with no query of the client's."""
    row = get(books, cnpj)
    _decide(books, row, rules.credit(row["desired"], books.client))


def summary(books, cnpj):
    """What an event is made for when it changes."""
    row = get(books, cnpj)
    return tuple(row[name] for name in VISIBLE)


def as_json(books, row):
    """The customer's position as it travels."""
    position = limits.position(books, row)
    return {
        "codigoCliente": row["codigo"],
        "situacaoCliente": row["state"],
        "situacaoCredito": row["credit_state"],
        "limiteTotal": text(position.total),
        "limiteUtilizado": text(position.used),
        "limitePreAutorizado": text(position.reserved),
        "limiteDisponivel": text(position.available),
        "diasAtraso": row["days_late"],
        "faturamentoPrazoBloqueado": row["term_blocked"],
        "motivo": row["reason"],
        "pendencias": json.loads(row["pending"]),
        "reanaliseAPartirDe": row["retry_from"],
    }


def _path_number(number):
    if not documents.is_taxpayer(number):
        raise Problem(400, "PARAMETRO_INVALIDO", documents.HINT, [("cnpjCpf", documents.HINT)])
    return number


def _check_may_ask(books, row):
    if row["credit_state"] == "EM_ANALISE":
        raise Problem(409, "ANALISE_EM_ANDAMENTO", "Já existe uma análise em andamento.")
    if row["credit_state"] == "NEGADO" and books.today.isoformat() < (row["retry_from"] or ""):
        raise Problem(
            422,
            "REANALISE_NAO_PERMITIDA",
            f"Nova análise permitida a partir de {row['retry_from']}.",
        )


def _apply_for(books, cnpj, desired):
    outcome = rules.credit(desired, books.client)
    if outcome.after_analysis:
        update(
            books,
            cnpj,
            credit_state="EM_ANALISE",
            desired=desired,
            reason=None,
            pending="[]",
            retry_from=None,
            queries_left=books.client.settings["consultasEmAnalise"],
        )
    else:
        update(books, cnpj, desired=desired)
        _decide(books, get(books, cnpj), outcome)
    row = get(books, cnpj)
    books.tell(RESOURCE, cnpj)
    body = {
        "codigoCliente": row["codigo"],
        "situacaoCredito": row["credit_state"],
        "motivo": row["reason"],
        "pendencias": json.loads(row["pending"]),
        "reanaliseAPartirDe": row["retry_from"],
    }
    return Answer(201, body, row["codigo"])


def _decide(books, row, outcome):
    """Put an outcome into force. Only an approval changes the limit and frees a customer."""
    values = {
        "credit_state": outcome.state,
        "reason": outcome.reason,
        "pending": json.dumps(outcome.pending, ensure_ascii=False),
        "retry_from": None,
    }
    if outcome.state == "NEGADO":
        wait = timedelta(days=books.client.settings["diasReanalise"])
        values["retry_from"] = (books.today + wait).isoformat()
    if outcome.state == "CANCELADO" and row["state"] == "ATIVO":
        values["state"] = "BLOQUEADO_CREDITO"
    if outcome.state == "APROVADO":
        granted = (row["desired"] * outcome.share).quantize(CENT, ROUND_DOWN)
        values.update(
            state=outcome.customer_state,
            credit_limit=granted,
            days_late=outcome.days_late,
            term_blocked=outcome.term_blocked,
        )
        books.log("LIMIT_GRANTED", row["cnpj"], row["codigo"], limit=granted - row["credit_limit"])
    update(books, row["cnpj"], **values)
