"""`/_sandbox/painel`: accounts of the panel, their clock and faults, and a look behind them."""

from flask import Blueprint, current_app, jsonify

from .. import accounts, traffic
from ..account_control import AccountControl
from ..validation import Reader, json_body
from .access import DEFAULT_TOKEN, SERVICE, account_id
from .clients import CLIENTS
from .invoices import INVOICES
from .records import Books
from .subscriptions import SUBSCRIPTIONS

blueprint = Blueprint("panel_control", __name__)

TABLES = ("panel_records", "panel_counters", "idempotency")


CONTROL = AccountControl(SERVICE, "token", DEFAULT_TOKEN, Books.of)
CONTROL.add_to(blueprint, TABLES)


@blueprint.post("/accounts")
def register():
    """Add an account with empty books; a known one stays as it is."""
    reader = Reader(json_body())
    token = reader.text("token")
    reader.finish()
    with current_app.store.transaction() as db:
        is_new = accounts.register(db, account_id(token), {})
    return jsonify(accountId=account_id(token)), 201 if is_new else 200


@blueprint.get("/ledger")
def show_ledger():
    """All records of one account in the order of their changes, without the token."""
    caller = CONTROL.named()
    with CONTROL.books(caller) as books:
        found = {
            kind.name: kind.search(books, None, -1, 0)
            for kind in (CLIENTS, SUBSCRIPTIONS, INVOICES)
        }
        requests = traffic.recorded(books.db, caller)
    most = current_app.concurrency.most(caller)
    return jsonify(accountId=caller, **found, requests=requests, maxConcurrent=most)
