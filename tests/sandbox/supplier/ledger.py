"""Everything that the sandbox knows of one client, as JSON."""

import json
from decimal import Decimal

from . import (
    customers,
    limits,
    post_sales,
    preauthorizations,
    reservations,
    rules,
    settlement,
    statement_sums,
    transactions,
)
from .books import ZERO, text


def ledger(books):
    """The client's books at its virtual moment. Reading them moves no analysis on."""
    owed = statement_sums.by_customer(books)
    people = [
        {**_customer(books, row), **owed.get(row["cnpj"], statement_sums.empty())}
        for row in _rows(books, "customers", "codigo")
    ]
    reserved = [_reservation(row) for row in _rows(books, "preauthorizations", "codigo")]
    sales = [_sale(row) for row in _rows(books, "transactions", "codigo")]
    return {
        "clientId": books.client.id,
        "now": books.now.isoformat(timespec="seconds"),
        "settings": books.client.settings,
        "clientes": people,
        "preAutorizacoes": reserved,
        "transacoes": sales,
        "posVendas": [_post_sale(row) for row in _rows(books, "post_sales", "codigo")],
        "regras": rules.forced_post_sales(books),
        "lancamentos": [
            _entry(books, row) for row in _rows(books, "settlement_entries", "day, codigo, seq")
        ],
        "conciliacao": statement_sums.by_day(books),
        "totals": _totals(books),
        "effects": [_effect(row) for row in _rows(books, "effects", "seq")],
    }


def _rows(books, table, order):
    return books.db.execute(
        f"SELECT * FROM {table} WHERE client_id = ? ORDER BY {order}", (books.client.id,)
    ).fetchall()


def _customer(books, row):
    return {
        "cnpjCpf": row["cnpj"],
        **customers.as_json(books, row),
        "limiteUtilizadoExterno": text(row["used_elsewhere"]),
        "cadastro": json.loads(row["data"]),
    }


def _reservation(row):
    return {
        **preauthorizations.as_json(row),
        "cnpjCpf": row["cnpj"],
        "numeroPedido": row["order_number"],
        "valorPedido": text(row["order_amount"]),
        "valorPreAutorizacao": text(row["requested"]),
        "valorUtilizado": text(row["used"]),
        "valorEmAnalise": text(row["in_analysis"]),
        "valorLiberado": text(row["released"]),
        "saldo": text(reservations.balance(row) if row["state"] in limits.LIVE else ZERO),
        "parcelas": json.loads(row["instalments"]),
        "substituidaPor": row["replaced_by"],
        "chaveIdempotencia": row["idempotency_key"],
    }


def _sale(row):
    return {
        **transactions.as_json(row),
        "cnpjCpf": row["cnpj"],
        "chaveNFe": row["nfe_key"],
        "valorTotal": text(row["amount"]),
        "preAutorizacoes": json.loads(row["uses"]),
        "chaveIdempotencia": row["idempotency_key"],
    }


def _post_sale(row):
    return {
        **post_sales.as_json(row),
        "cnpjCpf": row["cnpj"],
        "documento": json.loads(row["data"]).get("documento"),
        "regra": row["outcome"],
        "chaveIdempotencia": row["idempotency_key"],
    }


def _entry(books, row):
    return {
        **settlement.as_json(books, row),
        "avulso": row["extra"],
        "repetido": row["repeated"],
    }


def _totals(books):
    """Sums over the customers' positions, the calendars of approved sales, and post-sales."""
    positions = [limits.position(books, row) for row in _rows(books, "customers", "codigo")]
    lines = [
        {name: Decimal(line[name]) for name in ("valorParcela", "valorRepasse", "valorTaxa")}
        for row in _rows(books, "transactions", "codigo")
        for line in json.loads(row["calendar"])
    ]
    returned = _rows(books, "post_sales", "codigo")
    return {
        "limiteTotal": text(sum((p.total for p in positions), ZERO)),
        "limiteUtilizado": text(sum((p.used for p in positions), ZERO)),
        "limitePreAutorizado": text(sum((p.reserved for p in positions), ZERO)),
        "limiteDisponivel": text(sum((p.available for p in positions), ZERO)),
        "valorParcelas": text(sum((line["valorParcela"] for line in lines), ZERO)),
        "valorRepasses": text(sum((line["valorRepasse"] for line in lines), ZERO)),
        "valorTaxas": text(sum((line["valorTaxa"] for line in lines), ZERO)),
        "valorSupplier": text(sum((row["supplier_amount"] for row in returned), ZERO)),
        "valorCliente": text(sum((row["customer_amount"] for row in returned), ZERO)),
    }


def _effect(row):
    return {
        "seq": row["seq"],
        "at": row["at"],
        "effect": row["effect"],
        "codigo": row["codigo"],
        "cnpjCpf": row["cnpj"],
        "idempotencyKey": row["idempotency_key"] or None,
        "limiteTotal": text(row["limit_delta"]),
        "limitePreAutorizado": text(row["reserved_delta"]),
        "limiteUtilizado": text(row["used_delta"]),
    }
