"""The paths of Supplier's API and what every call has in common."""

from flask import Blueprint, current_app, jsonify

from .. import auth
from ..validation import is_date, is_number, is_text, json_body, query
from . import customers, post_sales, preauthorizations, settlement, transactions
from .documents import is_nfe_key
from .events import open_books
from .idempotency import KEY, once, required_key
from .post_sale_request import CODE

blueprint = Blueprint("supplier", __name__)

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
MAX_STATEMENT_SIZE = 500
MAX_PAGE = 1_000_000


def writes(method, path, process, *, body=True):
    """Route to `process(books, data, **path)`, which returns an Answer, at most once per key."""

    def view(**arguments):
        with current_app.store.transaction() as db:
            client = auth.authenticate(db)
            with open_books(db, client, required_key()) as books:
                data = json_body(optional=not body)
                return once(books, data, lambda: process(books, data, **arguments))

    _add(method, path, process, view)


def reads(path, process):
    """Route to `process(books, **path)`, which returns the JSON of one record."""

    def view(**arguments):
        with (
            current_app.store.transaction() as db,
            open_books(db, auth.authenticate(db)) as books,
        ):
            query()
            return jsonify(process(books, **arguments))

    _add("GET", path, process, view)


def lists(path, process, *, required=(), largest=MAX_PAGE_SIZE, **filters):
    """Route to `process(books, values, page)`, which returns a list of JSON records.

    `filters` are the query parameters, with the check of each; those `required` must be given.
    `page` is (limit, offset), the limit one more than the page's size: by that one it is known
    whether there is more. `largest` is the largest size that may be asked for.
    """

    def view():
        with (
            current_app.store.transaction() as db,
            open_books(db, auth.authenticate(db)) as books,
        ):
            values = query(
                *required, pagina=is_number(MAX_PAGE), tamanho=is_number(largest), **filters
            )
            page = int(values.pop("pagina", 1))
            size = int(values.pop("tamanho", PAGE_SIZE))
            found = process(books, values, (size + 1, (page - 1) * size))
            return jsonify(itens=found[:size], temMais=len(found) > size)

    _add("GET", path, process, view)


def _add(method, path, process, view):
    name = f"{process.__module__.rpartition('.')[2]}_{process.__name__}"
    blueprint.add_url_rule(path, name, view, methods=[method], provide_automatic_options=False)


writes("POST", "/clientes", customers.register)
writes("POST", "/clientes/<cnpjCpf>/limites", customers.request_limit)
reads("/clientes/<cnpjCpf>", customers.show)

PREAUTHORIZATION = "/pre-autorizacoes/<codigo>"
writes("POST", "/pre-autorizacoes", preauthorizations.create)
lists(
    "/pre-autorizacoes",
    preauthorizations.search,
    numeroPedido=is_text(60),
    situacao=preauthorizations.STATES.__contains__,
    chaveIdempotencia=KEY.fullmatch,
)
reads(PREAUTHORIZATION, preauthorizations.show)
writes("PUT", PREAUTHORIZATION, preauthorizations.change)
writes("POST", f"{PREAUTHORIZATION}/renovacao", preauthorizations.renew, body=False)
writes("POST", f"{PREAUTHORIZATION}/cancelamento", preauthorizations.cancel, body=False)
writes("POST", f"{PREAUTHORIZATION}/liberacao-saldo", preauthorizations.release, body=False)

writes("POST", "/transacoes", transactions.register)
lists(
    "/transacoes",
    transactions.search,
    chaveNFe=is_nfe_key,
    dataEmissaoInicial=is_date,
    chaveIdempotencia=KEY.fullmatch,
)
reads("/transacoes/<codigo>", transactions.show)

writes("POST", "/pos-vendas", post_sales.create)
lists(
    "/pos-vendas",
    post_sales.search,
    codigoTransacao=CODE.fullmatch,
    situacao=post_sales.STATES.__contains__,
    chaveIdempotencia=KEY.fullmatch,
)
reads("/pos-vendas/<codigo>", post_sales.show)

lists(
    "/conciliacao",
    settlement.search,
    required=("dataInicial", "dataFinal"),
    largest=MAX_STATEMENT_SIZE,
    dataInicial=is_date,
    dataFinal=is_date,
)
writes("PUT", "/conciliacao/<lancamentoId>/confirmacao", settlement.confirm, body=False)
