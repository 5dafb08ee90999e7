"""Emptying of books: of one caller, or of all."""

# What the sandbox keeps of callers, whatever the service.
COMMON = ("requests", "clock")


def forget(app, db, tables, caller=None):
    """Empty these tables, the clock, the counts and the faults of one caller, or of all."""
    condition, values = (" WHERE client_id = ?", (caller,)) if caller else ("", ())
    for table in (*tables, *COMMON):
        db.execute(f"DELETE FROM {table}{condition}", values)
    app.faults.clear(caller)
    app.concurrency.forget(caller)
