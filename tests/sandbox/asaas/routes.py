"""The paths of the API and what every call has in common."""

from flask import Blueprint, current_app, jsonify

from ..validation import json_body
from . import (
    customers,
    documents,
    holder,
    payment_request,
    payments,
    receipts,
    refunds,
    statement,
    webhooks,
)
from .access import Asaas, authenticate
from .books import Books

SERVICE = Asaas()
blueprint = Blueprint("asaas", __name__)


def open_books(db, account):
    """The account's books at its virtual moment, with what time has brought."""
    books = Books.of(db, account)
    receipts.let_time_pass(books)
    return books


def let_time_pass(store, find):
    """Bring the books of accounts with webhooks up to their clocks."""
    with store.transaction() as db:
        for account_id in webhooks.listening_accounts(db):
            open_books(db, find(db, account_id))


def _route(method, path, process, *, body=False):
    def view(**arguments):
        with current_app.store.transaction() as db:
            account = authenticate(db)
            SERVICE.check()
            books = open_books(db, account)
            data = (json_body(optional=True),) if body else ()
            return jsonify(process(books, *data, **arguments))

    name = f"{method}_{process.__module__.rpartition('.')[2]}_{process.__name__}"
    blueprint.add_url_rule(path, name, view, methods=[method], provide_automatic_options=False)


def _resource(path, module, requests=None):
    """Create, list, show, change and remove one kind of thing."""
    requests = requests or module
    _route("POST", path, requests.create, body=True)
    _route("GET", path, module.search)
    _route("GET", f"{path}/<code>", module.show)
    _route("PUT", f"{path}/<code>", requests.change, body=True)
    _route("POST", f"{path}/<code>", requests.change, body=True)
    _route("DELETE", f"{path}/<code>", requests.delete)


_resource("/customers", customers)
_route("GET", "/payments/limits", payment_request.limits)
_resource("/payments", payments, payment_request)
_resource("/webhooks", webhooks)
PAYMENT = "/payments/<code>"
_route("GET", f"{PAYMENT}/identificationField", documents.identification_field)
_route("GET", f"{PAYMENT}/pixQrCode", documents.pix_qr_code)
_route("POST", f"{PAYMENT}/restore", payment_request.restore, body=True)
_route("POST", f"{PAYMENT}/receiveInCash", receipts.receive_in_cash, body=True)
_route("POST", f"{PAYMENT}/undoReceivedInCash", receipts.undo_received_in_cash, body=True)
_route("POST", f"{PAYMENT}/refund", refunds.refund, body=True)
_route("POST", f"{PAYMENT}/bankSlip/refund", refunds.refund_slip, body=True)
_route("GET", f"{PAYMENT}/refunds", refunds.search)
_route("GET", f"{PAYMENT}/status", payments.show_status)
_route("POST", "/customers/<code>/restore", customers.restore, body=True)
_route("POST", "/webhooks/<code>/removeBackoff", webhooks.remove_backoff, body=True)
_route("GET", "/myAccount/commercialInfo", holder.commercial_info)
_route("GET", "/pix/addressKeys", holder.pix_keys)
_route("GET", "/finance/balance", statement.show_balance)
