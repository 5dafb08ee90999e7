"""HTTP client of the reseller panel. Knows no records, keeps no token in errors or logs.

Source: docs/api/reseller-panel.openapi.yaml.
"""

import logging
from urllib.parse import quote, urlsplit

import requests

from ..asaas.api import LOOPBACK_HOSTS, never_left, read_pause
from ..receipts import Gone, OutcomeUnknown, Rejected, Unauthorized, Unavailable

_logger = logging.getLogger(__name__)

TOKEN_HEADER = "X-Painel-Token"
# Seconds to connect, and to wait for an answer.
TIMEOUT = (5, 30)
PAGE = 50
# A gateway gave up waiting; what stands behind it may have gone on.
MAY_HAVE_BEEN_PROCESSED = (408, 425)


class Refused(Rejected):
    """The panel understood and refuses.

    :param code: the panel's own code (`codigo`), may be empty
    """

    def __init__(self, text, code=""):
        super().__init__(text)
        self.code = code


def is_acceptable_url(url):
    """Return whether the token may be sent there: https, or http on this machine (a sandbox)."""
    try:
        parts = urlsplit(url or "")
        hostname = parts.hostname
    except ValueError:
        return False
    if not hostname or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and hostname in LOOPBACK_HOSTS)


class PanelClient:
    """The calls of the panel that this addon makes. Each method raises errors of `tools.receipts`.

    :param url: up to and without the slash before `/clientes`
    :param token: of the reseller; sent in a header only
    """

    def __init__(self, url, token):
        self._url = url.rstrip("/")
        self._token = token

    def check(self):
        """Ask for one client: proves address, TLS and token. Changes nothing."""
        self.list("clientes", None, size=1)

    def list(self, resource, since, page=1, size=PAGE):
        """Return a page of records that changed at a moment or later, and whether more follow.

        :param resource: clientes, contratacoes or faturas
        :param since: an `alteradoEm` as the panel gave it, or None for all
        :return: list of dicts that have `id` and `alteradoEm`, bool
        """
        params = {"pagina": page, "tamanho": size}
        if since:
            params["alteradoDesde"] = since
        answer = self._send("GET", f"/{resource}", params=params)
        items = answer.get("itens")
        if not isinstance(items, list) or not all(_is_record(item) for item in items):
            raise OutcomeUnknown("The answer is no list of records.")
        return items, bool(answer.get("temMais"))

    def add(self, resource, body, key):
        """Add a record. Under the same key the same body makes one record, however often."""
        return self._record("POST", f"/{resource}", body, {"Idempotency-Key": key})

    def change(self, path, body):
        """Change what the body names; the rest stays."""
        return self._record("PUT", "/" + quote(path), body)

    def _record(self, method, path, body, headers=None):
        answer = self._send(method, path, json=body, headers=headers)
        if not _is_record(answer):
            raise OutcomeUnknown("The answer names no record.")
        return answer

    def _send(self, method, path, headers=None, **options):
        headers = {"Accept": "application/json", TOKEN_HEADER: self._token, **(headers or {})}
        try:
            # A redirection would carry the token elsewhere.
            response = requests.request(
                method,
                self._url + path,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                verify=True,
                **options,
            )
        except requests.exceptions.RequestException as error:
            _logger.info("Reseller panel: %s %s: %s", method, path, type(error).__name__)
            raise self._failure(method, path, error) from None
        _logger.info("Reseller panel: %s %s: HTTP %s", method, path, response.status_code)
        return self._read(response)

    @staticmethod
    def _failure(method, path, error):
        text = f"{method} {path}: {type(error).__name__}"
        if isinstance(error, requests.exceptions.SSLError) or never_left(error):
            return Unavailable(text)
        return OutcomeUnknown(text)

    def _read(self, response):
        status = response.status_code
        code, words = self._problem(response) if status >= 300 else ("", "")
        text = " ".join(filter(None, (f"HTTP {status}", code, words)))
        if status in (401, 403):
            raise Unauthorized(text)
        if status == 404:
            raise Gone(text)
        if status == 429:
            raise Unavailable(text, read_pause(response))
        if status >= 500 or status in MAY_HAVE_BEEN_PROCESSED:
            raise OutcomeUnknown(text)
        if status >= 300:
            raise Refused(text, code)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise OutcomeUnknown(f"HTTP {status}: what answered is not the panel.")
        return answer

    def _problem(self, response):
        """Return code and words of an error, never with the token in them."""
        try:
            body = response.json()
        except ValueError:
            return "", ""
        if not isinstance(body, dict):
            return "", ""
        details = body.get("detalhes")
        words = [str(body.get("mensagem") or "")]
        for detail in details if isinstance(details, list) else []:
            if isinstance(detail, dict):
                words.append(f"{detail.get('campo')}: {detail.get('mensagem')}")
        text = "\n".join(filter(None, words)).replace(self._token, "[…]")[:2000]
        return str(body.get("codigo") or "")[:100], text


def _is_record(item):
    return isinstance(item, dict) and all(
        isinstance(item.get(name), str) and 0 < len(item[name]) <= 64
        for name in ("id", "alteradoEm")
    )
