"""What the tests use to talk to a running sandbox."""

import itertools
import os
import subprocess
import sys
import time
import uuid
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[3]
CNPJ = "11222333000181"
ALPHANUMERIC_CNPJ = "12ABC34501DE35"
DUE = date(2026, 12, 15)
NOW = "2026-11-22T12:00:00"

_numbers = itertools.count(1)


class Process:
    """The sandbox as a process of its own on a free port."""

    def __init__(self, database):
        self._database = database
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox", "--port", "0", "--database", self._database],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        line = self._process.stdout.readline()
        assert line.startswith("Sandbox ready on "), line
        self.url = line.split()[3]

    def kill(self):
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def stop(self):
        self._process.terminate()
        status = self._process.wait(timeout=10)
        self._process.stdout.close()
        return status


class Tenant:
    """An API client with books of its own, on 2026-11-22; what it sells is due from DUE on."""

    def __init__(self, url, **settings):
        self.url = url
        self.id = f"test-{uuid.uuid4().hex}"
        self.secret = "secret"
        self.session = requests.Session()
        body = {"clientId": self.id, "clientSecret": self.secret, **settings}
        assert self.control("POST", "/clients", body).status_code == 201
        self.advance(now=NOW)

    def log_in(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.id,
            "client_secret": self.secret,
        }
        answer = self.session.post(f"{self.url}/api/v1/oauth/token", data=form, timeout=10)
        answer.raise_for_status()
        self.token = answer.json()["access_token"]

    def control(self, method, path, body=None, **query):
        return self.session.request(
            method, f"{self.url}/_sandbox{path}", json=body, params=query, timeout=10
        )

    def call(self, method, path, body=None, *, key=None, timeout=10, session=None, **query):
        headers = {"Authorization": f"Bearer {self.token}"}
        if method != "GET":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        return (session or self.session).request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers=headers,
            params=query,
            timeout=timeout,
        )

    def get(self, path, **query):
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, body=None, *, status=201, key=None):
        answer = self.call("POST", path, body, key=key)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ledger(self):
        return self.control("GET", "/ledger", clientId=self.id).json()

    def set_customer(self, cnpj=CNPJ, **fields):
        answer = self.control("PUT", f"/clientes/{cnpj}", fields, clientId=self.id)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def advance(self, **step):
        answer = self.control("POST", "/clock", {"clientId": self.id, **step})
        assert answer.status_code == 200, answer.text
        self.log_in()
        return answer.json()

    def set_faults(self, *faults, seed=0):
        body = {"clientId": self.id, "seed": seed, "faults": list(faults)}
        answer = self.control("POST", "/faults", body)
        assert answer.status_code == 201, answer.text

    def fired(self):
        return [
            f["fired"] for f in self.control("GET", "/faults", clientId=self.id).json()["faults"]
        ]

    def reserve(self, amount="1000.00", *, reserved=None, key=None, cnpj=CNPJ):
        return self.post("/pre-autorizacoes", order(amount, reserved, cnpj=cnpj), key=key)

    def sell(self, amount, *uses, key=None, **fields):
        return self.post("/transacoes", sale(amount, *uses, **fields), key=key)

    def sell_in_parts(self, *amounts):
        """(code, NF-e key) of an approved sale in these instalments."""
        total = f"{sum(map(Decimal, amounts)):.2f}"
        body = sale(total, parcelas=instalments(*amounts))
        answer = self.post("/transacoes", body)
        assert answer["situacao"] == "APROVADA"
        return answer["codigoTransacao"], body["chaveNFe"]

    def set_rule(self, outcome, **fields):
        """Choose the outcome of the post-sales to come; returns the rules in force."""
        body = {"clientId": self.id, "posVendas": outcome, **fields}
        answer = self.control("POST", "/rules", body)
        assert answer.status_code == 200, answer.text
        return answer.json()["regras"]

    def take_back(self, code, amount, kind="BONIFICACAO", *, status=201, key=None, **fields):
        """Send a post-sale request about a transaction; `fields` as `post_sale` takes them."""
        body = post_sale(code, amount, kind, **fields)
        return self.post("/pos-vendas", body, status=status, key=key)

    def statement(self, first, last, size=500):
        """Every entry of the statement from one date to the other, read page by page."""
        found, page, more = [], 0, True
        while more:
            page += 1
            answer = self.get(
                "/conciliacao", dataInicial=first, dataFinal=last, pagina=page, tamanho=size
            )
            found += answer["itens"]
            more = answer["temMais"]
        return found

    def confirm(self, code, key=None):
        return self.call("PUT", f"/conciliacao/{code}/confirmacao", key=key)

    def add_entries(self, *entries):
        """Put entries on the statement; returns their codes."""
        body = {"clientId": self.id, "entries": list(entries)}
        answer = self.control("POST", "/settlement", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["lancamentos"]

    def position(self, cnpj=CNPJ):
        """(total, used, reserved, available) after checking both sides of the books.

        The position is derived from the records; the log of effects must lead to the same.
        """
        ledger = self.ledger()
        (row,) = [c for c in ledger["clientes"] if c["cnpjCpf"] == cnpj]
        names = ("limiteTotal", "limiteUtilizado", "limitePreAutorizado")
        found = [Decimal(row[name]) for name in names]
        effects = [e for e in ledger["effects"] if e["cnpjCpf"] == cnpj]
        assert found == [sum(Decimal(e[name]) for e in effects) for name in names]
        assert Decimal(row["limiteDisponivel"]) == found[0] - found[1] - found[2]
        return (*(f"{amount:.2f}" for amount in found), row["limiteDisponivel"])


def instalments(*amounts, first=DUE):
    return [
        {
            "numeroParcela": number,
            "dataVencimento": (first + timedelta(days=30 * (number - 1))).isoformat(),
            "valorParcela": amount,
        }
        for number, amount in enumerate(amounts, 1)
    ]


def order(amount="1000.00", reserved=None, *, cnpj=CNPJ, number=None):
    return {
        "cnpjCpf": cnpj,
        "numeroPedido": number or f"S{next(_numbers):05d}",
        "valorPedido": amount,
        "valorPreAutorizacao": reserved or amount,
        "parcelas": instalments(amount),
    }


def nfe_key(number, *, issuer=ALPHANUMERIC_CNPJ, series=1):
    """An NF-e key with a check digit computed independently of the sandbox."""
    body = f"352611{issuer}55{series:03d}{number:09d}112345678"
    weights = itertools.cycle(range(2, 10))
    total = sum((ord(c) - 48) * w for c, w in zip(reversed(body), weights, strict=False))
    digit = 11 - total % 11
    return f"{body}{0 if digit > 9 else digit}"


def sale(amount, *uses, cnpj=CNPJ, **fields):
    """`uses` are (code, amount) or (code, amount, release the rest)."""
    number = next(_numbers)
    return {
        "chaveNFe": nfe_key(number),
        "modelo": "55",
        "serie": "1",
        "numeroNF": str(number),
        "dataEmissao": "2026-11-22",
        "valorTotal": amount,
        "cnpjCpf": cnpj,
        "preAutorizacoes": [
            {"codigo": code, "valor": value, "cancelarSaldo": bool(rest)}
            for code, value, *rest in uses
        ],
        **fields,
    }


def post_sale(code, amount, kind="BONIFICACAO", *, sale_key=None, **fields):
    """A DEVOLUCAO gets a return NF-e of its own; a CANCELAMENTO needs the sale's key."""
    body = {"codigoTransacao": code, "tipo": kind, "valor": amount, "motivo": "Teste"}
    if kind != "BONIFICACAO":
        key = sale_key or nfe_key(next(_numbers))
        body["documento"] = {"chaveNFe": key, "numero": key[25:34], "data": "2026-11-22"}
    return {**body, **fields}


def refusal(tenant, body):
    """(status, code) of the problem by which a post-sale request is refused."""
    answer = tenant.call("POST", "/pos-vendas", body)
    return answer.status_code, answer.json()["codigo"]


def registration(desired="50000.00", cnpj=ALPHANUMERIC_CNPJ):
    return {
        "cnpjCpf": cnpj,
        "razaoSocial": "Comercial Aurora Ltda",
        "endereco": {
            "logradouro": "Rua das Flores",
            "numero": "100",
            "bairro": "Centro",
            "municipio": "São Paulo",
            "codigoMunicipio": "3550308",
            "uf": "SP",
            "cep": "01001-000",
        },
        "contato": {"email": "financeiro@aurora.example.com", "telefone": "+55 11 91234-5678"},
        "limiteDesejado": desired,
        "historico": [
            {
                "competencia": "2026-10",
                "valorFaturado": "12000.00",
                "valorPago": "0.00",
                "atrasoMedioDias": 2,
            }
        ],
    }


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
