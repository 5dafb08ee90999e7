"""OAuth2 client credentials: tokens are given by `/oauth/token` and expire in virtual time."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Blueprint, current_app, jsonify, request

from . import clients, clock
from .problems import Problem

LIFETIME_SECONDS = 3600

SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tokens_client ON tokens (client_id);
"""

blueprint = Blueprint("auth", __name__)


def _digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def _refusal(code, message):
    return Problem(401, code, message, headers={"WWW-Authenticate": 'Bearer realm="sandbox"'})


def _bearer():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _credentials():
    """(client id, secret) of a token request, from HTTP Basic or from the form."""
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username or "", basic.password or ""
    return request.form.get("client_id", ""), request.form.get("client_secret", "")


def identify(db):
    """The client id that this request claims, valid or not; None when it claims none."""
    token = _bearer()
    if token:
        row = db.execute(
            "SELECT client_id FROM tokens WHERE digest = ?", (_digest(token),)
        ).fetchone()
        return row["client_id"] if row else None
    return _credentials()[0] or None if request.endpoint == "auth.token" else None


def authenticate(db):
    """The client whose valid token this request carries; a 401 problem otherwise."""
    token = _bearer()
    if not token:
        raise _refusal("TOKEN_AUSENTE", "Informe o token no cabeçalho Authorization.")
    row = db.execute("SELECT * FROM tokens WHERE digest = ?", (_digest(token),)).fetchone()
    if row is None:
        raise _refusal("TOKEN_INVALIDO", "Token desconhecido ou revogado. Solicite outro.")
    client = clients.get(db, row["client_id"])
    if clock.now(db, client.id).isoformat() >= row["expires_at"]:
        raise _refusal("TOKEN_EXPIRADO", "Token expirado. Solicite outro.")
    return client


def revoke(db, client_id):
    """Make every token of the client invalid at once."""
    db.execute("DELETE FROM tokens WHERE client_id = ?", (client_id,))


@blueprint.post("/oauth/token")
def token():
    if request.mimetype != "application/x-www-form-urlencoded":
        raise Problem(
            415,
            "TIPO_DE_CONTEUDO_INVALIDO",
            "Envie os dados como application/x-www-form-urlencoded.",
        )
    if request.form.get("grant_type") != "client_credentials":
        raise Problem(400, "GRANT_TYPE_INVALIDO", "O grant_type deve ser client_credentials.")
    client_id, secret = _credentials()
    with current_app.store.transaction() as db:
        client = clients.find(db, client_id)
        if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            raise _refusal("CREDENCIAIS_INVALIDAS", "client_id ou client_secret incorretos.")
        value = secrets.token_urlsafe(32)
        expires = clock.now(db, client.id) + timedelta(seconds=LIFETIME_SECONDS)
        db.execute(
            "INSERT INTO tokens VALUES (?, ?, ?)", (_digest(value), client.id, expires.isoformat())
        )
    answer = jsonify(access_token=value, token_type="Bearer", expires_in=LIFETIME_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer
