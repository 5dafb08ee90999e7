"""Jobs of an outbox as plain values, which need no cursor. No ORM."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Job:
    """A request about one record.

    :param record_id: of the outbox's record
    :param try_key: by which tries of a run are counted: the record's id, and its step if any
    :param is_empty: there is nothing to send now
    """

    record_id: int
    try_key: tuple
    is_empty: bool = False
