"""SQLite storage: one writer at a time, every request's changes in one transaction."""

import queue
import sqlite3
import threading
from contextlib import contextmanager
from decimal import Decimal

# Money columns are declared MONEY and hold integer cents, so that SUM() stays exact.
# A computed column says so in its name: SELECT SUM(x) AS "x [money]".
sqlite3.register_adapter(Decimal, lambda amount: int(amount.scaleb(2)))
sqlite3.register_converter("money", lambda raw: Decimal(int(raw)).scaleb(-2))
sqlite3.register_converter("flag", lambda raw: raw == b"1")


class Store:
    """The database file. Committed changes survive the end of the process."""

    def __init__(self, path, schemas):
        self._path = str(path)
        self._lock = threading.Lock()
        self._idle = queue.LifoQueue()
        connection = self._connect()
        connection.execute("PRAGMA journal_mode = WAL")
        for schema in schemas:
            connection.executescript(schema)
        self._idle.put(connection)

    def _connect(self):
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,
            check_same_thread=False,
            detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def transaction(self):
        """Yield a connection; commit on a normal end, undo everything on an exception.

        Transactions run one after another, so that no other changes what one has read.
        """
        with self._lock:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                connection = self._connect()
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
            finally:
                self._idle.put(connection)
