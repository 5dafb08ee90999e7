"""Notices to users: activities of the addon's own type, so that no one else's are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..const import ACTIVITY_TYPE

if TYPE_CHECKING:
    from odoo.models import BaseModel


def tell_once(record: BaseModel, user: BaseModel, summary: str, note: str) -> None:
    """Give a user something to do about a record, unless the same is waiting already.

    :param record: one record with activities
    :param user: res.users, who gets the activity; summary and note are in this user's language
    :param summary: what it is about; tells one notice about the record from another
    :param note: what happened, and what to do next; plain text, as it may quote other systems
    """
    record.ensure_one()
    if not _find_notices(record, summary):
        escaped = Markup("<br/>").join(note.split("\n"))
        record.activity_schedule(ACTIVITY_TYPE, user_id=user.id, summary=summary, note=escaped)


def end_told(record: BaseModel, summary: str | None = None) -> None:
    """Mark as done what `tell_once` asked for, because nothing is left to do.

    :param record: one or several records with activities
    :param summary: as it was given, in the same language; None ends all notices of the records
    """
    _find_notices(record, summary).action_feedback()


def _find_notices(record: BaseModel, summary: str | None) -> BaseModel:
    """Return the open notices, whoever has them: who ends the reason may not see them."""
    same = [("summary", "=", summary)] if summary else []
    return record.sudo().activity_search([ACTIVITY_TYPE], additional_domain=same)
