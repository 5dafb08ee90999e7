"""Pre-authorizations: the calls that reserve, change, renew and free a customer's limit."""

import json
from datetime import timedelta
from decimal import ROUND_DOWN

from ..problems import Problem
from ..validation import Reader
from . import customers, documents, instalments, limits, reservations, rules
from .books import ZERO, text
from .idempotency import Answer

SCHEMA = reservations.SCHEMA
RESOURCE = reservations.RESOURCE
RECORDS = reservations.RECORDS
STATES = (
    "EM_ANALISE",
    "VIGENTE",
    "VENCIDA",
    "CANCELADA",
    "REPROVADA",
    "UTILIZADA_PARCIAL",
    "UTILIZADA",
)
in_analysis = RECORDS.in_analysis
summary = reservations.summary


def create(books, data):
    """POST /pre-autorizacoes. Not enough limit, or a blocked customer, answers REPROVADA."""
    reader = Reader(data)
    cnpj = documents.read_taxpayer(reader)
    order_number = reader.text("numeroPedido", maximum=60)
    order_amount = reader.money("valorPedido")
    requested = reader.money("valorPreAutorizacao")
    parcels = instalments.read(reader)
    instalments.check_sum(reader, parcels, order_amount, "valorPedido")
    reader.finish()
    customer = customers.get(books, cnpj)
    code = books.next_code("PA")
    outcome = rules.reservation(order_amount, books.client)
    reservations.insert(
        books,
        codigo=code,
        cnpj=cnpj,
        order_number=order_number,
        order_amount=order_amount,
        requested=requested,
        amount=ZERO,
        instalments=json.dumps(instalments.as_json(parcels)),
        state="EM_ANALISE",
        queries_left=books.client.settings["consultasEmAnalise"],
    )
    books.log("RESERVATION_REQUESTED", cnpj, code)
    if not outcome.after_analysis:
        _decide(books, customer, reservations.get(books, code), outcome)
    return _answer(books, code, 201)


def show(books, codigo):
    """GET /pre-autorizacoes/{codigo}. Asking moves a pending analysis on."""
    return as_json(RECORDS.queried(books, reservations.get(books, codigo), decide))


def search(books, filters, page):
    """GET /pre-autorizacoes: the oldest first.

    `chaveIdempotencia` finds the reservation that a request with that key created or changed.
    """
    conditions = {
        "numeroPedido": "order_number = :numeroPedido",
        "situacao": "state = :situacao",
        "chaveIdempotencia": "codigo IN (SELECT codigo FROM idempotency "
        "WHERE client_id = :client AND key = :chaveIdempotencia)",
    }
    return [as_json(row) for row in RECORDS.search(books, conditions, filters, page, decide)]


def change(books, data, codigo):
    """PUT /pre-autorizacoes/{codigo}: a new total amount. Refused, the old one stays."""
    reader = Reader(data)
    requested = reader.money("valorPreAutorizacao")
    parcels = instalments.read(reader)
    reader.finish()
    order_amount = sum((item["amount"] for item in parcels), ZERO)
    row = _require_state(books, codigo, limits.LIVE, "alterada")
    if rules.reservation(order_amount, books.client).refuses_change:
        raise Problem(422, "ALTERACAO_RECUSADA", "Alteração fora da política de crédito.")
    taken = row["used"] + row["in_analysis"]
    if requested < taken:
        raise Problem(
            422, "VALOR_INFERIOR_AO_UTILIZADO", f"Já foram utilizados {text(taken)} desta reserva."
        )
    difference = requested - taken - reservations.balance(row)
    if difference > 0:
        limits.require(books, customers.get(books, row["cnpj"]), difference)
    reservations.update(
        books,
        codigo,
        order_amount=order_amount,
        requested=requested,
        amount=requested,
        released=ZERO,
        instalments=json.dumps(instalments.as_json(parcels)),
    )
    state = reservations.live_state(reservations.get(books, codigo))
    reservations.update(books, codigo, state=state)
    books.log("CHANGED", row["cnpj"], codigo, reserved=difference)
    return _answer(books, codigo)


def renew(books, data, codigo):
    """POST …/renovacao: a new validity, for an expired one only if the limit still allows."""
    Reader(data).finish()
    row = _require_state(books, codigo, (*limits.LIVE, "VENCIDA"), "renovada")
    outcome = rules.reservation(row["order_amount"], books.client)
    if outcome.refuses_renewal:
        raise Problem(422, "RENOVACAO_RECUSADA", "Renovação fora da política de crédito.")
    rest = reservations.balance(row)
    gained = ZERO
    if row["state"] == "VENCIDA":
        limits.require(books, customers.get(books, row["cnpj"]), rest)
        gained = rest
    validity = _validity(books)
    if outcome.renews_with_new_code:
        codigo = _replace(books, row, rest, validity)
    else:
        state = reservations.live_state(row)
        reservations.update(books, codigo, state=state, valid_until=validity)
    books.log("RENEWED", row["cnpj"], codigo, reserved=gained)
    return _answer(books, codigo)


def cancel(books, data, codigo):
    """POST …/cancelamento: ends the reservation; the used part stays used."""
    Reader(data).finish()
    states = (*limits.LIVE, "EM_ANALISE", "VENCIDA")
    row = _require_state(books, codigo, states, "cancelada")
    freed = reservations.balance(row) if row["state"] in limits.LIVE else ZERO
    reservations.update(books, codigo, state="CANCELADA")
    books.log("CANCELLED", row["cnpj"], codigo, reserved=-freed)
    return _answer(books, codigo)


def release(books, data, codigo):
    """POST …/liberacao-saldo: frees the rest of the reservation."""
    Reader(data).finish()
    _require_state(books, codigo, limits.LIVE, "liberada")
    reservations.release(books, codigo)
    return _answer(books, codigo)


def decide(books, code):
    """End the analysis of a pre-authorization, with no query of the client's."""
    row = reservations.get(books, code)
    outcome = rules.reservation(row["order_amount"], books.client)
    _decide(books, customers.get(books, row["cnpj"]), row, outcome)


def as_json(row):
    """A pre-authorization as it travels."""
    return {
        "codigoPreAutorizacao": row["codigo"],
        "numeroPedido": row["order_number"],
        "cnpjCpf": row["cnpj"],
        "situacao": row["state"],
        "valorPreAutorizado": text(row["amount"]),
        "dataVigencia": row["valid_until"],
        "motivo": row["reason"],
    }


def _answer(books, code, status=200):
    return Answer(status, _told(books, code), code)


def _told(books, code):
    books.tell(RESOURCE, code)
    return as_json(reservations.get(books, code))


def _validity(books):
    return (books.today + timedelta(days=books.client.settings["validadeDias"])).isoformat()


def _require_state(books, code, allowed, done):
    row = reservations.get(books, code)
    if row["state"] not in allowed:
        raise Problem(
            409,
            "SITUACAO_NAO_PERMITE",
            f"A pré-autorização {code} está {row['state']} e não pode ser {done}.",
        )
    return row


def _decide(books, customer, row, outcome):
    code = row["codigo"]
    granted = (row["requested"] * outcome.share).quantize(instalments.CENT, ROUND_DOWN)
    reason = limits.refusal(books, customer, granted) if outcome.approved else outcome.reason
    if reason:
        reservations.update(books, code, state="REPROVADA", reason=reason)
        books.log("DECLINED", row["cnpj"], code)
        return
    reservations.update(
        books,
        code,
        state="VIGENTE",
        amount=granted,
        reason=outcome.reason,
        valid_until=books.today.isoformat() if outcome.expires_today else _validity(books),
    )
    books.log("RESERVED", row["cnpj"], code, reserved=granted)


def _replace(books, row, rest, validity):
    """Move the balance of a reservation to a new one with another code."""
    code = books.next_code("PA")
    reservations.update(
        books,
        row["codigo"],
        state="CANCELADA",
        released=row["released"] + rest,
        replaced_by=code,
        reason=f"Substituída por {code} na renovação.",
    )
    reservations.insert(
        books,
        codigo=code,
        cnpj=row["cnpj"],
        order_number=row["order_number"],
        order_amount=row["order_amount"],
        requested=rest,
        amount=rest,
        instalments=row["instalments"],
        state="VIGENTE",
        valid_until=validity,
    )
    return code
