"""Reading of the events that Supplier sends: who sent them, and what they say."""

import hashlib
import hmac
import json
import re

# Seconds that the sender's clock may differ, and that an event may have been on its way.
TOLERANCE = 300
LONGEST_ID = 128
SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class UnreadableEvent(ValueError):
    """What was sent is no event; `str()` says why, without quoting it."""


def check_signature(secret, header, body, now):
    """Return why an event is not to be trusted; an empty text if it is.

    :param secret: the secret shared with Supplier; without one nothing is trusted
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


def read_event(body):
    """Return an event's JSON object, which has at least an `idEvento` that can be stored.

    What else it says is judged when it is processed: what arrives is stored before it is
    understood.

    :raise UnreadableEvent: it is not strict JSON, or cannot be told from its repetition
    """
    try:
        event = json.loads(
            body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique_names
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


def _refuse(name):
    raise ValueError(name)


def _unique_names(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result
