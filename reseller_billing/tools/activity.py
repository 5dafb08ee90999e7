"""Notices to users: activities of the addon's own type, so that no one else's are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..const import ACTIVITY_TYPE

if TYPE_CHECKING:
    from odoo.models import BaseModel


def tell_once(record: BaseModel, user: BaseModel, summary: str, note: str) -> None:
    """Give a user something to do about a record, unless the same is waiting already.

    :param record: one record with activities
    :param user: who is to look at it; the summary and the note are in this user's language
    :param summary: what it is about; tells one notice about the record from another
    :param note: what happened, and what to do next
    """
    record.ensure_one()
    if not _find_notices(record, summary):
        record.activity_schedule(ACTIVITY_TYPE, user_id=user.id, summary=summary, note=note)


def end_told(record: BaseModel, summary: str | None = None) -> None:
    """Mark a notice of `tell_once` as done, because what it asked for happened by itself.

    :param record: one or several records with activities
    :param summary: as it was given, in the same language; None ends all notices of the records
    """
    _find_notices(record, summary).action_done()


def _find_notices(record: BaseModel, summary: str | None) -> BaseModel:
    notice_type = record.env.ref(ACTIVITY_TYPE)
    return record.sudo().activity_ids.filtered(
        lambda activity: (
            activity.activity_type_id == notice_type and summary in (None, activity.summary)
        )
    )
