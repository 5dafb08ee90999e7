from datetime import timedelta

# Minutes until the next attempt at what failed; the last one again and again.
PAUSES = (1, 5, 15, 60)
# A failure that is still there after this many attempts is told to a person.
TELL_AFTER = len(PAUSES)


def get_pause(attempts, pauses=PAUSES):
    """Return how long to wait after an attempt that failed.

    :param int attempts: how many were made; less than one counts as one
    :param pauses: minutes after the first, the second, ...; the last one again and again
    :rtype: timedelta
    """
    return timedelta(minutes=pauses[min(max(attempts, 1), len(pauses)) - 1])
