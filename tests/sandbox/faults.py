"""Fault switches: what goes wrong on purpose, how often, and on which calls.

Faults are decided when a request arrives, in the order in which they were set. They live in
memory: a restart of the process clears them.
"""

import json
import random
import re
import threading
import time

from flask import Response

from . import auth
from .problems import Problem
from .server import DROP, DROP_CLOSE, DROP_RESET

# Before processing: the request has no effect (latency apart, which only delays it).
BEFORE = ("latency", "revoke_tokens", "status", "rate_limit", "reset_before")
# After processing: the effect is committed, the answer suffers.
AFTER = ("status_after", "malformed", "alter", "timeout_after", "reset_after")
# Of events that are sent to the client, at their first attempt.
WEBHOOK = (
    "webhook_duplicate",
    "webhook_out_of_order",
    "webhook_bad_signature",
    "webhook_drop",
)
KINDS = BEFORE + AFTER + WEBHOOK

TOKEN_PATH = "/api/v1/oauth/token"


class Fault:
    """One switch. `times` None means without end; `client_id` None means every client."""

    def __init__(self, kind, client_id, generator, **options):
        self.kind = kind
        self.client_id = client_id
        self.method = options.get("method")
        self.path = options.get("path")
        self.probability = options.get("probability", 1.0)
        self.times = options.get("times")
        self.seconds = options.get("seconds", 0)
        self.status = options.get("status", 503)
        self.retry_after = options.get("retry_after", 1)
        self.changes = options.get("changes") or {}
        self.fired = 0
        self._generator = generator

    def fires(self, client_id, method, path):
        """Whether it strikes this request; counts it if so."""
        if self.client_id not in (None, client_id) or self.method not in (None, method):
            return False
        # Without a path, tokens are spared: a test of one call should not hit the login.
        hit = path != TOKEN_PATH if self.path is None else re.search(self.path, path)
        if not hit or (self.times is not None and self.fired >= self.times):
            return False
        if self._generator.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def as_json(self):
        return {
            "kind": self.kind,
            "clientId": self.client_id,
            "method": self.method,
            "path": self.path,
            "probability": self.probability,
            "times": self.times,
            "seconds": self.seconds,
            "status": self.status,
            "retryAfter": self.retry_after,
            "set": self.changes,
            "fired": self.fired,
        }


class Faults:
    """All switches. Those of one client and the common ones are set and cleared apart."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def replace(self, client_id, seed, specifications):
        """Set the faults of one client (or the common ones), with their own random seed."""
        generator = random.Random(seed)
        faults = [Fault(client_id=client_id, generator=generator, **s) for s in specifications]
        with self._lock:
            self._faults = [f for f in self._faults if f.client_id != client_id] + faults

    def clear(self, client_id=None):
        """Remove the faults of one client, or all."""
        with self._lock:
            self._faults = [
                f for f in self._faults if client_id is not None and f.client_id != client_id
            ]

    def as_json(self, client_id=None):
        with self._lock:
            return [f.as_json() for f in self._faults if client_id in (None, f.client_id)]

    def strike(self, client_id, method, path):
        """The faults that this request meets, at most one of which takes its answer away."""
        with self._lock:
            struck = []
            for fault in self._faults:
                if fault.kind in WEBHOOK:
                    continue
                if fault.fires(client_id, method, path):
                    struck.append(fault)
                    if fault.kind not in ("latency", "revoke_tokens"):
                        break
            return struck

    def strike_webhook(self, client_id, resource):
        """The fault that the event about this resource meets, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in WEBHOOK and fault.fires(client_id, None, resource):
                    return fault
        return None


def before(faults, store, client_id, environ):
    """Apply what happens before processing. Returns an answer if there is no processing.

    No lock and no transaction is held while time passes.
    """
    for fault in faults:
        if fault.kind == "latency":
            time.sleep(fault.seconds)
        elif fault.kind == "revoke_tokens" and client_id:
            with store.transaction() as db:
                auth.revoke(db, client_id)
        elif fault.kind == "status":
            return _status(fault)
        elif fault.kind == "rate_limit":
            return Problem(
                429,
                "LIMITE_DE_REQUISICOES",
                f"Muitas requisições. Aguarde {fault.retry_after} segundo(s).",
                headers={"Retry-After": str(fault.retry_after)},
            ).response()
        elif fault.kind == "reset_before":
            environ[DROP] = DROP_RESET
            return Response()
    return None


def after(faults, response, environ):
    """Apply what happens to the answer once the effect is committed."""
    for fault in faults:
        if fault.kind == "status_after":
            response = _status(fault)
        elif fault.kind == "malformed":
            body = response.get_data()
            response.set_data(body[: max(1, len(body) // 2)])
        elif fault.kind == "alter" and response.status_code < 400:
            response.set_data(json.dumps(_altered(response.get_json(), fault.changes)))
        elif fault.kind == "timeout_after":
            time.sleep(fault.seconds)
            environ[DROP] = DROP_CLOSE
        elif fault.kind == "reset_after":
            environ[DROP] = DROP_RESET
    return response


def _status(fault):
    return Problem(fault.status, "FALHA_SIMULADA", "Serviço indisponível no momento.").response()


def _altered(body, changes):
    """`body` with the values under dotted paths replaced; paths that do not exist are added."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        target = body
        for name in parents:
            target = target[_index(target, name)]
        target[_index(target, last)] = value
    return body


def _index(target, name):
    return int(name) if isinstance(target, list) else name
