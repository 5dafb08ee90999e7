"""What posted documents are worth, to whom, and when they are due: what locks keep from users."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odoo.models import BaseModel

MOVE_FIELDS = frozenset(
    {
        "amount_residual",
        "amount_residual_signed",
        "amount_total",
        "company_id",
        "currency_id",
        "date",
        "invoice_date",
        "invoice_date_due",
        "invoice_line_ids",
        "invoice_payment_term_id",
        "journal_id",
        "line_ids",
        "move_type",
        "partner_id",
        "payment_state",
    }
)
LINE_FIELDS = frozenset(
    {
        "account_id",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
        "balance",
        "credit",
        "currency_id",
        "date_maturity",
        "debit",
        "discount",
        "display_type",
        "move_id",
        "parent_state",
        "partner_id",
        "price_unit",
        "product_id",
        "quantity",
        "reconciled",
        "tax_ids",
    }
)
# What a reconciliation settles, and how much of it.
PAIR_FIELDS = frozenset(
    {
        "amount",
        "credit_amount_currency",
        "credit_move_id",
        "debit_amount_currency",
        "debit_move_id",
    }
)


def filter_worth_changed(records: BaseModel, vals: dict[str, Any], names: Set[str]) -> BaseModel:
    """Return those of these posted documents, or items of such, that values would change.

    Superusers are the host's and the addons' own code, which keeps documents whole.

    :param records: account.move or account.move.line
    :param vals: the values that are going to be written
    :param names: MOVE_FIELDS or LINE_FIELDS
    """
    named = names & vals.keys()
    if not named or records.env.su:
        return records.browse()
    state = "state" if records._name == "account.move" else "parent_state"
    return records.filtered(
        lambda record: record[state] == "posted"
        and any(_differs(record, name, vals[name]) for name in named)
    )


def _differs(record: BaseModel, name: str, value: Any) -> bool:
    field = record._fields[name]
    if field.type in ("one2many", "many2many"):
        return True
    if field.type in ("date", "datetime"):
        value = field.to_date(value) if field.type == "date" else field.to_datetime(value)
        return (value or False) != (record[name] or False)
    return field.convert_to_write(record[name], record) != value
