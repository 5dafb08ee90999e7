"""What a piece of work takes. Runs in Odoo's Python."""

import time


def measure(env, function):
    """Return [seconds, SQL queries] of a function, pending writes included."""
    env.flush_all()
    env.invalidate_all()
    queries = env.cr.sql_log_count
    began = time.perf_counter()
    function()
    env.flush_all()
    return [time.perf_counter() - began, env.cr.sql_log_count - queries]
