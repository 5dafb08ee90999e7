"""HTTP client of Supplier's partner API. No ORM; no secret stands in an error or a log."""

import re
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from socket import inet_aton
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from ..limited import LimitedAdapter
from .errors import (
    MalformedAnswer,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    WrongAddress,
)
from .wire import LONGEST_BODY, OPERATIONS

# Scheme, a name of labels or an IP address, a port, and a plain path: neither user nor query.
ADDRESS = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)(:[0-9]{1,5})?(/[\w.~-]+)*/?",
    re.ASCII | re.IGNORECASE,
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Seconds before its end at which a token is renewed, so that none ends on its way.
TOKEN_MARGIN = 60
# Seconds.
CONNECT_TIMEOUT = 5
# HTTP states of a gateway that gave up waiting: Supplier behind it may have processed the request.
MAY_HAVE_BEEN_PROCESSED = (408, 425)
NOTHING_WAS_SENT = (NewConnectionError, NameResolutionError, ConnectTimeoutError)

# After a refusal no token is requested for so long with the same credentials: many requests at once
# could lock the account.
REFUSAL_SECONDS = 5
# Pages of what Supplier has of one order, NF-e or sale.
MOST_PAGES = 20
# The longest pause, in seconds, that is believed: who asks for years gets half a day.
LONGEST_PAUSE = 12 * 3600
# From so many "seconds" on it is a moment since the epoch (2001).
FIRST_MOMENT = 10**9
_logins: dict[tuple[str, str, str], "_Login"] = {}
_logins_lock = threading.Lock()


@dataclass
class _Login:
    """The token of one set of credentials in this process, and the lock to request a new one.

    :param ends: by `time.monotonic`
    :param refused_until: by `time.monotonic`
    """

    asking: threading.Lock = field(default_factory=threading.Lock)
    token: str = ""
    ends: float = 0.0
    refused_until: float = 0.0


@dataclass(frozen=True)
class Connection:
    """The address of Supplier and the credentials of the caller.

    :param base_url: up to and including the version, `https://…/api/v1`
    :param timeout: seconds to wait for an answer
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    timeout: float = 20.0


def is_acceptable_url(url: str | None, *, production: bool = False) -> bool:
    """Return whether the address is https, or plain http to this very machine (a sandbox).

    :param production: credentials of production never go to this machine or its own network
    """
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or not ADDRESS.fullmatch(url):
        return False
    if production:
        return parts.scheme == "https" and _is_public(host)
    if _is_link_local(host):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def _is_link_local(host: str) -> bool:
    """Return whether a host is an address of the machine's own link, where clouds keep logins.

    Numbers that only resolvers understand, such as 2852039166, are addresses, too.
    """
    try:
        address = ip_address(host)
    except ValueError:
        try:
            address = ip_address(inet_aton(host))
        except OSError:
            return False
    return (getattr(address, "ipv4_mapped", None) or address).is_link_local


def _is_public(host: str) -> bool:
    """Return whether a host is reached by the internet: a name with a domain, or such an address.

    Forms of an address that only resolvers understand, such as 2130706433 or 127.1, count as names
    without a domain.
    """
    try:
        return ip_address(host).is_global
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        is_name = last != host.rstrip(".") and not last[:1].isdigit()
        return is_name and last.lower() not in ("localhost", "local", "internal")


def open_session(connection: Connection) -> requests.Session:
    """Return a session with the environment's proxies and certificates, read once, not per call.

    Nothing else of the environment is used: a login in .netrc would replace the token. An answer
    is whole within the timeout and a size, or it is none.
    """
    session = requests.Session()
    settings = session.merge_environment_settings(connection.base_url, {}, None, None, None)
    session.proxies, session.verify = settings["proxies"], settings["verify"]
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, LimitedAdapter())
    return session


class SupplierClient:
    """Calls Supplier under one agreement. Each thread needs an instance of its own.

    :param seconds: how long all exchanges of this instance may take together
    :param session: a session whose connections are used; the caller closes it
    """

    def __init__(
        self,
        connection: Connection,
        seconds: float | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self.connection = connection
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._session = session or open_session(connection)

    def check(self) -> None:
        """Request a new token, which proves address, TLS and credentials.

        :raise SupplierError: as any call
        """
        login = self._login()
        with login.asking:
            self._request_token(login)

    def send(self, operation: str, body: Any, key: str, code: str = "") -> Any:
        """Make one call and return the answer's JSON.

        :param operation: a key of OPERATIONS
        :param body: the result of `to_wire()`, or None for queries
        :param key: the idempotency key of the message
        :param code: Supplier's code of the resource, where the path has one
        :raise SupplierError: see `errors`
        """
        call = OPERATIONS[operation]
        path = call.path.format(code=quote(code, safe=""))
        return self._call(call.method, path, body=body, key=key)

    def fetch(self, operation: str, query: dict[str, Any]) -> Any:
        """Return the JSON of a list.

        :param operation: a key of OPERATIONS
        :param query: the parameters of the address
        :raise SupplierError: see `errors`
        """
        call = OPERATIONS[operation]
        return self._call(call.method, call.path, query=query)

    def find_by_key(self, operation: str, key: str) -> Any:
        """Return the result of an earlier attempt with this idempotency key, None without one.

        None also where the API has no such query: sending again under the key returns the result.
        """
        lookup = OPERATIONS[operation].lookup
        if not lookup:
            return None
        answer = self._call("GET", lookup, query={"chaveIdempotencia": key})
        found = answer.get("itens") if isinstance(answer, dict) else None
        if not isinstance(found, list) or len(found) > 1:
            raise MalformedAnswer("a query by idempotency key must find one or none", str(answer))
        return found[0] if found else None

    def find_by_reference(self, operation: str, body: Any) -> list[Any]:
        """Return what Supplier has with the same order, NF-e or transaction as a request.

        :param body: the request's JSON
        :return: the records' JSON, the oldest first; empty for operations without a reference
        :raise SupplierError: see `errors`
        """
        call = OPERATIONS[operation]
        if not call.reference:
            return []
        found: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            query = {call.reference: body[call.reference], "pagina": page}
            answer = self._call("GET", call.lookup, query=query)
            items = answer.get("itens") if isinstance(answer, dict) else None
            if not isinstance(items, list):
                raise MalformedAnswer(
                    "a query by reference has no list", str(answer)[:LONGEST_BODY]
                )
            found += items
            if not answer.get("temMais"):
                return found
        raise MalformedAnswer(f"more than {MOST_PAGES} pages for one {call.reference}")

    # -------------------------------------------------------------------------
    # TRANSPORT
    # -------------------------------------------------------------------------

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        token = self._token()
        response = self._request(method, path, body, query, key, token)
        if response.status_code == requests.codes.unauthorized:
            # The token may have been revoked before its end: try once more with a new one.
            response = self._request(method, path, body, query, key, self._token(stale=token))
        return self._read(response)

    def _request(
        self,
        method: str,
        path: str,
        body: Any,
        query: dict[str, Any] | None,
        key: str | None,
        token: str,
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self._exchange(method, path, json=body, params=query, headers=headers)

    def _exchange(self, method: str, path: str, **options: Any) -> requests.Response:
        """Do the HTTP exchange; tell failures apart by whether the request may be processed."""
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

    def _get_seconds(self) -> float:
        """Return how many seconds the next exchange may wait for an answer."""
        if self._deadline is None:
            return self.connection.timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unavailable("out of time before this exchange began")
        return min(left, self.connection.timeout)

    def _read(self, response: requests.Response) -> Any:
        status = response.status_code
        if status == requests.codes.unauthorized:
            raise Unauthorized(_problem(response)[1] or "401")
        if status == requests.codes.too_many_requests or status >= 500:
            code, text, _details = _problem(response)
            raise Unavailable(
                f"HTTP {status} {code} {text}".strip(), retry_after=_retry_after(response)
            )
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
            raise MalformedAnswer(
                f"HTTP {status}: not JSON", response.text[:LONGEST_BODY]
            ) from error

    # -------------------------------------------------------------------------
    # TOKEN
    # -------------------------------------------------------------------------

    def _login(self) -> _Login:
        owner = (self.connection.base_url, self.connection.client_id, self.connection.client_secret)
        with _logins_lock:
            return _logins.setdefault(owner, _Login())

    def _token(self, stale: str | None = None) -> str:
        """Return the bearer token: one per connection and process, renewed before its end.

        Threads that need a new one at the same time wait for the one that requests it.

        :param stale: the token that was refused; it is renewed unless another thread has done so
        """
        login = self._login()
        with login.asking:
            now = time.monotonic()
            if login.token != stale and now < login.ends:
                return login.token
            if now < login.refused_until:
                raise Unauthorized("refused a moment ago")
            return self._request_token(login)

    def _request_token(self, login: _Login) -> str:
        try:
            login.token, lifetime = self._fetch_token()
        except Unauthorized:
            login.refused_until = time.monotonic() + REFUSAL_SECONDS
            raise
        login.ends = time.monotonic() + max(lifetime - TOKEN_MARGIN, 0)
        login.refused_until = 0.0
        return login.token

    def _fetch_token(self) -> tuple[str, float]:
        credentials = {
            "grant_type": "client_credentials",
            "client_id": self.connection.client_id,
            "client_secret": self.connection.client_secret,
        }
        try:
            response = self._exchange("POST", "/oauth/token", data=credentials)
        except OutcomeUnknown as error:
            # Requesting a token changes nothing, so the request may be repeated.
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


def _problem(response: requests.Response) -> tuple[str, str, list[str]]:
    """Return code, text and details of a problem+json body; empty ones for any other body."""
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


def _detail(detail: Any) -> str:
    """Return field and fault of one detail as a text."""
    if not isinstance(detail, dict):
        return str(detail)
    parts = (detail.get("campo"), detail.get("mensagem"))
    return ": ".join(str(part) for part in parts if part) or str(detail)


def _retry_after(response: requests.Response) -> int | None:
    """Return the seconds until the next call, at most `LONGEST_PAUSE`; None if it does not say.

    Accepted are seconds and a date (RFC 9110, 10.2.3), and seconds since the epoch, which some
    gateways write.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 20:
        seconds = int(value)
        if seconds >= FIRST_MOMENT:
            seconds -= int(time.time())
    else:
        try:
            moment = parsedate_to_datetime(value)
            seconds = int(moment.timestamp() - time.time())
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 1), LONGEST_PAUSE)
