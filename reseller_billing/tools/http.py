"""Requests to the JSON API of another service, and their typed errors. No ORM."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from .errors import Gone, OutcomeUnknown, Rejected, ServiceError, Unauthorized, Unavailable

# Plain http is accepted for these hosts only.
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
# Seconds to wait after too many requests, if the answer does not say.
USUAL_PAUSE = 60
LONGEST_PAUSE = 12 * 3600
LONGEST_WORDS = 2000


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
    """

    url: str
    headers: dict[str, str] = field(repr=False)
    secret: str = field(repr=False)
    label: str
    logger: logging.Logger
    read_problem: Callable[[object], tuple[str, str]]
    timeout: float | tuple[float, float] = 10

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
        self.logger.info("%s: %s %s", self.label, asked, reference)
        try:
            # A redirection would carry the secret elsewhere.
            answer = requests.request(
                method,
                url,
                params=params,
                json=json,
                headers={**self.headers, **(headers or {})},
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            self.logger.warning("%s: %s: %s", self.label, asked, type(error).__name__)
            raise _describe_missing_answer(asked, error) from None
        level = logging.INFO if answer.status_code < 300 else logging.WARNING
        self.logger.log(level, "%s: HTTP %s %s", self.label, answer.status_code, reference)
        return self._read(answer)

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


def is_safe_url(url: str) -> bool:
    """Return whether something may be fetched from a URL: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError:
        return False
    if not hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and hostname in LOOPBACK_HOSTS)


def is_safe_base_url(url: str) -> bool:
    """Return whether a secret may be sent below a URL: a safe one without login or query."""
    if not is_safe_url(url or ""):
        return False
    parts = urlsplit(url)
    return not (parts.username or parts.password or parts.query or parts.fragment)


def is_header(text: str) -> bool:
    """Return whether a secret can be an HTTP header: printable ASCII without blanks."""
    return all("!" <= character <= "~" for character in text)


def read_pause(answer: requests.Response) -> int:
    """Return after how many seconds requests are taken again, as the answer says if it does."""
    for name in ("Retry-After", "RateLimit-Reset"):
        text = answer.headers.get(name, "")
        if text.isdecimal() and int(text) <= LONGEST_PAUSE:
            return int(text)
    return USUAL_PAUSE


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
