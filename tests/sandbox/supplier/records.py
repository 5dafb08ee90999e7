"""What all records of a client's books have in common: found, listed, written and analysed."""

from dataclasses import dataclass

from ..problems import Problem


@dataclass(frozen=True)
class Records:
    """One table of records, of which each client sees its own.

    `missing` are code and message of the 404 problem, `key` is the column that clients name a
    record by, and `analysed` are the values of the column `state` while its outcome is open.
    """

    resource: str
    table: str
    missing: tuple
    key: str = "codigo"
    state: str = "state"
    analysed: tuple = ("EM_ANALISE",)

    def find(self, books, code):
        """The record's row, or None."""
        return books.db.execute(
            f"SELECT * FROM {self.table} WHERE client_id = ? AND {self.key} = ?",
            (books.client.id, code),
        ).fetchone()

    def get(self, books, code):
        """Return the record's row; raises a 404 problem if it does not exist."""
        row = self.find(books, code)
        if row is None:
            name, message = self.missing
            raise Problem(404, name, message.format(code))
        return row

    def insert(self, books, **values):
        """Add a record, made under the key of this request."""
        values.update(client_id=books.client.id, idempotency_key=books.key)
        marks = ", ".join("?" * len(values))
        books.db.execute(
            f"INSERT INTO {self.table} ({', '.join(values)}) VALUES ({marks})",
            tuple(values.values()),
        )

    def update(self, books, code, **values):
        """Write columns of one record."""
        columns = ", ".join(f"{name} = ?" for name in values)
        books.db.execute(
            f"UPDATE {self.table} SET {columns} WHERE client_id = ? AND {self.key} = ?",
            (*values.values(), books.client.id, code),
        )

    def in_analysis(self, books):
        """What names the records being analysed, the oldest first."""
        marks = ", ".join("?" * len(self.analysed))
        rows = books.db.execute(
            f"SELECT {self.key} AS code FROM {self.table} "
            f"WHERE client_id = ? AND {self.state} IN ({marks}) ORDER BY codigo",
            (books.client.id, *self.analysed),
        )
        return [row["code"] for row in rows]

    def queried(self, books, row, decide):
        """Return a record for the client's query, whose answer reports its state.

        The query moves a pending analysis on; the last one agreed ends it by `decide(books, code)`.
        """
        code = row[self.key]
        if row[self.state] in self.analysed:
            if row["queries_left"] > 0:
                self.update(books, code, queries_left=row["queries_left"] - 1)
            else:
                decide(books, code)
        books.tell(self.resource, code)
        return self.get(books, code)

    def search(self, books, conditions, filters, page, decide):
        """The rows that a list asks for, the oldest first, each of them queried.

        `conditions` maps names of filters to SQL, `page` is (limit, offset). The last row of a full
        page is one too many: it is only looked at, not asked for.
        """
        limit, offset = page
        wanted = ["client_id = :client", *(conditions[name] for name in filters)]
        rows = books.db.execute(
            f"SELECT * FROM {self.table} WHERE {' AND '.join(wanted)} "
            "ORDER BY codigo LIMIT :limit OFFSET :offset",
            {**filters, "client": books.client.id, "limit": limit, "offset": offset},
        ).fetchall()
        return [self.queried(books, row, decide) for row in rows[: limit - 1]] + rows[limit - 1 :]
