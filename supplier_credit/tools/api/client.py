"""HTTP client of Supplier's partner API. Knows no records, keeps no secrets in errors or logs."""

import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from .errors import (
    MalformedAnswer,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    WrongAddress,
)
from .wire import OPERATIONS

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A token is renewed this long before it ends, so that none ends on its way.
TOKEN_MARGIN = 60
CONNECT_TIMEOUT = 5
# A gateway gave up waiting; what stands behind it may have gone on.
MAY_HAVE_BEEN_PROCESSED = (408, 425)
NOTHING_WAS_SENT = (NewConnectionError, NameResolutionError, ConnectTimeoutError)

# After a refusal nobody asks again for so long with the same credentials: many threads at once
# could have the account locked.
REFUSAL_SECONDS = 5
_logins = {}
_logins_lock = threading.Lock()


@dataclass
class _Login:
    """What is known of one set of credentials in this process, and who is asking at the moment."""

    asking: threading.Lock = field(default_factory=threading.Lock)
    token: str = ""
    ends: float = 0.0
    refused_until: float = 0.0


@dataclass(frozen=True)
class Connection:
    """Where Supplier is and who calls.

    :param base_url: up to and including the version, `https://…/api/v1`
    :param timeout: seconds to wait for an answer
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    timeout: float = 20.0


def is_acceptable_url(url):
    """True for https, and for plain http only towards this very machine (a sandbox)."""
    parts = urlsplit(url or "")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def open_session(connection):
    """Return a session with the environment's proxies and certificates, read once and not per call.

    Nothing else of the environment counts: a login kept in .netrc would replace the token.
    """
    session = requests.Session()
    settings = session.merge_environment_settings(connection.base_url, {}, None, None, None)
    session.proxies, session.verify = settings["proxies"], settings["verify"]
    session.trust_env = False
    return session


class SupplierClient:
    """Speaks to Supplier for one agreement. Safe to use from several threads, one instance each.

    :param seconds: how long all of this instance's exchanges may take together
    :param session: a `requests.Session` to use the connections of, kept by the caller
    """

    def __init__(self, connection, seconds=None, session=None):
        self.connection = connection
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._session = session or open_session(connection)

    def check(self):
        """Ask for a new token: proves address, TLS and credentials.

        :raise Unauthorized, Unavailable, Rejected, MalformedAnswer: as any call
        """
        login = self._login()
        with login.asking:
            self._ask_for_token(login)

    def send(self, operation, body, key, code=""):
        """Make one call and return the answer's JSON.

        :param operation: a key of OPERATIONS
        :param body: what `to_wire()` gave, or None for queries
        :param key: the idempotency key of the message
        :param code: Supplier's code of the resource, where the path has one
        :raise Rejected, Unauthorized, Unavailable, OutcomeUnknown, MalformedAnswer:
        """
        call = OPERATIONS[operation]
        path = call.path.format(code=quote(code, safe=""))
        return self._call(call.method, path, body=body, key=key)

    def fetch(self, operation, query):
        """Return the JSON of a list.

        :param operation: a key of OPERATIONS
        :param query: dict of the parameters
        :raise Rejected, Unauthorized, Unavailable, OutcomeUnknown, MalformedAnswer:
        """
        call = OPERATIONS[operation]
        return self._call(call.method, call.path, query=query)

    def find_by_key(self, operation, key):
        """Return what Supplier made of an earlier attempt with this key, or None if nothing.

        None also where the API cannot be asked: sending again under the key tells it then.
        """
        lookup = OPERATIONS[operation].lookup
        if not lookup:
            return None
        answer = self._call("GET", lookup, query={"chaveIdempotencia": key})
        found = answer.get("itens") if isinstance(answer, dict) else None
        if not isinstance(found, list) or len(found) > 1:
            raise MalformedAnswer("a query by idempotency key must find one or none", str(answer))
        return found[0] if found else None

    # -------------------------------------------------------------------------
    # TRANSPORT
    # -------------------------------------------------------------------------

    def _call(self, method, path, *, body=None, query=None, key=None):
        token = self._token()
        response = self._request(method, path, body, query, key, token)
        if response.status_code == requests.codes.unauthorized:
            # The token may have been revoked before its time: one new one, one more try.
            response = self._request(method, path, body, query, key, self._token(stale=token))
        return self._read(response)

    def _request(self, method, path, body, query, key, token):
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self._exchange(method, path, json=body, params=query, headers=headers)

    def _exchange(self, method, path, **options):
        """Do the HTTP exchange and say of a failure whether the request can have been processed."""
        url = self.connection.base_url.rstrip("/") + path
        seconds = self._get_seconds()
        timeout = (min(CONNECT_TIMEOUT, seconds), seconds)
        try:
            return self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **options
            )
        except (requests.exceptions.SSLError, requests.exceptions.ConnectTimeout) as error:
            raise Unavailable(f"{method} {path}: {type(error).__name__}") from error
        except requests.exceptions.ConnectionError as error:
            cause = error.args[0] if error.args else None
            reason = cause.reason if isinstance(cause, MaxRetryError) else cause
            if isinstance(reason, NOTHING_WAS_SENT):
                raise Unavailable(f"{method} {path}: {type(reason).__name__}") from error
            raise OutcomeUnknown(
                f"{method} {path}: the connection broke before the answer"
            ) from error
        except requests.exceptions.Timeout as error:
            raise OutcomeUnknown(
                f"{method} {path}: no answer within {self.connection.timeout:g} s"
            ) from error
        except requests.exceptions.RequestException as error:
            raise OutcomeUnknown(f"{method} {path}: {type(error).__name__}") from error

    def _get_seconds(self):
        """Return how long the next exchange may wait for an answer."""
        if self._deadline is None:
            return self.connection.timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unavailable("out of time before this exchange began")
        return min(left, self.connection.timeout)

    def _read(self, response):
        status = response.status_code
        if status == requests.codes.unauthorized:
            raise Unauthorized(_problem(response)[1] or "401")
        if status == requests.codes.too_many_requests or status >= 500:
            code, text, _details = _problem(response)
            raise Unavailable(f"HTTP {status} {code} {text}".strip(), _retry_after(response))
        if status in MAY_HAVE_BEEN_PROCESSED:
            raise OutcomeUnknown(f"HTTP {status}")
        if 300 <= status < 400:
            raise WrongAddress(f"HTTP {status}: sent elsewhere")
        if status >= 400:
            raise Rejected(status, *_problem(response))
        if status == requests.codes.no_content:
            return {}
        try:
            return response.json()
        except ValueError as error:
            raise MalformedAnswer(f"HTTP {status}: not JSON", response.text[:10000]) from error

    # -------------------------------------------------------------------------
    # TOKEN
    # -------------------------------------------------------------------------

    def _login(self):
        owner = (self.connection.base_url, self.connection.client_id, self.connection.client_secret)
        with _logins_lock:
            return _logins.setdefault(owner, _Login())

    def _token(self, stale=None):
        """Return the bearer token: one per connection and process, renewed before its end.

        Threads that need a new one at the same time wait for the one of them that asks.

        :param stale: the token that was refused, to be renewed unless another thread has
        """
        login = self._login()
        with login.asking:
            now = time.monotonic()
            if login.token != stale and now < login.ends:
                return login.token
            if now < login.refused_until:
                raise Unauthorized("refused a moment ago")
            return self._ask_for_token(login)

    def _ask_for_token(self, login):
        try:
            login.token, lifetime = self._fetch_token()
        except Unauthorized:
            login.refused_until = time.monotonic() + REFUSAL_SECONDS
            raise
        login.ends = time.monotonic() + max(lifetime - TOKEN_MARGIN, 0)
        login.refused_until = 0.0
        return login.token

    def _fetch_token(self):
        credentials = {
            "grant_type": "client_credentials",
            "client_id": self.connection.client_id,
            "client_secret": self.connection.client_secret,
        }
        try:
            response = self._exchange("POST", "/oauth/token", data=credentials)
        except OutcomeUnknown as error:
            # Asking for a token changes nothing, so it may simply be asked again.
            raise Unavailable(str(error)) from error
        if response.status_code in (requests.codes.bad_request, requests.codes.forbidden):
            raise Unauthorized(_problem(response)[1])
        try:
            body = self._read(response)
        except (Rejected, MalformedAnswer) as error:
            raise WrongAddress(f"POST /oauth/token: {error}") from error
        token = body.get("access_token") if isinstance(body, dict) else None
        lifetime = body.get("expires_in", 0) if isinstance(body, dict) else 0
        if not isinstance(token, str) or not token or not isinstance(lifetime, (int, float)):
            raise WrongAddress("POST /oauth/token: no access_token and expires_in in the answer")
        return token, lifetime


def _problem(response):
    """Return code, text and details of a problem+json body; empty ones if it is none."""
    try:
        body = response.json()
    except ValueError:
        return "", "", []
    if not isinstance(body, dict):
        return "", "", []
    details = body.get("detalhes") or []
    return (
        str(body.get("codigo") or ""),
        str(body.get("mensagem") or ""),
        [_detail(detail) for detail in (details if isinstance(details, list) else [details])],
    )


def _detail(detail):
    """Return what is wrong with which field, as one text."""
    if not isinstance(detail, dict):
        return str(detail)
    parts = (detail.get("campo"), detail.get("mensagem"))
    return ": ".join(str(part) for part in parts if part) or str(detail)


def _retry_after(response):
    value = response.headers.get("Retry-After", "")
    return int(value) if value.isdigit() else None
