"""One HTTP connection to a webhook, kept alive between events."""

import http.client
from urllib.parse import urlsplit

TIMEOUT = 10


class Connection:
    """Posts events to one address, which must be on this machine."""

    def __init__(self, address):
        url = urlsplit(address)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.hostname, url.port, timeout=TIMEOUT)
        self._path = (url.path or "/") + (f"?{url.query}" if url.query else "")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._connection.close()

    def post(self, body, token):
        """The status of the answer; None when there was none. Redirects are not followed."""
        # A server may end an idle connection at any time, so that a used one gets a second try.
        for was_used in (True, False) if self._connection.sock else (False,):
            try:
                return self._post(body, token)
            except (ConnectionError, http.client.HTTPException):
                self._connection.close()
                if not was_used:
                    return None
            except OSError:
                self._connection.close()
                return None
        return None

    def _post(self, body, token):
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Asaas-Sandbox",
        }
        if token:
            headers["asaas-access-token"] = token
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        response.read()
        return response.status
