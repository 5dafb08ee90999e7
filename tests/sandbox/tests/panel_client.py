"""What the tests use to talk to the sandbox as a reseller."""

import uuid

import requests


class Reseller:
    """An account of the panel with books of its own, at noon of 2026-11-22."""

    def __init__(self, url):
        self.url = url
        self.token = f"test-{uuid.uuid4().hex}"
        self.session = requests.Session()
        answer = self.control("POST", "/accounts")
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["accountId"]
        self.move(now="2026-11-22T12:00:30")

    def control(self, method, path, /, **body):
        address = f"{self.url}/_sandbox/painel{path}"
        if method in ("GET", "DELETE"):
            params = {"token": self.token, **body}
            return self.session.request(method, address, params=params, timeout=10)
        return self.session.request(method, address, json={"token": self.token, **body}, timeout=10)

    def call(self, method, path, body=None, *, key=None, token=None, timeout=10, params=None):
        headers = {"X-Painel-Token": self.token if token is None else token}
        if method == "POST":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        return self.session.request(
            method,
            f"{self.url}/painel{path}",
            json=body,
            headers=headers,
            params=params,
            timeout=timeout,
        )

    def ok(self, method, path, body=None, *, key=None, **params):
        answer = self.call(method, path, body, key=key, params=params)
        assert answer.status_code == (201 if method == "POST" else 200), answer.text
        return answer.json()

    def refused(self, method, path, body=None, *, key=None, **params):
        """(status, code) of the refusal."""
        answer = self.call(method, path, body, key=key, params=params)
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert problem["status"] == answer.status_code
        return answer.status_code, problem["codigo"]

    def move(self, **step):
        answer = self.control("POST", "/clock", **step)
        assert answer.status_code == 200, answer.text

    def client(self, **fields):
        return self.ok("POST", "/clientes", {"nome": "Comercial Aurora Ltda", **fields})

    def subscribe(self, client, state="ATIVO", **fields):
        """A subscription of the client, in that state."""
        found = self.ok("POST", "/contratacoes", {"clienteId": client["id"], **fields})
        if state == "EM_TESTE":
            return found
        return self.ok("PUT", f"/contratacoes/{found['id']}/situacao", {"situacao": state})

    def bill(self, subscription, **fields):
        return self.ok("POST", "/faturas", bill(subscription, **fields))

    def ledger(self):
        return self.control("GET", "/ledger").json()


def bill(subscription, **fields):
    """The body of an invoice."""
    return {
        "contratacaoId": subscription["id"],
        "clienteId": subscription["clienteId"],
        "descricao": "Mensalidade",
        "valor": "99.90",
        "lancamento": "2026-11-22",
        "vencimento": "2026-12-10",
        "mesReferencia": "11",
        "anoReferencia": "2026",
        **fields,
    }
