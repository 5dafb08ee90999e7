"""At most one effect per client and Idempotency-Key."""

import hashlib
import json
import re
from dataclasses import dataclass

from flask import Response, request

from ..problems import Problem

SCHEMA = """
CREATE TABLE IF NOT EXISTS idempotency (
    client_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    codigo TEXT NOT NULL,
    PRIMARY KEY (client_id, key)
);
"""

KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """A successful answer, and the code of the record that it is about. 204 has no body."""

    status: int
    body: dict | None
    code: str


def required_key():
    """The request's key; a 400 problem when it is missing or unusable."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        raise Problem(400, "CHAVE_IDEMPOTENCIA_AUSENTE", "Informe o cabeçalho Idempotency-Key.")
    if not KEY.fullmatch(key):
        raise Problem(
            400,
            "CHAVE_IDEMPOTENCIA_INVALIDA",
            "A Idempotency-Key tem de 1 a 128 caracteres entre letras, dígitos e . _ : -",
        )
    return key


def once(books, data, process):
    """Run `process()` and keep its answer, or give the answer kept for the same request.

    Only successes are kept: an error had no effect, so its key stays free. A key that was used
    for another call or another body is refused with 409. Must run inside one transaction.
    """
    fingerprint = _fingerprint(data)
    row = books.db.execute(
        "SELECT * FROM idempotency WHERE client_id = ? AND key = ?", (books.client.id, books.key)
    ).fetchone()
    if row is None:
        answer = process()
        body = "" if answer.body is None else json.dumps(answer.body, ensure_ascii=False)
        books.db.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?)",
            (books.client.id, books.key, fingerprint, answer.status, body, answer.code),
        )
        return _response(answer.status, body)
    if row["fingerprint"] != fingerprint:
        raise Problem(
            409,
            "CHAVE_IDEMPOTENCIA_REUTILIZADA",
            "Esta Idempotency-Key já foi usada com outro conteúdo.",
        )
    return _response(row["status"], row["body"], replayed=True)


def _fingerprint(data):
    canonical = json.dumps([request.method, request.path, data], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _response(status, body, *, replayed=False):
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    media = "application/json" if body else None
    response = Response(body, status=status, content_type=media, headers=headers)
    if not body:
        del response.headers["Content-Type"]
    return response
