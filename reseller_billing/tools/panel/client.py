"""HTTP client of the reseller panel. No ORM; no token in errors or logs.

Source: docs/api/reseller-panel.openapi.yaml.
"""

import logging
from urllib.parse import quote

from ..errors import OutcomeUnknown
from ..http import Service

_logger = logging.getLogger(__name__)

# The name of a header, not a token.
TOKEN_HEADER = "X-Painel-Token"  # noqa: S105
# Seconds to connect, and to wait for an answer.
TIMEOUT = (5, 30)
PAGE = 50


class PanelClient:
    """Requests to the panel. Each method raises errors of `tools.errors`.

    :param url: up to and without the slash before `/clientes`
    :param token: of the reseller; sent in a header only
    """

    def __init__(self, url: str, token: str) -> None:
        self._service = Service(
            url=url.rstrip("/"),
            headers={"Accept": "application/json", TOKEN_HEADER: token},
            secret=token,
            label="Reseller panel",
            logger=_logger,
            read_problem=read_problem,
            timeout=TIMEOUT,
        )

    def check(self) -> None:
        """Request one client, to check address, TLS and token."""
        self.list_records("clientes", None, size=1)

    def list_records(
        self, resource: str, since: str | None, page: int = 1, size: int = PAGE
    ) -> tuple[list[dict], bool]:
        """Return a page of records that changed at a moment or later, and whether more follow.

        :param resource: clientes, contratacoes or faturas
        :param since: an `alteradoEm` as the panel gave it, or None for all
        :return: list of dicts that have `id` and `alteradoEm`, bool
        """
        params = {"pagina": page, "tamanho": size}
        if since:
            params["alteradoDesde"] = since
        answer = self._service.send("GET", resource, params=params)
        items = answer.get("itens")
        if not isinstance(items, list) or not all(_is_record(item) for item in items):
            raise OutcomeUnknown("The answer is no list of records.", cause="foreign")
        return items, bool(answer.get("temMais"))

    def add(self, resource: str, body: dict, key: str) -> dict:
        """Add a record. Under the same key the same body makes one record, however often."""
        return self._send_record("POST", resource, body, {"Idempotency-Key": key})

    def change(self, path: str, body: dict) -> dict:
        """Change the fields of the body; the others stay."""
        return self._send_record("PUT", quote(path), body)

    def _send_record(
        self, method: str, path: str, body: dict, headers: dict[str, str] | None = None
    ) -> dict:
        answer = self._service.send(method, path, json=body, headers=headers)
        if not _is_record(answer):
            raise OutcomeUnknown("The answer names no record.", cause="foreign")
        return answer


def read_problem(body: object) -> tuple[str, str]:
    """Return code and words of an error, empty if it has not the panel's form."""
    if not isinstance(body, dict):
        return "", ""
    details = body.get("detalhes")
    words = [str(body.get("mensagem") or "")]
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            words.append(f"{detail.get('campo')}: {detail.get('mensagem')}")
    return str(body.get("codigo") or "")[:100], "\n".join(filter(None, words))


def _is_record(item: object) -> bool:
    return isinstance(item, dict) and all(
        isinstance(item.get(name), str) and 0 < len(item[name]) <= 64
        for name in ("id", "alteradoEm")
    )
