"""A customer's position: derived from reservations, transactions and post-sales, never stored."""

from dataclasses import dataclass
from decimal import Decimal

from ..problems import Problem

# Reservations in these states hold their balance.
LIVE = ("VIGENTE", "UTILIZADA_PARCIAL")
# Transactions in these states use the limit.
COUNTED = ("EM_ANALISE", "APROVADA")

# Of the table preauthorizations.
BALANCE = "(amount - used - in_analysis - released)"


@dataclass(frozen=True)
class Position:
    """BRL amounts; `available` is negative when a limit was lowered below what is in use."""

    total: Decimal
    used: Decimal
    reserved: Decimal

    @property
    def available(self):
        return self.total - self.used - self.reserved


def position(books, customer):
    """The customer's position at this moment."""
    key = (books.client.id, customer["cnpj"])
    reserved = books.db.execute(
        f'SELECT COALESCE(SUM{BALANCE}, 0) AS "total [money]" FROM preauthorizations '
        "WHERE client_id = ? AND cnpj = ? AND state IN (?, ?)",
        (*key, *LIVE),
    ).fetchone()["total"]
    used = books.db.execute(
        'SELECT COALESCE(SUM(amount), 0) AS "total [money]" FROM transactions '
        "WHERE client_id = ? AND cnpj = ? AND state IN (?, ?)",
        (*key, *COUNTED),
    ).fetchone()["total"]
    taken_back = books.db.execute(
        'SELECT COALESCE(SUM(supplier_amount), 0) AS "total [money]" FROM post_sales '
        "WHERE client_id = ? AND cnpj = ?",
        key,
    ).fetchone()["total"]
    used += customer["used_elsewhere"] - taken_back
    return Position(customer["credit_limit"], used, reserved)


def blocked(customer):
    """Why this customer may not buy now, in Portuguese; None when he may."""
    if customer["term_blocked"]:
        return "Faturamento a prazo bloqueado para este cliente."
    if customer["state"] != "ATIVO":
        return f"Cliente com situação {customer['state']}."
    return None


def refusal(books, customer, amount):
    """Why `amount` more of the limit cannot be taken; None when it can."""
    reason = blocked(customer)
    if reason:
        return reason
    available = position(books, customer).available
    if amount > available:
        return f"Limite insuficiente: disponível {available:.2f}, necessário {amount:.2f}."
    return None


def require(books, customer, amount):
    """A 422 problem unless `amount` more of the limit can be taken."""
    reason = blocked(customer)
    if reason:
        raise Problem(422, "CLIENTE_BLOQUEADO", reason)
    reason = refusal(books, customer, amount)
    if reason:
        raise Problem(422, "LIMITE_INSUFICIENTE", reason)
