"""What can be said about the API of Asaas without a record: addresses, headers, error form."""

from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

# Addresses of the API, by the provider's state (docs.asaas.com/docs/authentication).
URLS = {
    "enabled": "https://api.asaas.com/v3",
    "test": "https://api-sandbox.asaas.com/v3",
}

# How the keys of an environment begin, by the provider's state (same page).
KEY_PREFIXES = {
    "enabled": "$aact_prod_",
    "test": "$aact_hmlg_",
}

# The header is mandatory for accounts opened since 2024-06-13 (docs.asaas.com).
USER_AGENT = "Odoo/19.0 reseller_billing"

# Plain http is accepted for these hosts only.
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
# Seconds to wait where too many requests were sent and nothing says for how long.
USUAL_PAUSE = 60


def is_safe_url(url):
    """Tell whether the key may be sent there: https anywhere, http on this machine only."""
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError:
        return False
    if not hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and hostname in LOOPBACK_HOSTS)


def is_valid_key(key):
    """Tell whether the key can be an HTTP header: printable ASCII without blanks."""
    return all("!" <= character <= "~" for character in key)


def read_errors(response):
    """Return the (code, description) pairs of an answer, empty if it has not Asaas' form.

    The form is ``{"errors": [{"code": …, "description": …}]}``.

    :param requests.Response response: any answer
    :rtype: list[tuple[str, str]]
    """
    try:
        errors = response.json()["errors"]
        return [(str(error["code"]), str(error["description"])) for error in errors]
    except (ValueError, KeyError, TypeError):
        return []


def read_pause(response):
    """Return after how many seconds requests are taken again, as the answer says if it does."""
    for name in ("Retry-After", "RateLimit-Reset"):
        text = response.headers.get(name, "")
        if text.isdecimal() and int(text) <= 12 * 3600:
            return int(text)
    return USUAL_PAUSE


def never_left(cause):
    """Tell whether a failed request surely did not reach anybody.

    :param cause: exception of ``requests``
    """
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, NewConnectionError)
