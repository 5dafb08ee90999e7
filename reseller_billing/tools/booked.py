"""What accounts and journals keep while something of an addon is booked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .worth import is_value_changed

if TYPE_CHECKING:
    from odoo.models import BaseModel

# With another value of these, entries that exist mean something else, or new ones are refused.
DECIDING = {
    "account.account": ("account_type", "active", "currency_id", "reconcile"),
    "account.journal": ("active", "currency_id", "type"),
}


def filter_rebooked(booked: BaseModel, vals: dict[str, Any]) -> BaseModel:
    """Return those of these accounts or journals that values archive, or give another meaning."""
    names = [name for name in DECIDING[booked._name] if name in vals]
    if not names:
        return booked.browse()
    return booked.filtered(
        lambda one: any(is_value_changed(one, name, vals[name]) for name in names)
        # What comes back from the archive is no danger.
        and not (names == ["active"] and vals["active"])
    )
