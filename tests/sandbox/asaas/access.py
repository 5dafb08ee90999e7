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
    "feeCard": "4.49",
    "webhookPauses": [0.5, 1, 2, 5, 15, 60],
    "quota": 25000,
    "slowRefunds": False,
    # How many charges may be made a day.
    "dailyLimit": 10000,
    # Whether an overdue charge may keep its due date when it is changed: undocumented.
    "lateDateMayStay": False,
    # Whether CNPJs with letters are taken: undocumented.
    "alphanumericCnpj": False,
    # Whether a CEP that the sandbox does not know is refused.
    "knownPostalCodes": False,
    # The body of a 404: "empty", "html" or "json"; undocumented, others have seen the first two.
    "notFound": "empty",
    # CPF or CNPJ of the account's holder.
    "taxpayer": "11222333000181",
    # Without a Pix key of its own an account's QR codes live one day.
    "pixKey": True,
    # First parts of paths that the key has no permission for.
    "forbidden": [],
    # Whether new ids have the form of November 2026: of charges, in turn or always.
    "newIds": "both",
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
    if key.startswith("$aact_prod_"):
        raise refusal(
            "invalid_environment", "A chave de API informada não pertence a este ambiente", 401
        )
    if not key.startswith("$aact_"):
        raise refusal(
            "invalid_access_token_format", "O formato da chave de API fornecida é inválido", 401
        )
    account = accounts.find(db, account_id(key))
    if account is None:
        raise refusal("invalid_access_token", "A chave de API fornecida é inválida", 401)
    _check_permission(account)
    return account


def _check_permission(account):
    """Refuse what the key has no permission for, and a GET with a body, as its CDN does."""
    if request.method == "GET" and request.get_data():
        raise Problem(403, "cdn", "Bad request.")
    parts = request.path.removeprefix(f"{API}/").split("/")
    if parts[0] in account.settings.get("forbidden", ()):
        raise refusal(
            "insufficient_permission",
            "Você não possui permissão para utilizar este recurso",
            403,
        )


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
        g.not_found = account.settings.get("notFound", "empty")
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
            # In small letters, as HTTP/2 sends all names.
            response.headers["ratelimit-limit"] = str(limit)
            response.headers["ratelimit-remaining"] = str(remaining)
            response.headers["ratelimit-reset"] = str(reset)
        return response
