"""What other apps ask of a bearer. Apps that are not installed have no fields here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.models import BaseModel


def make_selectable(bearers: BaseModel) -> None:
    """Have new bearers offered on customers and documents where account_payment_base_oca asks.

    Nobody needs a bearer that cannot be chosen; whoever does takes the mark away.
    """
    if "selectable" in bearers._fields:
        bearers.filtered(lambda bearer: not bearer.selectable).sudo().selectable = True
