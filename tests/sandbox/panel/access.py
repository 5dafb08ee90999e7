"""Who calls: the reseller by his token."""

from flask import request

from .. import accounts
from ..problems import Problem
from ..services import Service

SERVICE = "painel"
API = "/painel"
DEFAULT_TOKEN = "painel-sandbox-token"


def account_id(token):
    return accounts.identity(SERVICE, token)


def ensure_default(db):
    """Register the default account unless it exists already."""
    if accounts.find(db, account_id(DEFAULT_TOKEN)) is None:
        accounts.register(db, account_id(DEFAULT_TOKEN), {})


def _token():
    return request.headers.get("X-Painel-Token", "")


def authenticate(db):
    """The account that this request's token opens; a 401 problem otherwise."""
    if not _token():
        raise Problem(401, "TOKEN_AUSENTE", "Informe o token no cabeçalho X-Painel-Token.")
    account = accounts.find(db, account_id(_token()))
    if account is None:
        raise Problem(401, "TOKEN_INVALIDO", "Token desconhecido.")
    return account


class Panel(Service):
    """Its API: problems as everywhere, callers by token."""

    prefix = API

    def identify(self, db):
        return account_id(_token()) if _token() else None
