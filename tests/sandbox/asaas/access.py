"""Who calls: the account by its key, and how much of its quota is left."""

from flask import g, request

from .. import accounts, clock
from ..problems import Problem
from ..services import Service
from .errors import form, refusal

SERVICE = "asaas"
API = "/asaas/v3"
DEFAULT_KEY = "$aact_hmlg_sandbox"
DEFAULT_SETTINGS = {
    "publicUrl": None,
    "feeBoleto": "1.99",
    "feePix": "1.99",
    "webhookPauses": [0.5, 1, 2, 5, 15, 60],
    "quota": 25000,
    "slowRefunds": False,
}
QUOTA_SECONDS = 12 * 3600

SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_quotas (
    client_id TEXT PRIMARY KEY,
    since REAL NOT NULL,
    count INTEGER NOT NULL
);
"""


def account_id(key):
    return accounts.identity(SERVICE, key)


def ensure_default(db):
    """Register the default account unless it exists already."""
    if accounts.find(db, account_id(DEFAULT_KEY)) is None:
        accounts.register(db, account_id(DEFAULT_KEY), DEFAULT_SETTINGS)


def authenticate(db):
    """The account that this request's key opens; refused with 403 or 401 otherwise."""
    if not request.headers.get("User-Agent"):
        raise refusal("forbidden", "O cabeçalho User-Agent é obrigatório.", 403)
    key = request.headers.get("access_token")
    if not key:
        raise refusal(
            "access_token_not_found", "O cabeçalho de autenticação access_token é obrigatório.", 401
        )
    account = accounts.find(db, account_id(key))
    if account is None:
        raise refusal("invalid_access_token", "A chave de API fornecida é inválida", 401)
    return account


class Asaas(Service):
    """Its API: errors in its own form, the state of the quota on every answer."""

    prefix = API

    def identify(self, db):
        key = request.headers.get("access_token")
        return account_id(key) if key else None

    def arrive(self, db, caller):
        account = accounts.find(db, caller)
        if account is None:
            return
        limit, now = account.settings["quota"], clock.now(db, caller).timestamp()
        row = db.execute("SELECT * FROM asaas_quotas WHERE client_id = ?", (caller,)).fetchone()
        if row is None or not 0 <= now - row["since"] < QUOTA_SECONDS:
            since, count = now, 1
        else:
            since, count = row["since"], row["count"] + 1
        db.execute("REPLACE INTO asaas_quotas VALUES (?, ?, ?)", (caller, since, count))
        g.quota = (limit, max(limit - count, 0), max(1, round(since + QUOTA_SECONDS - now)))
        g.quota_is_spent = count > limit

    def check(self):
        """Refuse requests beyond the quota."""
        if g.get("quota_is_spent"):
            raise Problem(429, "too_many_requests", "Limite de requisições da conta atingido.")

    def error(self, problem):
        return form(problem)

    def leave(self, response):
        if "quota" in g:
            limit, remaining, reset = g.quota
            if "Retry-After" in response.headers:
                remaining, reset = 0, int(response.headers["Retry-After"])
            response.headers["RateLimit-Limit"] = str(limit)
            response.headers["RateLimit-Remaining"] = str(remaining)
            response.headers["RateLimit-Reset"] = str(reset)
        return response
