"""The table of pre-authorizations and the state that follows from its amounts and dates.

EM_ANALISE -> VIGENTE -> UTILIZADA_PARCIAL -> UTILIZADA
           -> REPROVADA   both live ones -> VENCIDA (renewable) or CANCELADA
"""

from .books import ZERO
from .limits import BALANCE, LIVE
from .records import Records

RESOURCE = "pre-autorizacao"

SCHEMA = """
CREATE TABLE IF NOT EXISTS preauthorizations (
    client_id TEXT NOT NULL,
    codigo TEXT NOT NULL,
    cnpj TEXT NOT NULL,
    order_number TEXT NOT NULL,
    order_amount MONEY NOT NULL,
    requested MONEY NOT NULL,
    amount MONEY NOT NULL,
    used MONEY NOT NULL DEFAULT 0,
    in_analysis MONEY NOT NULL DEFAULT 0,
    released MONEY NOT NULL DEFAULT 0,
    instalments TEXT NOT NULL,
    state TEXT NOT NULL,
    valid_until TEXT,
    reason TEXT,
    queries_left INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT NOT NULL,
    replaced_by TEXT,
    PRIMARY KEY (client_id, codigo)
);
CREATE INDEX IF NOT EXISTS preauthorizations_customer ON preauthorizations (client_id, cnpj, state);
CREATE INDEX IF NOT EXISTS preauthorizations_order ON preauthorizations (client_id, order_number);
CREATE INDEX IF NOT EXISTS preauthorizations_expiry
    ON preauthorizations (client_id, state, valid_until);
"""


RECORDS = Records(
    RESOURCE,
    "preauthorizations",
    ("PREAUTORIZACAO_NAO_ENCONTRADA", "A pré-autorização {} não existe."),
)
get = RECORDS.get
insert = RECORDS.insert


def summary(books, code):
    """What an event is made for when it changes."""
    return get(books, code)["state"]


def update(books, code, **values):
    """Write columns of one reservation."""
    if "state" in values:
        books.note_change(RESOURCE, code, summary(books, code))
    RECORDS.update(books, code, **values)


def balance(row):
    """Return the amount (BRL) neither used, nor held by a sale in analysis, nor released."""
    return row["amount"] - row["used"] - row["in_analysis"] - row["released"]


def live_state(row):
    """The state of a reservation that is in force, by its amounts."""
    if not balance(row):
        return "UTILIZADA"
    return "UTILIZADA_PARCIAL" if row["used"] or row["in_analysis"] else "VIGENTE"


def expire(books):
    """Expire reservations whose validity ended before today, and free their balance."""
    rows = books.db.execute(
        f'SELECT codigo, cnpj, {BALANCE} AS "balance [money]" FROM preauthorizations '
        "WHERE client_id = ? AND state IN (?, ?) AND valid_until < ?",
        (books.client.id, *LIVE, books.today.isoformat()),
    ).fetchall()
    for row in rows:
        update(books, row["codigo"], state="VENCIDA")
        books.log("EXPIRED", row["cnpj"], row["codigo"], reserved=-row["balance"])


def hold(books, code, amount):
    """Move `amount` of the balance to a sale in analysis."""
    row = get(books, code)
    update(books, code, in_analysis=row["in_analysis"] + amount)
    update(books, code, state=live_state(get(books, code)))


def consume(books, code, amount, *, release_rest):
    """Turn a held amount into a used one; with `release_rest` the balance becomes free."""
    row = get(books, code)
    update(books, code, in_analysis=row["in_analysis"] - amount, used=row["used"] + amount)
    if release_rest and row["state"] in LIVE:
        release(books, code)


def give_back(books, code, amount):
    """Undo a hold. Returns the amount (BRL) reserved again: zero if the reservation has ended."""
    row = get(books, code)
    update(books, code, in_analysis=row["in_analysis"] - amount)
    if row["state"] not in (*LIVE, "UTILIZADA"):
        return ZERO
    row = get(books, code)
    if row["valid_until"] < books.today.isoformat():
        update(books, code, state="VENCIDA")
        return ZERO
    update(books, code, state=live_state(row))
    return amount


def release(books, code):
    """Free the balance of a live reservation: used if anything was used, else cancelled."""
    row = get(books, code)
    rest = balance(row)
    taken = row["used"] or row["in_analysis"]
    update(
        books, code, released=row["released"] + rest, state="UTILIZADA" if taken else "CANCELADA"
    )
    books.log("BALANCE_RELEASED", row["cnpj"], code, reserved=-rest)
