"""The moment by the database's clock, which all servers of a company share."""


def get_now(env):
    """Return now in UTC, to the second, by the clock of PostgreSQL.

    Leases and attempts are compared by several servers, whose own clocks may differ by minutes: by
    its own, one of them would take a message that another is sending.
    """
    return env.cr.now().replace(microsecond=0)
