"""What an outbox sends, as plain values: nothing of it needs a cursor. No ORM."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be sent of one record.

    :param record_id: of the outbox's record
    :param try_key: what counts the tries of a run; the record's id, and more where it has steps
    :param is_empty: nothing is to be sent, or not yet; the record says which
    """

    record_id: int
    try_key: tuple
    is_empty: bool = False
