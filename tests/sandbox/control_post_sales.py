"""`/_sandbox/rules` and `/_sandbox/settlement`: outcomes and statement entries on purpose."""

from contextlib import contextmanager
from dataclasses import replace

from flask import Blueprint, current_app, jsonify

from . import clients
from .control import CLIENT_ID
from .supplier import rules, settlement
from .supplier.books import ZERO
from .supplier.events import open_books
from .supplier.post_sale_request import CODE
from .validation import Reader, json_body

blueprint = Blueprint("control_post_sales", __name__)

MAX_ENTRIES = 20_000


@blueprint.post("/rules")
def set_rule():
    """Choose the outcome of the post-sales to come, of one transaction or of all; null ends it."""
    reader = Reader(json_body())
    client_id = reader.text("clientId", required=False, pattern=CLIENT_ID)
    outcome = reader.choice("posVendas", tuple(rules.POST_SALES), required=False)
    transaction = reader.text("codigoTransacao", required=False, pattern=CODE)
    reader.finish()
    with _books(client_id) as books:
        rules.force_post_sales(books, outcome, transaction or rules.ALL_TRANSACTIONS)
        return jsonify(regras=rules.forced_post_sales(books))


@blueprint.post("/settlement")
def add_entries():
    """Put entries on the statement that no sale or post-sale accounts for."""
    reader = Reader(json_body())
    client_id = reader.text("clientId", required=False, pattern=CLIENT_ID)
    entries = [
        _entry(child) for child in reader.children("entries", minimum=1, maximum=MAX_ENTRIES)
    ]
    reader.finish()
    with _books(client_id) as books:
        codes = [
            settlement.add(books, replace(entry, day=entry.day or books.today)) for entry in entries
        ]
    return jsonify(lancamentos=codes), 201


@contextmanager
def _books(client_id):
    with (
        current_app.store.transaction() as db,
        open_books(db, clients.get(db, client_id or clients.DEFAULT_ID)) as books,
    ):
        yield books


def _entry(child):
    """An entry of the body; without a date it is one of today, without a value the net one."""
    amounts = {
        name: child.money(field, required=False, signed=True) or ZERO
        for name, field in (
            ("principal", "valorPrincipal"),
            ("fee", "valorTaxa"),
            ("taxes", "valorImpostos"),
        )
    }
    value = child.money("valorLancamento", required=False, signed=True)
    if value is None:
        value = amounts["principal"] - amounts["fee"] - amounts["taxes"]
    entry = settlement.Entry(
        child.text("tipoEvento", maximum=40),
        child.choice("tipoLancamento", settlement.KINDS),
        child.date("dataLancamento", required=False),
        value,
        **amounts,
        transaction=child.text("codigoTransacao", required=False, pattern=CODE),
        post_sale=child.text("codigoSolicitacao", required=False, pattern=CODE),
        instalment=child.integer("numeroParcela", 1, 999, required=False),
        code=child.text("lancamentoId", required=False, pattern=CODE),
        extra=True,
    )
    child.close()
    return entry
