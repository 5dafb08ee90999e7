"""The paths of the panel's API and what every call has in common."""

from flask import Blueprint, current_app, jsonify

from ..supplier.idempotency import once, required_key
from ..validation import is_number, json_body, query
from . import clients, invoices, subscriptions
from .access import authenticate
from .records import Books, parse_moment

blueprint = Blueprint("panel", __name__)

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
MAX_PAGE = 1_000_000


def _creates(path, process):
    def view():
        with current_app.store.transaction() as db:
            books = Books.of(db, authenticate(db), required_key())
            data = json_body()
            return once(books, data, lambda: process(books, data))

    _add("POST", path, view)


def _changes(path, process):
    def view(**path_values):
        with current_app.store.transaction() as db:
            books = Books.of(db, authenticate(db))
            return jsonify(process(books, json_body(), path_values["id"]))

    _add("PUT", path, view)


def _reads(kind):
    def show(**path_values):
        with current_app.store.transaction() as db:
            books = Books.of(db, authenticate(db))
            query()
            return jsonify(kind.as_json(kind.get(books, path_values["id"])))

    def search():
        with current_app.store.transaction() as db:
            books = Books.of(db, authenticate(db))
            values = query(
                alteradoDesde=parse_moment,
                pagina=is_number(MAX_PAGE),
                tamanho=is_number(MAX_PAGE_SIZE),
            )
            size = int(values.get("tamanho", PAGE_SIZE))
            offset = (int(values.get("pagina", 1)) - 1) * size
            # One row more than requested shows whether another page exists.
            since = parse_moment(values.get("alteradoDesde", ""))
            found = kind.search(books, since, size + 1, offset)
        itens = [kind.as_json(record) for record in found[:size]]
        return jsonify(itens=itens, temMais=len(found) > size)

    _add("GET", f"/{kind.name}", search)
    _add("GET", f"/{kind.name}/<id>", show)


def _add(method, path, view):
    blueprint.add_url_rule(
        path, f"{method} {path}", view, methods=[method], provide_automatic_options=False
    )


_reads(clients.CLIENTS)
_creates("/clientes", clients.create)
_changes("/clientes/<id>", clients.change)
_reads(subscriptions.SUBSCRIPTIONS)
_creates("/contratacoes", subscriptions.create)
_changes("/contratacoes/<id>/situacao", subscriptions.change_state)
_reads(invoices.INVOICES)
_creates("/faturas", invoices.create)
_changes("/faturas/<id>", invoices.change)
