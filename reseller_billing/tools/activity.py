"""Notices to users: activities of the addon's own type, so that no one else's are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..const import ACTIVITY_TYPE

if TYPE_CHECKING:
    from odoo.models import BaseModel

ADDON = ACTIVITY_TYPE.split(".")[0]


def tell_once(record: BaseModel, user: BaseModel, summary: str, note: str) -> None:
    """Give a user something to do about a record, unless the same is waiting already.

    Somebody who works there gets it in the place of a user who left: see `find_working_user`.

    :param record: one record with activities
    :param user: res.users, who gets the activity; summary and note are in this user's language
    :param summary: what it is about; tells one notice about the record from another
    :param note: what happened, and what to do next; plain text, as it may quote other systems
    """
    record.ensure_one()
    if not _find_notices(record, summary):
        escaped = Markup("<br/>").join(note.split("\n"))
        user = find_working_user(record, user)
        record.activity_schedule(ACTIVITY_TYPE, user_id=user.id, summary=summary, note=escaped)


def end_told(record: BaseModel, summary: str | None = None) -> None:
    """Mark as done what `tell_once` asked for, because nothing is left to do.

    :param record: one or several records with activities
    :param summary: as it was given, in the same language; None ends all notices of the records
    """
    _find_notices(record, summary).action_feedback()


def find_working_user(record: BaseModel, user: BaseModel) -> BaseModel:
    """Return a user, or in the place of one who is archived, or of none, somebody who works there.

    :param record: what it is about
    """
    user = user.sudo()[:1]
    if not user.active:
        user = _find_colleague(record, leaving=user) or user or record.env.user
    return user.with_env(record.env)


def hand_over_notices(users: BaseModel) -> None:
    """Give the open notices of users who are about to leave to somebody who works there.

    :param users: res.users; the host deletes activities that are still theirs
    """
    kind = users.env.ref(ACTIVITY_TYPE).id
    notices = users.env["mail.activity"].sudo()
    for notice in notices.search([("user_id", "in", users.ids), ("activity_type_id", "=", kind)]):
        record = users.env[notice.res_model].browse(notice.res_id).exists()
        notice.user_id = _find_colleague(record, leaving=users) or notice.user_id


def _find_colleague(record: BaseModel, leaving: BaseModel) -> BaseModel:
    """Return the first of the addon's managers who works in the company of a record, if any.

    Or else the first administrator there, as superuser.
    """
    known = record.sudo()
    company = ("company_id" in known._fields and known.company_id) or record.env.company
    users = leaving.sudo().with_context(active_test=True)
    for group in (f"{ADDON}.{ADDON}_group_manager", "base.group_system"):
        found = users.search(
            [
                ("all_group_ids", "in", record.env.ref(group).ids),
                ("company_ids", "in", company.ids),
                ("share", "=", False),
                ("id", "not in", leaving.ids),
            ],
            order="id",
            limit=1,
        )
        if found:
            return found
    return users.browse()


def _find_notices(record: BaseModel, summary: str | None) -> BaseModel:
    """Return the open notices, whoever has them: who ends the reason may not see them."""
    same = [("summary", "=", summary)] if summary else []
    return record.sudo().activity_search([ACTIVITY_TYPE], additional_domain=same)
