"""Post-sales: requests to take back a part, or all, of an approved transaction.

EM_ANALISE or EM_ANDAMENTO -> APROVADA, APROVADA_PARCIAL or REPROVADA.
"""

import json
from decimal import ROUND_DOWN, Decimal

from ..problems import Problem
from . import rules, settlement, transactions
from .books import ZERO, text
from .idempotency import Answer
from .instalments import CENT
from .post_sale_request import check_amount, check_document, read_request
from .records import Records
from .split import split

RESOURCE = "pos-venda"

SCHEMA = """
CREATE TABLE IF NOT EXISTS post_sales (
    client_id TEXT NOT NULL,
    codigo TEXT NOT NULL,
    transaction_code TEXT NOT NULL,
    cnpj TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount MONEY NOT NULL,
    document_key TEXT,
    data TEXT NOT NULL,
    outcome TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    supplier_amount MONEY NOT NULL DEFAULT 0,
    customer_amount MONEY NOT NULL DEFAULT 0,
    debits TEXT NOT NULL DEFAULT '[]',
    queries_left INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT NOT NULL,
    PRIMARY KEY (client_id, codigo)
);
CREATE INDEX IF NOT EXISTS post_sales_transaction ON post_sales (client_id, transaction_code);
CREATE INDEX IF NOT EXISTS post_sales_customer ON post_sales (client_id, cnpj);
CREATE INDEX IF NOT EXISTS post_sales_key ON post_sales (client_id, idempotency_key);
CREATE INDEX IF NOT EXISTS post_sales_state ON post_sales (client_id, state);
"""

STATES = ("EM_ANALISE", "EM_ANDAMENTO", "APROVADA", "APROVADA_PARCIAL", "REPROVADA")
OPEN = ("EM_ANALISE", "EM_ANDAMENTO")
RECORDS = Records(
    RESOURCE,
    "post_sales",
    ("POS_VENDA_NAO_ENCONTRADA", "A solicitação de pós-vendas {} não existe."),
    analysed=OPEN,
)
get = RECORDS.get
in_analysis = RECORDS.in_analysis


def create(books, data):
    """POST /pos-vendas. All requests of a transaction together never exceed its amount."""
    request = read_request(data)
    sale = transactions.get(books, request.transaction)
    if sale["state"] != "APROVADA":
        raise Problem(
            409,
            "SITUACAO_NAO_PERMITE",
            f"A transação {sale['codigo']} está {sale['state']}: não há pós-vendas.",
        )
    check_document(request, sale["nfe_key"])
    others = of_transaction(books, sale["codigo"])
    _refuse_second(request, others)
    check_amount(request, sale["amount"] - sum(map(counted, others), ZERO))
    code = books.next_code("PV")
    name = rules.post_sale(books, sale["codigo"], request.amount)
    outcome = rules.POST_SALES[name]
    RECORDS.insert(
        books,
        codigo=code,
        transaction_code=sale["codigo"],
        cnpj=sale["cnpj"],
        kind=request.kind,
        amount=request.amount,
        document_key=request.document_key,
        data=json.dumps(data),
        outcome=name,
        state=outcome.first or "EM_ANALISE",
        queries_left=books.client.settings["consultasEmAnalise"],
    )
    books.log("POST_SALE_REQUESTED", sale["cnpj"], code)
    if not outcome.first:
        decide(books, code)
    books.tell(RESOURCE, code)
    return Answer(201, as_json(get(books, code)), code)


def show(books, codigo):
    """GET /pos-vendas/{codigo}. Asking moves a pending analysis on."""
    return as_json(RECORDS.queried(books, get(books, codigo), decide))


def search(books, filters, page):
    """GET /pos-vendas: the oldest first, refused ones included."""
    conditions = {
        "codigoTransacao": "transaction_code = :codigoTransacao",
        "situacao": "state = :situacao",
        "chaveIdempotencia": "idempotency_key = :chaveIdempotencia",
    }
    return [as_json(row) for row in RECORDS.search(books, conditions, filters, page, decide)]


def decide(books, code):
    """End the analysis, with no query of the client's, by the outcome fixed at the request."""
    row = get(books, code)
    outcome = rules.POST_SALES[row["outcome"]]
    books.note_change(RESOURCE, code, summary(books, code))
    amount = (row["amount"] * outcome.share).quantize(CENT, ROUND_DOWN)
    if not amount:
        RECORDS.update(books, code, state="REPROVADA", reason=outcome.reason)
        books.log("POST_SALE_REFUSED", row["cnpj"], code)
        return
    sale = transactions.get(books, row["transaction_code"])
    result = split(
        json.loads(sale["calendar"]),
        _taken(books, sale["codigo"]),
        amount,
        books.today,
        share=outcome.returned_by,
        keeps_fee=row["kind"] == "BONIFICACAO",
    )
    RECORDS.update(
        books,
        code,
        state="APROVADA" if amount == row["amount"] else "APROVADA_PARCIAL",
        reason=outcome.reason,
        supplier_amount=result.supplier,
        customer_amount=result.customer,
        debits=json.dumps(result.debits),
    )
    settlement.schedule_debits(books, sale, get(books, code))
    books.log("POST_SALE_APPROVED", row["cnpj"], code, used=-result.supplier)


def summary(books, code):
    """What an event is made for when it changes."""
    return get(books, code)["state"]


def as_json(row):
    """A request as it travels."""
    return {
        "codigoSolicitacao": row["codigo"],
        "codigoTransacao": row["transaction_code"],
        "tipo": row["kind"],
        "situacao": row["state"],
        "motivo": row["reason"],
        "valor": text(row["amount"]),
        "valorSupplier": text(row["supplier_amount"]),
        "valorCliente": text(row["customer_amount"]),
        "parcelasDebito": json.loads(row["debits"]),
    }


def of_transaction(books, code):
    """The requests about one transaction, the oldest first."""
    return books.db.execute(
        "SELECT * FROM post_sales WHERE client_id = ? AND transaction_code = ? ORDER BY codigo",
        (books.client.id, code),
    ).fetchall()


def counted(row):
    """What a request takes of its transaction: all of it until it is decided, then what counts."""
    if row["state"] in OPEN:
        return row["amount"]
    return row["supplier_amount"] + row["customer_amount"]


def _refuse_second(request, others):
    """One document is good for one request, unless that left a part or everything of it."""
    for row in others:
        same = request.document_key and row["document_key"] == request.document_key
        if same and row["state"] not in ("REPROVADA", "APROVADA_PARCIAL"):
            raise Problem(
                409,
                "DOCUMENTO_JA_REGISTRADO",
                f"O documento já está na solicitação {row['codigo']}.",
            )


def _taken(books, code):
    """What the transaction's post-sales have debited so far, by number of instalment."""
    taken = {}
    for row in of_transaction(books, code):
        for debit in json.loads(row["debits"]):
            number = debit["numeroParcela"]
            taken[number] = taken.get(number, ZERO) + Decimal(debit["valor"])
    return taken
