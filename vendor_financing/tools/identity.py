"""Who a document is about: numbers of partners, and changes that make another one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel

COUNTRY = "BR"
# The context in which superusers write what others say, as a reseller panel does: stricter.
OUTSIDE = "identity_from_outside"
# What says who a contact is, which company it belongs to, and who may see it.
IDENTITY = frozenset({"commercial_partner_id", "company_id", "is_company", "parent_id", "vat"})


def is_same_number(one: str | None, other: str | None) -> bool:
    """Return whether two texts are the same CNPJ or CPF, however they are written."""
    return _normalize(one) == _normalize(other)


def filter_identity_changed(partners: BaseModel, vals: dict[str, Any]) -> BaseModel:
    """Return those of these partners that values may make somebody else; costs no query.

    Superusers are the host's and the addons' own code: what follows from such a write is looked at
    where it began. Where the words come from outside, it began there: see `OUTSIDE`.
    """
    named = IDENTITY & vals.keys()
    if not named or (partners.env.su and not partners.env.context.get(OUTSIDE)):
        return partners.browse()
    return partners.filtered(
        lambda partner: any(
            partner._fields[name].convert_to_write(partner[name], partner) != vals[name]
            for name in named
        )
    )


def get_readable_name(record: BaseModel, user_env: Environment) -> str:
    """Return the name of a record, an empty text if the user cannot read it.

    Superusers act for one company: they name what its users may see.
    """
    mine = record.with_env(user_env)
    if user_env.su:
        is_seen = not record.company_id or record.company_id in user_env.companies
    else:
        is_seen = mine.has_access("read")
    return record.sudo().display_name or "" if is_seen else ""


def read_identity(partner: BaseModel) -> tuple[int, str | bool, int]:
    """Return who a partner is: its company's record, its number, whose users see it."""
    known = partner.sudo()
    return known.commercial_partner_id.id, known.commercial_partner_id.vat, known.company_id.id


def is_another(partner: BaseModel, before: tuple[int, str | bool, int]) -> bool:
    """Return whether a partner belongs to another company, or is seen by another's users only."""
    root, _number, company = read_identity(partner)
    return root != before[0] or company not in (before[2], False)


def has_another_number(partner: BaseModel, before: tuple[int, str | bool, int]) -> bool:
    """Return whether a partner had a CNPJ or CPF and has another one, or none."""
    return bool(before[1]) and not is_same_number(read_identity(partner)[1], before[1])


def is_one_taxpayer(source: BaseModel, target: BaseModel) -> bool:
    """Return whether two partners are one by CNPJ or CPF, and seen by the same users."""
    one, other = read_identity(source), read_identity(target)
    return bool(one[1]) and is_same_number(one[1], other[1]) and one[2] == other[2]


def _normalize(number: str | bool | None) -> str:
    return re.sub(r"[^0-9A-Z]", "", (number or "").upper()).removeprefix(COUNTRY)
