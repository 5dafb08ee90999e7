"""Tokens, idempotency, errors and restarts."""

import json
import socket
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .client import CNPJ, ROOT, Process, Tenant, instalments, nfe_key, order, registration, sale


def _token(tenant, auth=None, **form):
    form = {"grant_type": "client_credentials", **form}
    return requests.post(f"{tenant.url}/api/v1/oauth/token", data=form, auth=auth, timeout=10)


def test_token_by_form_and_by_basic(tenant):
    answer = _token(tenant, auth=(tenant.id, tenant.secret))
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    tenant.token = body["access_token"]
    assert tenant.get("/pre-autorizacoes") == {"itens": [], "temMais": False}


def test_wrong_credentials_are_refused(tenant):
    for form in ({"client_id": tenant.id, "client_secret": "wrong"}, {"client_id": "nobody"}, {}):
        answer = _token(tenant, **form)
        assert (answer.status_code, answer.json()["codigo"]) == (401, "CREDENCIAIS_INVALIDAS")
    answer = _token(tenant, grant_type="password")
    assert (answer.status_code, answer.json()["codigo"]) == (400, "GRANT_TYPE_INVALIDO")


def test_token_expires_in_virtual_time(tenant):
    step = {"clientId": tenant.id, "advanceSeconds": 3590}
    tenant.control("POST", "/clock", step)
    assert tenant.call("GET", "/pre-autorizacoes").status_code == 200
    tenant.control("POST", "/clock", {**step, "advanceSeconds": 20})
    answer = tenant.call("GET", "/pre-autorizacoes")
    assert (answer.status_code, answer.json()["codigo"]) == (401, "TOKEN_EXPIRADO")
    tenant.log_in()
    assert tenant.call("GET", "/pre-autorizacoes").status_code == 200


@pytest.mark.parametrize(("token", "code"), [("", "TOKEN_AUSENTE"), ("unknown", "TOKEN_INVALIDO")])
def test_call_without_a_valid_token(tenant, token, code):
    tenant.token = token
    answer = tenant.call("POST", "/clientes", registration())
    assert (answer.status_code, answer.json()["codigo"]) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_same_key_gives_the_first_answer(buyer):
    body = order("100.00")
    first = buyer.call("POST", "/pre-autorizacoes", body, key="once")
    buyer.advance(advanceDays=2)
    reordered = dict(reversed(body.items()))
    second = buyer.call("POST", "/pre-autorizacoes", reordered, key="once")
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    assert buyer.position()[2] == "100.00"


def test_same_key_for_something_else_is_refused(buyer):
    code = buyer.reserve("100.00", key="once")["codigoPreAutorizacao"]
    calls = [
        ("POST", "/pre-autorizacoes", order("200.00")),
        ("POST", f"/pre-autorizacoes/{code}/cancelamento", None),
    ]
    for method, path, body in calls:
        answer = buyer.call(method, path, body, key="once")
        assert (answer.status_code, answer.json()["codigo"]) == (
            409,
            "CHAVE_IDEMPOTENCIA_REUTILIZADA",
        )
    assert buyer.position()[2] == "100.00"


def test_change_and_action_are_idempotent(buyer):
    code = buyer.reserve("100.00")["codigoPreAutorizacao"]
    change = {"valorPreAutorizacao": "150.00", "parcelas": instalments("150.00")}
    for _ in range(2):
        answer = buyer.call("PUT", f"/pre-autorizacoes/{code}", change, key="change")
        assert answer.json()["valorPreAutorizado"] == "150.00"
    for _ in range(2):
        assert buyer.post(f"/pre-autorizacoes/{code}/cancelamento", status=200, key="cancel")
    kinds = [e["effect"] for e in buyer.ledger()["effects"]]
    assert (kinds.count("CHANGED"), kinds.count("CANCELLED")) == (1, 1)


def test_error_leaves_the_key_free(buyer):
    bad = {**order("100.00"), "valorPreAutorizacao": "1"}
    assert buyer.call("POST", "/pre-autorizacoes", bad, key="retry").status_code == 422
    assert buyer.get("/pre-autorizacoes", chaveIdempotencia="retry")["itens"] == []
    assert buyer.reserve("100.00", key="retry")["situacao"] == "VIGENTE"


@pytest.mark.parametrize("path", ["/pre-autorizacoes", "/transacoes"])
def test_concurrent_duplicates_have_one_effect(buyer, path):
    body = order("100.00") if path == "/pre-autorizacoes" else sale("100.00")
    key = uuid.uuid4().hex

    def send(_):
        return buyer.call("POST", path, body, key=key, session=requests.Session())

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    assert {(a.status_code, json.dumps(a.json())) for a in answers} == {
        (201, json.dumps(answers[0].json()))
    }
    ledger = buyer.ledger()
    assert len(ledger["preAutorizacoes"]) + len(ledger["transacoes"]) == 1
    assert buyer.position()[3] == "9900.00"
    (count,) = [r["count"] for r in ledger["requests"] if r["idempotencyKey"] == key]
    assert count == 16


@pytest.mark.parametrize("key", [None, "", "com espaço".encode().decode("latin-1"), "x" * 129])
def test_write_without_a_usable_key(tenant, key):
    headers = {"Authorization": f"Bearer {tenant.token}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    answer = requests.post(
        f"{tenant.url}/api/v1/clientes", json=registration(), headers=headers, timeout=10
    )
    assert answer.status_code == 400
    assert answer.json()["codigo"].startswith("CHAVE_IDEMPOTENCIA_")


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "JSON_INVALIDO"),
        (b'{"limiteDesejado": NaN}', "application/json", 400, "JSON_INVALIDO"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "JSON_INVALIDO"),
        (b"\xff", "application/json", 400, "JSON_INVALIDO"),
        (b"[" * 200000, "application/json", 400, "JSON_INVALIDO"),
        (b"[]", "application/json; charset=utf-8", 422, "DADOS_INVALIDOS"),
        (b"{}", "text/plain", 415, "TIPO_DE_CONTEUDO_INVALIDO"),
        (b" " * 1048577, "application/json", 413, "CORPO_MUITO_GRANDE"),
    ],
)
def test_unreadable_bodies(tenant, data, content_type, status, code):
    headers = {
        "Authorization": f"Bearer {tenant.token}",
        "Idempotency-Key": "k",
        "Content-Type": content_type,
    }
    answer = requests.post(f"{tenant.url}/api/v1/clientes", data=data, headers=headers, timeout=10)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["codigo"]) == (status, code)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cnpjCpf": "12ABC34501DE34"}, "cnpjCpf"),
        ({"cnpjCpf": "12.ABC.345/01DE-35"}, "cnpjCpf"),
        ({"valorPedido": "100"}, "valorPedido"),
        ({"valorPedido": 100.00}, "valorPedido"),
        ({"valorPreAutorizacao": "0.00"}, "valorPreAutorizacao"),
        ({"valorPreAutorizacao": "-1.00"}, "valorPreAutorizacao"),
        ({"numeroPedido": " "}, "numeroPedido"),
        ({"numeroPedido": "\ud800"}, "numeroPedido"),
        ({"parcelas": []}, "parcelas"),
        ({"parcelas": instalments("99.99")}, "parcelas"),
        ({"parcelas": instalments("50.00", "50.00")[:1] * 2}, "parcelas[1].numeroParcela"),
        ({"parcelas": [{"numeroParcela": 1}]}, "parcelas[0].dataVencimento"),
        ({"extra": 1}, "extra"),
    ],
)
def test_faulty_reservation_names_the_field(buyer, change, field):
    answer = buyer.call("POST", "/pre-autorizacoes", {**order("100.00"), **change})
    assert (answer.status_code, answer.json()["codigo"]) == (422, "DADOS_INVALIDOS")
    assert field in [d["campo"] for d in answer.json()["detalhes"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chaveNFe": nfe_key(1)[:43] + "X"}, "chaveNFe"),
        ({"chaveNFe": nfe_key(1)[:43] + str((int(nfe_key(1)[43]) + 1) % 10)}, "chaveNFe"),
        ({"serie": "2"}, "serie"),
        ({"numeroNF": "999999999"}, "numeroNF"),
        ({"modelo": "65"}, "modelo"),
        ({"dataEmissao": "2026-02-30"}, "dataEmissao"),
        ({"parcelas": instalments("100.00", "0.01")}, "parcelas"),
        ({"preAutorizacoes": [{"codigo": "PA1", "valor": "100.01"}]}, "preAutorizacoes"),
    ],
)
def test_faulty_transaction_names_the_field(buyer, change, field):
    answer = buyer.call("POST", "/transacoes", {**sale("100.00"), **change})
    assert (answer.status_code, answer.json()["codigo"]) == (422, "DADOS_INVALIDOS")
    assert field in [d["campo"] for d in answer.json()["detalhes"]]


def test_all_faults_are_named_at_once(tenant):
    body = registration("0.00")
    body["endereco"]["cep"] = "1"
    body["contato"]["email"] = "nobody"
    details = tenant.call("POST", "/clientes", body).json()["detalhes"]
    assert [d["campo"] for d in details] == ["endereco.cep", "contato.email", "limiteDesejado"]


def test_unknown_paths_methods_and_parameters(tenant):
    answer = tenant.call("GET", "/nada")
    assert (answer.status_code, answer.json()["codigo"]) == (404, "RECURSO_NAO_ENCONTRADO")
    answer = tenant.call("GET", "/clientes")
    assert (answer.status_code, answer.json()["codigo"]) == (405, "METODO_NAO_PERMITIDO")
    assert answer.headers["Allow"] == "POST"
    answer = tenant.call("GET", "/transacoes", chave_idempotencia="a")
    assert (answer.status_code, answer.json()["codigo"]) == (400, "PARAMETRO_INVALIDO")


def test_connection_is_kept_alive(process):
    host, port = process.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(b"GET /_sandbox/health HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            received = b""
            while not received.endswith(b"}\n"):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 ")


def test_crash_and_restart_keep_the_books(tmp_path):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    try:
        tenant = Tenant(sandbox.url)
        tenant.set_customer(limiteTotal="1000.00")
        tenant.advance(advanceDays=3)
        body = order("100.00")
        first = tenant.call("POST", "/pre-autorizacoes", body, key="once").json()
        before = tenant.ledger()
        sandbox.kill()
        sandbox.start()
        tenant.url = sandbox.url
        after = tenant.ledger()
        unchanged = ("clientes", "preAutorizacoes", "effects", "requests", "settings")
        assert {k: after[k] for k in unchanged} == {k: before[k] for k in unchanged}
        assert after["now"][:10] == before["now"][:10]
        assert tenant.call("POST", "/pre-autorizacoes", body, key="once").json() == first
        assert tenant.get(f"/clientes/{CNPJ}")["limitePreAutorizado"] == "100.00"
    finally:
        assert sandbox.stop() == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_only_loopback_is_served(host, tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.sandbox", "--host", host, "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 2
    assert host in ended.stderr
