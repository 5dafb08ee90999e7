"""Outcomes on purpose: the cents of an amount choose what happens. Described in docs/sandbox.md."""

from dataclasses import dataclass, field
from decimal import Decimal

from .split import BY_CALENDAR, BY_SUPPLIER, DIRECT

# Outcomes of post-sales that a test asks for whatever the amount: of one transaction, or of all.
SCHEMA = """
CREATE TABLE IF NOT EXISTS post_sale_rules (
    client_id TEXT NOT NULL,
    transaction_code TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (client_id, transaction_code)
);
"""

# The row of the rule for all transactions; no transaction can have an empty code.
ALL_TRANSACTIONS = ""

DOCUMENTS = ("Contrato social atualizado", "Balanço patrimonial do último exercício")


@dataclass(frozen=True)
class Credit:
    """The answer to a request for a limit. With `after_analysis`, it is first EM_ANALISE."""

    state: str = "APROVADO"
    after_analysis: bool = False
    customer_state: str = "ATIVO"
    share: Decimal = Decimal(1)  # of the desired limit
    days_late: int = 0
    term_blocked: bool = False
    reason: str | None = None
    pending: tuple = field(default=())


@dataclass(frozen=True)
class Reservation:
    """The answer to a pre-authorization, and to its later renewal and change."""

    approved: bool = True
    after_analysis: bool = False
    share: Decimal = Decimal(1)  # of the requested amount
    expires_today: bool = False
    renews_with_new_code: bool = False
    refuses_renewal: bool = False
    refuses_change: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Sale:
    """The answer to a transaction."""

    approved: bool = True
    after_analysis: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class PostSale:
    """The answer to a post-sale request; `first` is its state until it is decided."""

    first: str | None = None
    share: Decimal = Decimal(1)  # of the requested amount; nothing of it is a refusal
    returned_by: str = BY_CALENDAR
    reason: str | None = None


# By the cents of limiteDesejado.
CREDITS = {
    1: Credit("REJEITADO", reason="Dados cadastrais divergentes da Receita Federal."),
    2: Credit(after_analysis=True),
    3: Credit("NEGADO", after_analysis=True, reason="Score de crédito insuficiente."),
    4: Credit("PENDENTE", reason="Faltam documentos.", pending=DOCUMENTS),
    5: Credit("NEGADO", reason="Score de crédito insuficiente."),
    6: Credit(term_blocked=True, reason="Faturamento a prazo bloqueado."),
    7: Credit(customer_state="BLOQUEADO_ATRASO", days_late=15, reason="Parcelas em atraso."),
    8: Credit(customer_state="BLOQUEADO_CREDITO", reason="Crédito bloqueado."),
    9: Credit(customer_state="NAO_HABILITADO", reason="Cartão não habilitado."),
    10: Credit(share=Decimal("0.5"), reason="Limite aprovado a menor."),
    11: Credit("CANCELADO", reason="Solicitação cancelada."),
    12: Credit("PENDENTE", after_analysis=True, reason="Faltam documentos.", pending=DOCUMENTS),
}

# By the cents of valorPedido; for a change, by those of the sum of the new instalments.
RESERVATIONS = {
    1: Reservation(approved=False, reason="Pedido fora da política de crédito."),
    2: Reservation(after_analysis=True),
    3: Reservation(
        approved=False, after_analysis=True, reason="Pedido fora da política de crédito."
    ),
    4: Reservation(share=Decimal("0.5"), reason="Valor aprovado a menor."),
    5: Reservation(renews_with_new_code=True),
    6: Reservation(refuses_renewal=True),
    7: Reservation(refuses_change=True),
    9: Reservation(expires_today=True),
}

# By the cents of valorTotal.
SALES = {
    11: Sale(approved=False, reason="Nota fiscal divergente do pedido."),
    12: Sale(after_analysis=True),
    13: Sale(approved=False, after_analysis=True, reason="Nota fiscal divergente do pedido."),
}

APPROVED = "aprovada"
POST_SALES = {
    APPROVED: PostSale(),
    "reprovada": PostSale(share=Decimal(0), reason="Prazo para pós-vendas encerrado."),
    "analise-aprovada": PostSale("EM_ANALISE"),
    "analise-reprovada": PostSale(
        "EM_ANALISE", share=Decimal(0), reason="Prazo para pós-vendas encerrado."
    ),
    "andamento-aprovada": PostSale("EM_ANDAMENTO"),
    "parcial": PostSale(share=Decimal("0.5"), reason="Valor aprovado a menor."),
    "supplier": PostSale(returned_by=BY_SUPPLIER),
    "cliente": PostSale(returned_by=DIRECT),
    "analise-parcial": PostSale(
        "EM_ANALISE", share=Decimal("0.5"), reason="Valor aprovado a menor."
    ),
}

# By the cents of valor.
POST_SALE_CENTS = {
    1: "reprovada",
    2: "analise-aprovada",
    3: "analise-reprovada",
    4: "andamento-aprovada",
    5: "parcial",
    6: "supplier",
    7: "cliente",
    8: "analise-parcial",
}


def _choose(table, default, amount, client):
    if not client.settings["regras"]:
        return default
    return table.get(int(amount * 100) % 100, default)


def credit(amount, client):
    return _choose(CREDITS, Credit(), amount, client)


def reservation(amount, client):
    return _choose(RESERVATIONS, Reservation(), amount, client)


def sale(amount, client):
    return _choose(SALES, Sale(), amount, client)


def post_sale(books, transaction, amount):
    """Return the outcome: set for this transaction, for all, or by the cents."""
    row = books.db.execute(
        "SELECT outcome FROM post_sale_rules WHERE client_id = ? AND transaction_code IN (?, ?) "
        "ORDER BY transaction_code DESC LIMIT 1",
        (books.client.id, transaction, ALL_TRANSACTIONS),
    ).fetchone()
    return row["outcome"] if row else _choose(POST_SALE_CENTS, APPROVED, amount, books.client)


def force_post_sales(books, outcome, transaction=ALL_TRANSACTIONS):
    """Ask for an outcome of the post-sales to come; None leaves them to the next rule again."""
    key = (books.client.id, transaction)
    books.db.execute(
        "DELETE FROM post_sale_rules WHERE client_id = ? AND transaction_code = ?", key
    )
    if outcome:
        books.db.execute("INSERT INTO post_sale_rules VALUES (?, ?, ?)", (*key, outcome))


def forced_post_sales(books):
    """The outcomes asked for, as JSON."""
    rows = books.db.execute(
        "SELECT * FROM post_sale_rules WHERE client_id = ? ORDER BY transaction_code",
        (books.client.id,),
    )
    return [
        {"codigoTransacao": row["transaction_code"] or None, "posVendas": row["outcome"]}
        for row in rows
    ]
