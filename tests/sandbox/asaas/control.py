"""`/_sandbox/asaas`: accounts, their clock and faults, and a look behind them."""

from flask import Blueprint, current_app, jsonify

from .. import accounts, traffic
from ..account_control import AccountControl
from ..validation import Reader, json_body
from . import events, payments, statement
from .access import DEFAULT_KEY, DEFAULT_SETTINGS, SERVICE, account_id
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

FEES = ("feeBoleto", "feePix", "feeCard")

CONTROL = AccountControl(SERVICE, "apiKey", DEFAULT_KEY, open_books)
CONTROL.add_to(blueprint, TABLES)


@blueprint.post("/accounts")
def register():
    """Add an account or change the conditions that the body names; its books stay."""
    reader = Reader(json_body())
    key = reader.text("apiKey")
    settings = {
        "publicUrl": reader.text("publicUrl", required=False, maximum=500),
        "feeBoleto": reader.money("feeBoleto", required=False, zero=True),
        "feePix": reader.money("feePix", required=False, zero=True),
        "feeCard": reader.money("feeCard", required=False, zero=True),
        "webhookPauses": reader.numbers("webhookPauses", 0, 3600, maximum=20),
        "quota": reader.integer("quota", 0, 10**9, required=False),
        "slowRefunds": reader.boolean("slowRefunds", required=False),
        "dailyLimit": reader.integer("dailyLimit", 0, 10**9, required=False),
        "lateDateMayStay": reader.boolean("lateDateMayStay", required=False),
        "alphanumericCnpj": reader.boolean("alphanumericCnpj", required=False),
        "knownPostalCodes": reader.boolean("knownPostalCodes", required=False),
        "notFound": reader.choice("notFound", ("empty", "html", "json"), required=False),
        "taxpayer": reader.text("taxpayer", required=False, maximum=14),
        "pixKey": reader.boolean("pixKey", required=False),
        "forbidden": reader.raw("forbidden"),
        "newIds": reader.choice("newIds", ("both", "only", "none"), required=False),
    }
    reader.finish()
    given = {name: value for name, value in settings.items() if value is not None}
    given.update({name: f"{given[name]:.2f}" for name in FEES if name in given})
    if "publicUrl" in given:
        given["publicUrl"] = given["publicUrl"].rstrip("/")
    with current_app.store.transaction() as db:
        known = accounts.find(db, account_id(key))
        accounts.register(db, account_id(key), given if known else {**DEFAULT_SETTINGS, **given})
        account = accounts.find(db, account_id(key))
    return jsonify(accountId=account.id, **account.settings), 200 if known else 201


@blueprint.get("/ledger")
def show_ledger():
    """All books of one account, without its key."""
    with CONTROL.books(CONTROL.named()) as books:
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
