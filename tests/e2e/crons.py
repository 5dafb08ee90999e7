"""Waits for what Odoo's crons do, without waiting for the minute in which they look."""

from .orders import wait_until


def wait_for_crons(databases, database, condition, what, seconds=90):
    """Return the condition's first true value, as `wait_until`.

    The crons of a server look every minute whether any is due, also after a start, or when they
    are notified. Here they are notified until the condition is true; when one is due is as ever.
    """

    def look():
        databases.postgres.query(f"NOTIFY cron_trigger, '{database}'")
        return condition()

    return wait_until(look, what, seconds, pause=0.5)
