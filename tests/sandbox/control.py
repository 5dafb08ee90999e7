"""`/_sandbox`: what tests and demonstrations use to set the stage and to look behind it."""

import json
import re

from flask import Blueprint, current_app, jsonify

from . import clients, traffic, webhooks
from .problems import Problem
from .resetting import forget
from .supplier import customers, documents
from .supplier.events import open_books
from .supplier.ledger import ledger
from .validation import Reader, json_body, query

blueprint = Blueprint("control", __name__)

CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
PLANS = ("VENCIMENTO", "ANTECIPADO")
BOOK_TABLES = (
    "sequences",
    "effects",
    "idempotency",
    "customers",
    "preauthorizations",
    "transactions",
    "post_sales",
    "post_sale_rules",
    "settlement_entries",
    "analyses",
    "webhooks",
)


@blueprint.get("/health")
def health():
    return jsonify(status="ok")


@blueprint.post("/clients")
def register_client():
    """Add a client or change its secret and conditions."""
    reader = Reader(json_body())
    client_id = reader.text("clientId", pattern=CLIENT_ID)
    secret = reader.text("clientSecret")
    settings = {
        "taxaPercentual": _percent(reader),
        "validadeDias": reader.integer("validadeDias", 0, 3650, required=False),
        "consultasEmAnalise": reader.integer("consultasEmAnalise", 0, 1000, required=False),
        "analiseSegundos": reader.integer("analiseSegundos", 0, 10**8, required=False),
        "diasReanalise": reader.integer("diasReanalise", 0, 3650, required=False),
        "regras": reader.boolean("regras", required=False),
    }
    plan = reader.child("repasse", required=False)
    if plan:
        settings["repasse"] = {
            "plano": plan.choice("plano", PLANS),
            "dias": plan.integer("dias", 0, 365),
        }
        plan.close()
    target = _webhook(reader)
    reader.finish()
    given = {name: value for name, value in settings.items() if value is not None}
    with current_app.store.transaction() as db:
        is_new = clients.register(db, client_id, secret, given)
        client = clients.get(db, client_id)
        webhooks.set_target(db, client_id, target)
    answer = {"clientId": client.id, **client.settings}
    if target:
        answer["webhook"] = {"url": target["url"], "pausas": target["pauses"]}
    return jsonify(answer), 201 if is_new else 200


def _webhook(reader):
    """Where the client's events go, or None. Never beyond this machine."""
    child = reader.child("webhook", required=False)
    if child is None:
        return None
    url = child.text("url", maximum=500)
    if url and not webhooks.is_loopback_url(url):
        child.note("url", "Deve ser um endereço http ou https desta máquina.")
    target = {
        "url": url,
        "secret": child.text("secret"),
        "pauses": child.numbers("pausas", 0, 3600, maximum=20) or webhooks.PAUSES,
    }
    child.close()
    return target


def _percent(reader):
    value = reader.money("taxaPercentual", required=False, zero=True)
    if value is not None and value >= 100:
        reader.note("taxaPercentual", "Deve ser menor que 100.00.")
    return None if value is None else str(value)


@blueprint.put("/clientes/<cnpj>")
def set_customer(cnpj):
    """Set fields of a customer directly; an unknown one is made, approved and active."""
    if not documents.is_taxpayer(cnpj):
        raise Problem(400, "PARAMETRO_INVALIDO", documents.HINT, [("cnpj", documents.HINT)])
    reader = Reader(json_body())
    values = _customer_fields(reader)
    reader.finish()
    with current_app.store.transaction() as db, open_books(db, _client(db)) as books:
        if customers.find(books, cnpj) is None:
            customers.insert(books, cnpj, {})
            values = {"state": "ATIVO", "credit_state": "APROVADO", **values}
        row = customers.get(books, cnpj)
        if "credit_limit" in values:
            change = values["credit_limit"] - row["credit_limit"]
            books.log("LIMIT_SET", cnpj, row["codigo"], limit=change)
        if "used_elsewhere" in values:
            change = values["used_elsewhere"] - row["used_elsewhere"]
            books.log("USED_ELSEWHERE_SET", cnpj, row["codigo"], used=change)
        if values:
            customers.update(books, cnpj, **values)
        return jsonify(customers.as_json(books, customers.get(books, cnpj)))


def _customer_fields(reader):
    """Column values of the fields that the body names; null empties the text ones."""
    readers = {
        "situacaoCliente": ("state", lambda n: reader.choice(n, customers.STATES)),
        "situacaoCredito": ("credit_state", lambda n: reader.choice(n, customers.CREDIT_STATES)),
        "limiteTotal": ("credit_limit", lambda n: reader.money(n, zero=True)),
        "limiteUtilizadoExterno": ("used_elsewhere", lambda n: reader.money(n, zero=True)),
        "diasAtraso": ("days_late", lambda n: reader.integer(n, 0, 9999)),
        "faturamentoPrazoBloqueado": ("term_blocked", reader.boolean),
        "motivo": ("reason", lambda n: reader.text(n, required=False, maximum=500)),
        "pendencias": ("pending", lambda n: json.dumps(reader.texts(n, maximum=20))),
        "reanaliseAPartirDe": ("retry_from", lambda n: _iso(reader.date(n, required=False))),
    }
    return {column: read(name) for name, (column, read) in readers.items() if reader.has(name)}


def _iso(day):
    return day.isoformat() if day else None


@blueprint.post("/reset")
def reset():
    """Empty the books of one client, or of all; registered clients stay only in the first case.

    Without a client the accounts of the other services go too.
    """
    client_id = query(clientId=CLIENT_ID.fullmatch).get("clientId")
    app = current_app
    with app.store.transaction() as db:
        tables = BOOK_TABLES
        if client_id:
            clients.get(db, client_id)
        else:
            tables = (*BOOK_TABLES, *app.service_tables, "clients", "tokens", "webhook_targets")
        forget(app, db, tables, client_id)
        app.register_defaults(db)
    return "", 204


@blueprint.get("/ledger")
def show_ledger():
    with current_app.store.transaction() as db, open_books(db, _client(db)) as books:
        body = ledger(books)
        body["requests"] = traffic.recorded(db, books.client.id)
        body["webhooks"] = webhooks.recorded(db, books.client.id)
    body["maxConcurrent"] = current_app.concurrency.most(body["clientId"])
    return jsonify(body)


def _client(db):
    return clients.get(db, query(clientId=CLIENT_ID.fullmatch).get("clientId", clients.DEFAULT_ID))
