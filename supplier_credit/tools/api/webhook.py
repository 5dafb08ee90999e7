"""Reads the events that Supplier sends, and checks their signature."""

import hashlib
import hmac
import json
import re
from typing import Any

# Seconds that the sender's clock may differ, and that an event may have been on its way.
TOLERANCE = 300
LONGEST_ID = 128
SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class UnreadableEvent(ValueError):
    """The body is no event; `str()` says why, without quoting it."""


def check_signature(secret: str, header: str, body: bytes, now: float) -> str:
    """Return why the signature of an event does not prove its sender; '' if it does.

    :param secret: the secret shared with Supplier; without one no event is accepted
    :param header: `X-Supplier-Signature`: `t=<unix>,v1=<hex hmac-sha256(secret, t + "." + body)>`
    :param body: the bytes as they came
    :param now: seconds since the epoch
    """
    if not secret:
        return "there is no secret to check it by"
    found = SIGNATURE.fullmatch(header)
    if not found:
        return "the signature is missing or unreadable"
    moment, given = found.groups()
    digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest, given):
        return "the signature is wrong"
    if abs(now - int(moment)) > TOLERANCE:
        return f"it was signed {now - int(moment):.0f} seconds ago"
    return ""


def read_event(body: bytes) -> dict[str, Any]:
    """Return an event's JSON object, which has at least an `idEvento` that can be stored.

    The other fields are checked when the event is processed: it is stored first.

    :raise UnreadableEvent: when it is no strict JSON, or has no usable `idEvento`
    """
    try:
        event = json.loads(
            body.decode("utf-8"), parse_constant=_store_refusal, object_pairs_hook=_unique_names
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableEvent("it is not JSON") from error
    if not isinstance(event, dict):
        raise UnreadableEvent("it is no JSON object")
    event_id = event.get("idEvento")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_ID:
        raise UnreadableEvent("it has no idEvento")
    if not event_id.isascii() or not event_id.isprintable():
        raise UnreadableEvent("its idEvento has characters that are not allowed")
    return event


def _store_refusal(name: str) -> None:
    raise ValueError(name)


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result
