"""Downloads from addresses of other services: https only, no redirects, limited while reading."""

import requests

from .asaas.api import USER_AGENT
from .http import Session, is_safe_url

LONGEST_PDF = 5 * 1024 * 1024
# Seconds for all of it.
LONGEST_DOWNLOAD = 20


def fetch_pdf(url: str, seconds: float = LONGEST_DOWNLOAD) -> bytes:
    """Return a PDF; empty if the address has none, has moved, or has too large a file.

    No key is sent, and redirects are not followed: the address came from another service.

    :param url: of the file; empty gives nothing
    :param seconds: for all of it
    """
    if seconds <= 0 or not is_safe_url(url):
        return b""
    try:
        with Session(url, LONGEST_PDF) as session:
            answer = session.request(
                "GET",
                url,
                timeout=min(seconds, LONGEST_DOWNLOAD),
                # Compressed, a small part could be a large file.
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
                allow_redirects=False,
            )
    except requests.exceptions.RequestException:
        return b""
    is_file = answer.status_code == 200 and not answer.headers.get("Content-Encoding")
    content = answer.content if is_file else b""
    return content if content.startswith(b"%PDF") else b""
