"""The reseller panel in the sandbox, as somebody who works in it."""

import itertools

import requests

TOKEN = "painel-sandbox-token"


class Panel:
    """The API of the panel, by which a test does what its users do there."""

    def __init__(self, sandbox_url):
        self.url = f"{sandbox_url}/painel"
        self._keys = itertools.count(1)

    def make_client(self, name, number, **values):
        """Register a client that can be billed; return it as the panel has it.

        :param number: CPF or CNPJ
        """
        client = {"nome": name, "cpfCnpj": number, "cep": "01310-100", **values}
        return self._call(
            "POST",
            "clientes",
            headers={"Idempotency-Key": f"cliente-{next(self._keys)}"},
            json=client,
        )

    def list(self, resource, client=None):
        """Return what the panel has of a resource, of one client where said."""
        found = self._call("GET", resource)["itens"]
        return [one for one in found if client is None or one["clienteId"] == client]

    def _call(self, method, path, headers=None, **options):
        headers = {"X-Painel-Token": TOKEN, **(headers or {})}
        answer = requests.request(
            method, f"{self.url}/{path}", headers=headers, timeout=10, **options
        )
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()
