"""What locks keep of posted documents, from users: all but what is listed here as open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odoo.fields import Field
    from odoo.models import BaseModel

# Whose fields a locked document and its items keep; those of other apps are theirs to defend.
HOST_MODULES = frozenset(
    {
        "account",
        "account_debit_note",
        "account_payment",
        "l10n_br",
        "l10n_br_account",
        "l10n_br_fiscal",
        "l10n_br_fiscal_edi",
        "l10n_latam_invoice_document",
        "payment",
        "sale",
    }
)
# Drafts and cancellations have gates of their own.
STATE = "state"
# What users may still write on a locked document, with the reason.
OPEN_MOVE_FIELDS = frozenset(
    {
        "attachment_ids",  # files beside it
        "checked",  # an accountant has seen it
        "invoice_pdf_report_file",  # sending
        "invoice_user_id",  # who sold it
        "is_manually_modified",  # the host's mark of any write
        "is_move_sent",  # sending
        "narration",  # a note
        "needed_terms_dirty",  # the host's own note while it synchronises items
        "no_followup",  # reminders
        "qr_code_method",  # print
        "sending_data",  # sending
        "team_id",  # who sold it
    }
)
OPEN_LINE_FIELDS = frozenset(
    {
        "collapse_composition",  # print
        "collapse_prices",  # print
        "discount_allocation_dirty",  # the host's own note while it synchronises items
        "epd_dirty",  # the same
        "full_reconcile_id",  # the host's mark of a reconciliation, which is guarded itself
        "matching_number",  # the same
        "name",  # a label that nothing relies on
        "no_followup",  # reminders
        "reconcile_model_id",  # how a bank item was found
    }
)
# Entries are the company's alone: accountants renumber journals and note references.
OPEN_ENTRY_FIELDS = OPEN_MOVE_FIELDS | {"name", "payment_reference", "ref"}
# The host says these while it secures documents, as the user who secures them.
HASH_FIELDS = frozenset({"inalterable_hash", "secure_sequence_number"})
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
# The same of its `_hash_moves`.
_IS_SECURING: ContextVar[bool] = ContextVar(f"{__name__} is securing", default=False)


@contextmanager
def posting() -> Iterator[None]:
    """Let documents become posted: the host's `_post`, and what hangs on it, checks them."""
    token = _IS_POSTING.set(True)
    try:
        yield
    finally:
        _IS_POSTING.reset(token)


@contextmanager
def securing() -> Iterator[None]:
    """Let the host write the hashes that it computes."""
    token = _IS_SECURING.set(True)
    try:
        yield
    finally:
        _IS_SECURING.reset(token)


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


def filter_kept_changed(
    records: BaseModel,
    vals: dict[str, Any],
    opened: Set[str],
    is_marked: Callable[[BaseModel], bool],
) -> BaseModel:
    """Return the posted documents that values would change, themselves or by these items.

    Of a locked document everything stays that the host's own modules define, stored or not: what
    is stored may be computed from it. Open is what is listed. Superusers are the host's and the
    addons' own code, which keeps documents whole. Documents without a mark cost no query.

    :param records: account.move or account.move.line
    :param vals: the values that are going to be written
    :param opened: names of fields that users may write
    :param is_marked: whether a document may be locked, by its columns
    :raise AccessError: as the host words it, if the user may not write the records at all
    """
    moves = records.browse() if records._name == "account.move" else records.move_id.browse()
    if records.env.su:
        return moves
    named = {name for name in vals if _is_kept(records._fields.get(name), opened)}
    if not named:
        return moves
    for record in records:
        move = record if records._name == "account.move" else record.move_id
        if (
            move.state == "posted"
            and is_marked(move)
            and any(is_value_changed(record, name, vals[name]) for name in named)
        ):
            moves |= move
    if moves:
        records.check_access("write")
    return moves


def leave_unchanged_out(
    moves: BaseModel, vals: dict[str, Any], is_marked: Callable[[BaseModel], bool]
) -> dict[str, Any]:
    """Return the values without those that these locked documents have already.

    Also of an unchanged value the host computes afresh what depends on it, as due dates do.

    :param is_marked: as of `filter_kept_changed`
    """
    if moves.env.su or not all(move.state == "posted" and is_marked(move) for move in moves):
        return vals
    return {
        name: value
        for name, value in vals.items()
        if not (name == STATE or _is_kept(moves._fields.get(name), frozenset()))
        or any(is_value_changed(move, name, value) for move in moves)
    }


def filter_worth_changed(records: BaseModel, vals: dict[str, Any], names: Set[str]) -> BaseModel:
    """Return those of these posted documents that values of the named fields would change.

    Superusers are the host's and the addons' own code.
    """
    named = names & vals.keys()
    if not named or records.env.su:
        return records.browse()
    changed = records.filtered(
        lambda record: record.state == "posted"
        and any(is_value_changed(record, name, vals[name]) for name in named)
    )
    if changed:
        changed.check_access("write")
    return changed


def _is_kept(field: Field | None, opened: Set[str]) -> bool:
    """Return whether a locked document keeps a field."""
    if field is None or field.name in opened or field.name == STATE:
        return False
    if _IS_SECURING.get() and field.name in HASH_FIELDS:
        return False
    # What is delegated to another record belongs to the module that defines it there.
    modules = (field.inherited_field or field)._modules
    return bool(modules) and modules[0] in HOST_MODULES


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
