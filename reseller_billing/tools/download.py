"""Downloads from addresses of other services: https only, no redirects, limited while reading."""

import time

import requests

from .asaas.api import USER_AGENT
from .http import Session, is_safe_url

LONGEST_PDF = 5 * 1024 * 1024
# Seconds to wait for the connection and for each part of the file, and for all of it.
TIMEOUT = 10
LONGEST_DOWNLOAD = 20
CHUNK = 64 * 1024


def fetch_pdf(url: str, seconds: float = LONGEST_DOWNLOAD) -> bytes:
    """Return a PDF; empty if the address has none, has moved, or has too large a file.

    No key is sent, and redirects are not followed: the address came from another service.

    :param url: of the file; empty gives nothing
    :param seconds: for all of it
    """
    if seconds <= 0 or not is_safe_url(url):
        return b""
    try:
        with (
            Session(url) as session,
            session.request(
                "GET",
                url,
                timeout=min(TIMEOUT, seconds),
                # Compressed, a small part could be a large file.
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            is_file = answer.status_code == 200 and not answer.headers.get("Content-Encoding")
            content = _read(answer, seconds) if is_file else b""
    except requests.exceptions.RequestException:
        return b""
    return content if content.startswith(b"%PDF") else b""


def _read(answer: requests.Response, seconds: float) -> bytes:
    """Return the body of an answer; empty if it is too large or too slow."""
    content, deadline = bytearray(), time.monotonic() + min(seconds, LONGEST_DOWNLOAD)
    for chunk in answer.iter_content(CHUNK):
        content += chunk
        if len(content) > LONGEST_PDF or time.monotonic() > deadline:
            return b""
    return bytes(content)
