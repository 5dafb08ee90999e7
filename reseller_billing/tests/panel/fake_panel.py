"""A reseller panel in memory, as docs/api/reseller-panel.openapi.yaml has it."""

import itertools
import json
from datetime import date

import requests

URL = "https://panel.example.com/painel"
TOKEN = "panel-token-of-the-tests"
LETTERS = {"clientes": "CL", "contratacoes": "CT", "faturas": "FT"}
EMPTY = {
    "clientes": (
        *("cpfCnpj", "email", "telefone", "celular", "cep", "logradouro", "numero"),
        *("complemento", "bairro", "cidade", "uf", "referenciaExterna"),
    ),
    "contratacoes": ("plano", "valor", "dataInicio", "diaVencimento", "referenciaExterna"),
    "faturas": ("idCobranca", "linkCobranca", "dataPagamento", "valorPago", "referenciaExterna"),
}


class FakePanel:
    """Keeps records, and can fail on purpose.

    `fail` is a list of what happens to the next requests: an exception, an HTTP status, or
    ("after", exception) for a request that is processed but not answered; None for one that is not
    to fail. `calls` are (method, path, body).
    """

    def __init__(self, token=TOKEN, url=URL):
        self.url, self.token = url, token
        self.records = {name: {} for name in LETTERS}
        self.keys, self.calls, self.fail = {}, [], []
        self.size = None
        self._moments = itertools.count(1)

    # What tests do

    def add(self, resource, **values):
        """Add a record in the panel, as its user does; return its id."""
        number = len(self.records[resource]) + 1
        item = {
            "id": f"{LETTERS[resource]}{number:08}",
            **dict.fromkeys(EMPTY[resource]),
            **self._defaults(resource, number),
            **values,
        }
        self.records[resource][item["id"]] = item
        self._touch(item)
        return item["id"]

    def change(self, reference, **values):
        """Change a record in the panel, as its user does."""
        item = self.get(reference)
        if any(item[name] != value for name, value in values.items()):
            item |= values
            self._touch(item)

    def get(self, reference):
        return next(found[reference] for found in self.records.values() if reference in found)

    def writes(self, resource=""):
        """Return the requests that wrote: (method, path, body)."""
        return [
            call for call in self.calls if call[0] != "GET" and call[1].startswith(f"/{resource}")
        ]

    # How it answers

    def __call__(self, method, url, headers=None, params=None, **options):
        path, sent = url.removeprefix(self.url), options.get("json")
        self.calls.append((method, path, sent))
        failure = self.fail.pop(0) if self.fail else None
        if isinstance(failure, Exception):
            raise failure
        if isinstance(failure, int):
            return self._response(failure, self._problem("FALHA", "Failed on purpose."))
        if headers.get("X-Painel-Token") != self.token:
            return self._response(401, self._problem("TOKEN_INVALIDO", "Token inválido."))
        status, body = self._route(method, path, params or {}, sent, headers)
        if isinstance(failure, tuple):
            raise failure[1]
        return self._response(status, body)

    def _route(self, method, path, params, body, headers):
        _empty, resource, *rest = path.split("/")
        found = self.records[resource]
        if method == "GET":
            since = params.get("alteradoDesde") or ""
            items = sorted(found.values(), key=lambda item: item["alteradoEm"])
            items = [dict(item) for item in items if item["alteradoEm"] >= since]
            size = self.size or params["tamanho"]
            start = (params["pagina"] - 1) * size
            return 200, {
                "itens": items[start : start + size],
                "temMais": len(items) > start + size,
            }
        if method == "POST":
            return self._create(resource, body, headers["Idempotency-Key"])
        if rest[0] not in found:
            return 404, self._problem("NAO_ENCONTRADO", "Não encontrado.")
        item = found[rest[0]]
        after = {**item, **body}
        if resource == "contratacoes" and item["situacao"] == "CANCELADO" != body["situacao"]:
            return 409, self._problem("SITUACAO_NAO_PERMITE", "Cancelada.")
        if resource == "faturas" and after["situacao"] != "PAGA":
            if body.get("dataPagamento") or body.get("valorPago"):
                return 422, self._problem("FATURA_NAO_PAGA", "Somente uma fatura PAGA.")
            after |= {"dataPagamento": None, "valorPago": None}
        self.change(item["id"], **after)
        return 200, dict(item)

    def _create(self, resource, body, key):
        if key in self.keys:
            before, answer = self.keys[key]
            if before != (resource, body):
                return 409, self._problem("CHAVE_IDEMPOTENCIA_REUTILIZADA", "Chave reutilizada.")
            return 201, answer
        refusal = self._refuse(resource, body)
        if refusal:
            return refusal
        if resource == "faturas":
            state = "AGUARDANDO_PAGAMENTO" if body.get("idCobranca") else "EM_PROCESSAMENTO"
            body = {**body, "situacao": state}
        reference = self.add(resource, **body)
        answer = dict(self.get(reference))
        sent = {name: value for name, value in body.items() if name != "situacao"}
        self.keys[key] = ((resource, sent), answer)
        return 201, answer

    def _refuse(self, resource, body):
        if resource == "clientes":
            return None
        if body["clienteId"] not in self.records["clientes"]:
            return 422, self._problem("CLIENTE_NAO_ENCONTRADO", "Cliente não encontrado.")
        if resource == "faturas":
            contract = self.records["contratacoes"].get(body["contratacaoId"])
            if not contract or contract["situacao"] != "ATIVO":
                return 422, self._problem("CONTRATACAO_NAO_ATIVA", "Não está ativa.")
            return None
        for other in self.records["contratacoes"].values():
            same = all(other[name] == body[name] for name in ("clienteId", "plano"))
            if same and other["situacao"] != "CANCELADO":
                return 409, self._problem("CONTRATACAO_EXISTENTE", "Já existe.")
        return None

    def _touch(self, item):
        item["alteradoEm"] = f"2026-07-01T09:{next(self._moments):06}.000-03:00"

    @staticmethod
    def _defaults(resource, number):
        if resource == "clientes":
            return {"nome": f"Cliente {number}", "ativo": True}
        if resource == "contratacoes":
            return {"situacao": "EM_TESTE", "dataInicio": date.today().isoformat()}
        return {
            "codigo": f"{number:06}",
            "descricao": "Mensalidade",
            "valor": "100.00",
            "lancamento": "2026-07-01",
            "vencimento": "2026-07-20",
            "mesReferencia": "07",
            "anoReferencia": "2026",
            "situacao": "EM_PROCESSAMENTO",
        }

    @staticmethod
    def _problem(code, text):
        return {"status": 0, "codigo": code, "mensagem": text, "detalhes": []}

    @staticmethod
    def _response(status, body):
        response = requests.Response()
        response.status_code = status
        response._content = json.dumps(body).encode()
        return response
