"""`/_sandbox/asaas`: accounts, their clock and faults, and a look behind them."""

from contextlib import contextmanager

from flask import Blueprint, current_app, jsonify, request

from .. import accounts, traffic
from ..control_clock import clock_answer, read_move, replace_faults
from ..problems import Problem
from ..resetting import forget
from ..validation import Reader, json_body, query
from . import events, payments, statement
from .access import DEFAULT_KEY, DEFAULT_SETTINGS, account_id, ensure_default
from .books import number
from .routes import open_books

blueprint = Blueprint("asaas_control", __name__)

TABLES = (
    "asaas_quotas",
    "asaas_customers",
    "asaas_payments",
    "asaas_statement",
    "asaas_webhooks",
    "asaas_deliveries",
)


def body_reader():
    """A reader of the body, and the account's id that it or the address names."""
    reader = Reader(json_body(optional=True))
    key = reader.text("apiKey", required=False)
    return reader, account_id(key or request.args.get("apiKey") or DEFAULT_KEY)


@contextmanager
def books_of(caller):
    """The books of one account; a 404 problem when it is not registered."""
    with current_app.store.transaction() as db:
        yield open_books(db, find(db, caller))


def find(db, caller):
    account = accounts.find(db, caller)
    if account is None:
        raise Problem(404, "CONTA_NAO_ENCONTRADA", "Conta não registrada.")
    return account


def named_account():
    """The id of the account in the query string, or of the default one."""
    return account_id(query(apiKey=bool).get("apiKey", DEFAULT_KEY))


@blueprint.post("/accounts")
def register():
    """Add an account or change the conditions that the body names; its books stay."""
    reader = Reader(json_body())
    key = reader.text("apiKey")
    settings = {
        "publicUrl": reader.text("publicUrl", required=False, maximum=500),
        "feeBoleto": reader.money("feeBoleto", required=False, zero=True),
        "feePix": reader.money("feePix", required=False, zero=True),
        "webhookPauses": reader.numbers("webhookPauses", 0, 3600, maximum=20),
        "quota": reader.integer("quota", 0, 10**9, required=False),
    }
    reader.finish()
    given = {name: value for name, value in settings.items() if value is not None}
    given.update({name: f"{given[name]:.2f}" for name in ("feeBoleto", "feePix") if name in given})
    if "publicUrl" in given:
        given["publicUrl"] = given["publicUrl"].rstrip("/")
    with current_app.store.transaction() as db:
        known = accounts.find(db, account_id(key))
        accounts.register(
            db, account_id(key), {**(known.settings if known else DEFAULT_SETTINGS), **given}
        )
        account = accounts.find(db, account_id(key))
    return jsonify(accountId=account.id, **account.settings), 200 if known else 201


@blueprint.post("/reset")
def reset():
    """Empty the books of one account, with its webhooks, clock and faults."""
    reader, caller = body_reader()
    reader.finish()
    with current_app.store.transaction() as db:
        ensure_default(db)
        find(db, caller)
        forget(current_app, db, TABLES, caller)
    return "", 204


@blueprint.get("/clock")
def show_clock():
    caller = named_account()
    with current_app.store.transaction() as db:
        return clock_answer(db, find(db, caller).id)


@blueprint.post("/clock")
def move_clock():
    """Move the clock of one account; what is due by then happens."""
    reader, caller = body_reader()
    move = read_move(reader)
    reader.finish()
    with current_app.store.transaction() as db:
        account = find(db, caller)
        move(db, caller)
        open_books(db, account)
        return clock_answer(db, caller)


@blueprint.get("/faults")
def show_faults():
    return jsonify(faults=current_app.faults.as_json(named_account()))


@blueprint.post("/faults")
def set_faults():
    """Replace the faults of one account."""
    reader, caller = body_reader()
    return replace_faults(reader, caller)


@blueprint.delete("/faults")
def clear_faults():
    current_app.faults.clear(named_account())
    return "", 204


@blueprint.get("/ledger")
def show_ledger():
    """Everything of one account; the key is never told."""
    with books_of(named_account()) as books:
        rows = books.db.execute(
            "SELECT * FROM asaas_payments WHERE client_id = ? ORDER BY seq", (books.id,)
        ).fetchall()
        return jsonify(
            accountId=books.id,
            today=books.today.isoformat(),
            balance=number(statement.balance(books)),
            payments=[payments.as_json(books, row) for row in rows],
            statement=statement.entries(books),
            requests=traffic.recorded(books.db, books.id),
            events=events.recorded(books),
            maxConcurrent=current_app.concurrency.most(books.id),
        )
