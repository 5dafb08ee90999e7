"""Requests to the JSON API of another service, and their typed errors. No ORM."""

import ipaddress
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from time import monotonic, time
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from .errors import Gone, OutcomeUnknown, Rejected, ServiceError, Unauthorized, Unavailable
from .limited import LARGEST_ANSWER, LimitedAdapter, WatchedHTTPSConnection, WatchedHTTPSPool

# This machine, where a sandbox may run; plain http is accepted for these hosts only.
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
# Seconds to wait after too many requests, if the answer does not say.
USUAL_PAUSE = 60
LONGEST_PAUSE = 12 * 3600
# More seconds are a moment since 1970 and no pause.
UNIX_MOMENT = 1_500_000_000
# Seconds below which a request is not begun any more.
SHORTEST_TIMEOUT = 0.2
LONGEST_WORDS = 2000


class _OutsideConnection(WatchedHTTPSConnection):
    """A connection that ends before anything is sent if its host is inside this network."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        if is_inside(sock.getpeername()[0]):
            sock.close()
            raise NewConnectionError(self, "The address is inside this network.")
        return sock


class _OutsidePool(WatchedHTTPSPool):
    ConnectionCls = _OutsideConnection


class Session(requests.Session):
    """The way of all requests to one service.

    Of the environment it uses proxies and certificates only: a login in .netrc would replace the
    secret. Without a proxy no host inside this network is reached, whatever its name leads to,
    except this machine if the URL names it.

    An answer is whole within the timeout and a size, or it is none.

    :param url: of the service
    :param largest: bytes of an answer
    """

    def __init__(self, url: str, largest: int = LARGEST_ANSWER) -> None:
        super().__init__()
        settings = self.merge_environment_settings(url, {}, None, None, None)
        self.proxies, self.verify = settings["proxies"], settings["verify"]
        self.trust_env = False
        is_here = urlsplit(url).hostname in LOOPBACK_HOSTS
        https = WatchedHTTPSPool if is_here else _OutsidePool
        self.mount("https://", LimitedAdapter(largest, https))
        self.mount("http://", LimitedAdapter(largest))


@dataclass(frozen=True)
class Service:
    """Address of a service, how it is called, and the form of its errors.

    :param url: up to and without the slash before a path
    :param headers: of each request, with the secret
    :param secret: in no error and no log
    :param label: what the log calls the service
    :param logger: where requests are logged; never what they carry or how they are answered
    :param read_problem: function of the JSON of an error that returns its code and words
    :param timeout: seconds, or a pair of seconds to connect and to wait for the answer
    :param deadline: by `time.monotonic`, after which nothing is sent or waited for; None for none
    """

    url: str
    headers: dict[str, str] = field(repr=False)
    secret: str = field(repr=False)
    label: str
    logger: logging.Logger
    read_problem: Callable[[object], tuple[str, str]]
    timeout: float | tuple[float, float] = 10
    deadline: float | None = None

    def until(self, deadline: float) -> "Service":
        """Return this service with one deadline for all requests together."""
        return replace(self, deadline=deadline)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: dict | None = None,
        json: dict | None = None,
        headers: dict[str, str] | None = None,
        reference: str = "",
    ) -> dict:
        """Send a request and return the JSON object that answers it.

        :param path: below the URL, without a slash at its beginning
        :param reference: what the log calls the record that it is about
        :raise ServiceError: one of `errors`
        """
        url = f"{self.url}/{path}"
        asked = f"{method} {urlsplit(url).path}"
        timeout = self._get_timeout(asked)
        self.logger.info("%s: %s %s", self.label, asked, reference)
        try:
            with Session(url) as session:
                # A redirection would carry the secret elsewhere.
                answer = session.request(
                    method,
                    url,
                    params=params,
                    json=json,
                    headers={**self.headers, **(headers or {})},
                    timeout=timeout,
                    allow_redirects=False,
                )
        except requests.exceptions.RequestException as error:
            self.logger.warning("%s: %s: %s", self.label, asked, type(error).__name__)
            raise _describe_missing_answer(asked, error) from None
        level = logging.INFO if answer.status_code < 300 else logging.WARNING
        self.logger.log(level, "%s: HTTP %s %s", self.label, answer.status_code, reference)
        return self._read(answer)

    def _get_timeout(self, asked: str) -> float | tuple[float, float]:
        """Return the timeout of a request that begins now.

        :raise Unavailable: if the deadline is over
        """
        if self.deadline is None:
            return self.timeout
        left = self.deadline - monotonic()
        if left < SHORTEST_TIMEOUT:
            raise Unavailable(f"{asked}: no time left", cause="timeout")
        if isinstance(self.timeout, tuple):
            return tuple(min(part, left) for part in self.timeout)
        return min(self.timeout, left)

    def _read(self, answer: requests.Response) -> dict:
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.status_code >= 300:
            raise self._describe_problem(answer, body)
        if not isinstance(body, dict):
            raise OutcomeUnknown(
                f"HTTP {answer.status_code}: what answered is not the service.",
                status=answer.status_code,
                cause="foreign",
            )
        return body

    def _describe_problem(self, answer: requests.Response, body: object) -> ServiceError:
        status = answer.status_code
        code, words = self.read_problem(body)
        words = words.replace(self.secret, "[…]")[:LONGEST_WORDS] if self.secret else words
        text = " ".join(filter(None, (f"HTTP {status}", code, words)))
        values = {"status": status, "code": code, "words": words}
        match status:
            case 401 | 403:
                return Unauthorized(text, **values)
            case 404:
                return Gone(text, **values)
            case 409:
                # The record is being processed there: nothing was done, and later it can be.
                return Unavailable(text, **values)
            case 429:
                return Unavailable(text, retry_after=read_pause(answer), **values)
            case 408 | 425:
                # A gateway timed out; the service behind it may have processed the request.
                return OutcomeUnknown(text, **values)
        if status >= 500:
            return OutcomeUnknown(text, **values)
        if status >= 400:
            return Rejected(text, **values)
        return OutcomeUnknown(text, cause="foreign", **values)


def is_safe_url(url: str, is_sandbox: bool = True) -> bool:
    """Return whether something may be fetched from a URL.

    It is https to a host outside this network, with neither login nor blank.

    :param is_sandbox: this machine is allowed too, also by http
    """
    try:
        parts = urlsplit(url or "")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    host = name.rstrip(".")
    # Clients decode what is written with %, so that another host may be meant.
    if not host or port == 0 or {"@", "%"} & set(parts.netloc):
        return False
    if " " in url or not url.isprintable():
        return False
    if is_sandbox and name in LOOPBACK_HOSTS:
        return parts.scheme in ("https", "http")
    # A name without a dot is one of this network.
    is_outside = ("." in host or ":" in host) and not is_inside(host)
    return parts.scheme == "https" and is_outside


def is_safe_base_url(url: str, is_sandbox: bool = True) -> bool:
    """Return whether a secret may be sent below a URL: a safe one without a query."""
    if not is_safe_url(url, is_sandbox):
        return False
    parts = urlsplit(url)
    return not (parts.query or parts.fragment)


def is_inside(host: str) -> bool:
    """Return whether a host is an address that is not of the public internet; False for names.

    Private, link-local, loopback and reserved addresses, also where they are written as a number.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            # 127.1 and 0x7f000001 are addresses, too.
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return not address.is_global or address.is_multicast


def is_header(text: str) -> bool:
    """Return whether a secret can be an HTTP header: printable ASCII without blanks."""
    return all("!" <= character <= "~" for character in text)


def read_pause(answer: requests.Response) -> int:
    """Return after how many seconds requests are taken again, as the answer says if it does.

    Half a day at most, whatever it says.
    """
    for name in ("Retry-After", "RateLimit-Reset"):
        seconds = _read_seconds(answer.headers.get(name, ""))
        if seconds is not None:
            return max(0, min(seconds, LONGEST_PAUSE))
    return USUAL_PAUSE


def _read_seconds(text: str) -> int | None:
    """Return seconds from now: said as such, as a moment of Unix, or as a date of HTTP."""
    if text.isascii() and text.isdecimal():
        # Longer ones are no number that anybody means.
        seconds = int(text[:15])
        return seconds - int(time()) if seconds > UNIX_MOMENT else seconds
    try:
        return int(parsedate_to_datetime(text).timestamp() - time())
    except (TypeError, ValueError, OverflowError):
        return None


def _describe_missing_answer(
    asked: str, error: requests.exceptions.RequestException
) -> ServiceError:
    cause = "timeout" if isinstance(error, requests.exceptions.Timeout) else "unreachable"
    text = f"{asked}: {type(error).__name__}"
    if _never_left(error):
        return Unavailable(text, cause=cause)
    return OutcomeUnknown(text, cause=cause)


def _never_left(error: requests.exceptions.RequestException) -> bool:
    """Return whether a failed request surely did not reach anybody."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
