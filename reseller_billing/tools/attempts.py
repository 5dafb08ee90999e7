"""Pauses between attempts. No ORM."""

from collections.abc import Sequence
from datetime import timedelta

# Minutes until the next attempt after a failure; the last one is repeated.
PAUSES = (1, 5, 15, 60)
# After this many failed attempts a person is notified.
TELL_AFTER = len(PAUSES)


def get_pause(attempts: int, pauses: Sequence[int] = PAUSES) -> timedelta:
    """Return how long to wait after a failed attempt.

    :param attempts: number of attempts made; less than one counts as one
    :param pauses: minutes after the first, the second, …; the last one is repeated
    """
    return timedelta(minutes=pauses[min(max(attempts, 1), len(pauses)) - 1])
