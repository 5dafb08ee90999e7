"""What posted documents are worth, to whom, and when they are due: what locks keep from users."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
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
# By what others know a fiscal document: its number and kind, and where it comes from and goes to.
IDENTITY_FIELDS = frozenset(
    {
        "fiscal_position_id",
        "invoice_origin",
        "l10n_latam_document_number",
        "l10n_latam_document_type_id",
        "name",
        "partner_shipping_id",
        "payment_reference",
        "posted_before",
        "ref",
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

# What the host's own methods write as their user, beside computing it: gaps in the numbering, the
# account of a payment without one, the currency of an order, which its pricelist changes, too, and
# the tax of an item, which the host guards itself. Locks ask none of them.
WRITTEN_BY_HOST = frozenset(
    {"currency_id", "made_sequence_gap", "outstanding_account_id", "tax_line_id"}
)
# The host's button blocks the payment of an invoice, or opens it again, by writing its state.
BLOCKED = "blocked"
BLOCKABLE = ("not_paid", "partial")

# Whether the host's `_post` is at work, in this thread. Unlike a context, no client says it.
_IS_POSTING: ContextVar[bool] = ContextVar(f"{__name__} is posting", default=False)


@contextmanager
def posting() -> Iterator[None]:
    """Let documents become posted: the host's `_post`, and what hangs on it, checks them."""
    token = _IS_POSTING.set(True)
    try:
        yield
    finally:
        _IS_POSTING.reset(token)


def filter_posted_by_hand(records: BaseModel, vals: dict[str, Any]) -> BaseModel:
    """Return those of these documents that values post past the host's `_post` and its checks.

    Superusers are the host's and the addons' own code.
    """
    if vals.get("state") != "posted" or records.env.su or _IS_POSTING.get():
        return records.browse()
    return records.filtered(lambda move: move.state != "posted")


def find_figures(model: BaseModel) -> frozenset[str]:
    """Return the names of the fields that a model computes, stores and shows readonly."""
    return frozenset(
        name
        for name, field in model._fields.items()
        if field.store and field.compute and field.readonly and name not in WRITTEN_BY_HOST
    )


def filter_figures_changed(records: BaseModel, vals: dict[str, Any], names: Set[str]) -> list[str]:
    """Return those of these names under which values differ from what a record has."""
    return [
        name
        for name in sorted(names)
        if any(
            is_value_changed(record, name, vals[name])
            and not _is_said_by_host(record, name, vals[name])
            for record in records
        )
    ]


def _is_said_by_host(record: BaseModel, name: str, value: Any) -> bool:
    """Return whether the host's own methods write this value as their user."""
    if name == "commercial_partner_id":
        # Written to the documents of a partner whose company changes.
        return value == record.partner_id.commercial_partner_id.id
    if name != "payment_state":
        return False
    if value == BLOCKED:
        return record[name] in BLOCKABLE
    return record[name] == BLOCKED and value == BLOCKABLE[0]


def filter_worth_changed(records: BaseModel, vals: dict[str, Any], names: Set[str]) -> BaseModel:
    """Return those of these posted documents, or items of such, that values would change.

    Superusers are the host's and the addons' own code, which keeps documents whole.

    :param records: account.move or account.move.line
    :param vals: the values that are going to be written
    :param names: MOVE_FIELDS, IDENTITY_FIELDS or LINE_FIELDS
    """
    named = names & vals.keys() & records._fields.keys()
    if not named or records.env.su:
        return records.browse()
    state = "state" if records._name == "account.move" else "parent_state"
    return records.filtered(
        lambda record: record[state] == "posted"
        and any(is_value_changed(record, name, vals[name]) for name in named)
    )


def is_value_changed(record: BaseModel, name: str, value: Any) -> bool:
    """Return whether writing this value changes a field; lists of records always do."""
    field = record._fields[name]
    if field.type in ("one2many", "many2many"):
        return True
    if field.type in ("date", "datetime"):
        value = field.to_date(value) if field.type == "date" else field.to_datetime(value)
        return (value or False) != (record[name] or False)
    return field.convert_to_write(record[name], record) != value


def get_posted_moves(lines: BaseModel) -> BaseModel:
    """Return the posted documents of these items."""
    return lines.filtered(lambda line: line.parent_state == "posted").move_id


def get_posted_target(lines: BaseModel, vals: dict[str, Any]) -> BaseModel:
    """Return the posted document that users move these items into, if any."""
    target = lines.move_id.browse(vals.get("move_id") or ())
    # The host names their own document when it brings it up to date.
    if lines.env.su or not lines.move_id - target:
        return target.browse()
    return target.filtered(lambda move: move.state == "posted")


def find_oversettled(partials: BaseModel) -> BaseModel:
    """Return the items that these reconciliations settle though less of them, or nothing, is open.

    The host checks that in its own screens, not where reconciliations are created. Both items are
    posted and of one account.
    """
    oversettled = partials.debit_move_id.browse()
    for partial in partials:
        pair = partial.debit_move_id | partial.credit_move_id
        if len(pair.account_id) != 1:
            oversettled |= pair
    pairs = partials.debit_move_id | partials.credit_move_id
    return oversettled | pairs.filtered(
        lambda line: line.parent_state != "posted"
        or not _is_part(line.company_currency_id, line.amount_residual, line.balance)
        or not _is_part(line.currency_id, line.amount_residual_currency, line.amount_currency)
    )


def _is_part(currency: BaseModel, part: float, whole: float) -> bool:
    """Return whether an amount lies between zero and another one, of either sign."""
    sign = -1 if whole < 0 else 1
    return (
        currency.compare_amounts(sign * part, 0) >= 0
        and currency.compare_amounts(sign * part, sign * whole) <= 0
    )
