"""Events about changes that the client's calls did not report, sent until accepted."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jsonschema_rs
import pytest
import yaml

from .client import CNPJ, ROOT, Process, Tenant, registration, wait_until

SECRET = "shared-secret"
DOCUMENT = yaml.safe_load((ROOT / "docs/api/supplier.openapi.yaml").read_text())


class Receiver(ThreadingHTTPServer):
    """Takes webhooks; `answers` are the statuses of the next ones, 200 after them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received = []
        self.answers = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"

    @property
    def events(self):
        return [json.loads(body) for _path, _headers, body in self.received]

    def signed(self):
        """Whether each request carries the signature that the contract asks for."""
        found = []
        for _path, headers, body in self.received:
            parts = dict(part.split("=", 1) for part in headers["X-Supplier-Signature"].split(","))
            text = f"{parts['t']}.".encode() + body
            digest = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
            found.append(digest == parts["v1"] and abs(time.time() - int(parts["t"])) < 60)
        return found


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers, body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        """Quiet."""


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


def listening_tenant(url, receiver, **settings):
    hook = {"url": receiver.url, "secret": SECRET, "pausas": [0.05, 0.1]}
    tenant = Tenant(url, webhook=hook, **settings)
    tenant.set_customer(limiteTotal="10000.00")
    wait_until(lambda: len(receiver.received) == 1)
    receiver.received.clear()
    return tenant


@pytest.fixture
def listener(process, receiver):
    """A tenant that listens; its customer has a limit of 10,000.00, whose event has come."""
    return listening_tenant(process.url, receiver)


def decide(tenant, **subject):
    answer = tenant.control("POST", "/decide", {"clientId": tenant.id, **subject})
    assert answer.status_code == 200, answer.text
    return answer.json()["decididos"]


def emit(tenant, code, resource="pre-autorizacao", **fields):
    body = {"clientId": tenant.id, "recurso": resource, "codigo": code, **fields}
    return tenant.control("POST", "/webhooks", body)


def delivered(tenant):
    return [event["delivered"] for event in tenant.ledger()["webhooks"]]


def test_decision_without_a_query_is_told(listener, receiver):
    code = listener.reserve("100.02")["codigoPreAutorizacao"]
    assert decide(listener) == [{"recurso": "pre-autorizacao", "codigo": code}]
    wait_until(lambda: delivered(listener) == [True, True])
    (event,) = receiver.events
    media = DOCUMENT["webhooks"]["event"]["post"]["requestBody"]["content"]["application/json"]
    assert media["schema"]["$ref"] == "#/components/schemas/Event"
    jsonschema_rs.validate(DOCUMENT["components"]["schemas"]["Event"], event)
    assert (event["recurso"], event["codigo"]) == ("pre-autorizacao", code)
    assert receiver.signed() == [True]
    assert receiver.received[0][0] == "/hook?x=1"
    assert listener.get(f"/pre-autorizacoes/{code}")["situacao"] == "VIGENTE"
    (_first, row) = listener.ledger()["webhooks"]
    assert row == {**event, "attempts": 1, "delivered": True, "lastStatus": 200}


def test_what_an_own_call_tells_makes_no_event(listener, receiver):
    code = listener.reserve("100.02")["codigoPreAutorizacao"]
    assert listener.get(f"/pre-autorizacoes/{code}")["situacao"] == "VIGENTE"
    listener.reserve("100.02")
    listener.get("/pre-autorizacoes")
    listener.post(f"/pre-autorizacoes/{code}/cancelamento", status=200)
    listener.sell("100.12")
    listener.get("/transacoes")
    listener.post("/clientes", registration())
    assert len(listener.ledger()["webhooks"]) == 1, "only the one of the fixture"


def test_side_effect_on_another_resource_is_told(listener, receiver):
    code = listener.reserve("100.00")["codigoPreAutorizacao"]
    listener.sell("100.00", (code, "100.00"))
    wait_until(lambda: receiver.received)
    assert [(e["recurso"], e["codigo"]) for e in receiver.events] == [("pre-autorizacao", code)]


def test_each_kind_of_resource_is_decided_and_told(listener, receiver):
    listener.post("/clientes", registration("1000.02"))
    reservation = listener.reserve("100.03")["codigoPreAutorizacao"]
    sale = listener.sell("100.12")["codigoTransacao"]
    sold = listener.sell("100.00")["codigoTransacao"]
    bonus = listener.take_back(sold, "10.04")["codigoSolicitacao"]
    cnpj = registration()["cnpjCpf"]
    assert decide(listener, recurso="transacao", codigo=sale)
    assert decide(listener, recurso="cliente") == [{"recurso": "cliente", "codigo": cnpj}]
    decide(listener)
    wait_until(lambda: len(receiver.received) == 4)
    assert [(e["recurso"], e["codigo"]) for e in receiver.events] == [
        ("transacao", sale),
        ("cliente", cnpj),
        ("pre-autorizacao", reservation),
        ("pos-venda", bonus),
    ]
    assert listener.get(f"/clientes/{cnpj}")["situacaoCredito"] == "APROVADO"
    assert listener.get(f"/pre-autorizacoes/{reservation}")["situacao"] == "REPROVADA"
    answer = listener.control(
        "POST", "/decide", {"clientId": listener.id, "recurso": "transacao", "codigo": sale}
    )
    assert answer.status_code == 409


def test_expiry_is_told_although_nobody_asks(listener, receiver):
    code = listener.reserve("100.09")["codigoPreAutorizacao"]
    listener.advance(advanceDays=1)
    wait_until(lambda: receiver.received)
    assert receiver.events[0]["codigo"] == code
    assert listener.ledger()["preAutorizacoes"][0]["situacao"] == "VENCIDA"


def test_analysis_ends_by_the_clock(process, receiver):
    tenant = listening_tenant(process.url, receiver, analiseSegundos=3600)
    code = tenant.reserve("100.02")["codigoPreAutorizacao"]
    tenant.advance(advanceSeconds=3500)
    assert tenant.ledger()["preAutorizacoes"][0]["situacao"] == "EM_ANALISE"
    tenant.advance(advanceSeconds=200)
    wait_until(lambda: receiver.received)
    assert receiver.events[0]["codigo"] == code
    assert tenant.ledger()["preAutorizacoes"][0]["situacao"] == "VIGENTE"


def test_customer_set_by_hand_is_told_once(listener, receiver):
    listener.set_customer(faturamentoPrazoBloqueado=True)
    listener.set_customer(faturamentoPrazoBloqueado=True)
    wait_until(lambda: receiver.received)
    assert [(e["recurso"], e["codigo"]) for e in receiver.events] == [("cliente", CNPJ)]
    assert len(listener.ledger()["webhooks"]) == 2


def test_event_on_purpose(listener, receiver):
    answer = emit(listener, "PA99999999", tipo="TESTE")
    assert answer.status_code == 201
    wait_until(lambda: receiver.received)
    assert receiver.events == [answer.json()]
    assert answer.json()["tipo"] == "TESTE"


def test_repeated_until_taken(listener, receiver):
    receiver.answers += [500, 302, 404]
    emit(listener, "PA1")
    wait_until(lambda: delivered(listener)[-1])
    assert len(receiver.received) == 4
    assert len({body for _path, _headers, body in receiver.received}) == 1
    assert listener.ledger()["webhooks"][-1]["attempts"] == 4


def test_events_survive_a_restart_and_an_absent_receiver(tmp_path, receiver):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    tenant = listening_tenant(sandbox.url, receiver)
    port = receiver.server_port
    receiver.shutdown()
    receiver.server_close()
    emit(tenant, "PA1")
    wait_until(lambda: tenant.ledger()["webhooks"][-1]["attempts"] > 1)
    sandbox.kill()
    back = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    back.received, back.answers = [], []
    threading.Thread(target=back.serve_forever, args=(0.02,), daemon=True).start()
    sandbox.start()
    try:
        wait_until(lambda: back.received)
        assert json.loads(back.received[0][2])["codigo"] == "PA1"
    finally:
        back.shutdown()
        back.server_close()
        sandbox.stop()


def test_duplicate(listener, receiver):
    listener.set_faults({"kind": "webhook_duplicate", "times": 1})
    emit(listener, "PA1")
    emit(listener, "PA2")
    wait_until(lambda: len(receiver.received) == 3)
    assert [e["codigo"] for e in receiver.events] == ["PA1", "PA1", "PA2"]
    assert receiver.events[0] == receiver.events[1]
    assert listener.fired() == [1]


def test_out_of_order(listener, receiver):
    listener.set_faults({"kind": "webhook_out_of_order", "times": 1, "seconds": 30})
    emit(listener, "PA1")
    wait_until(lambda: listener.fired() == [1])
    emit(listener, "PA2")
    wait_until(lambda: len(receiver.received) == 2)
    assert [e["codigo"] for e in receiver.events] == ["PA2", "PA1"]


def test_held_back_event_comes_by_itself_in_the_end(listener, receiver):
    listener.set_faults({"kind": "webhook_out_of_order", "times": 1, "seconds": 0.3})
    emit(listener, "PA1")
    wait_until(lambda: delivered(listener)[-1])
    assert len(receiver.received) == 1


def test_bad_signature_then_a_good_one(listener, receiver):
    receiver.answers += [401]
    listener.set_faults({"kind": "webhook_bad_signature", "times": 1})
    emit(listener, "PA1")
    wait_until(lambda: delivered(listener)[-1])
    assert receiver.signed() == [False, True]


def test_dropped_first_attempt(listener, receiver):
    listener.set_faults({"kind": "webhook_drop", "times": 1, "path": "^transacao$"})
    emit(listener, "PA1")
    emit(listener, "TR1", resource="transacao")
    wait_until(lambda: all(delivered(listener)))
    attempts = {e["codigo"]: e["attempts"] for e in listener.ledger()["webhooks"]}
    assert (attempts["PA1"], attempts["TR1"]) == (1, 2)
    assert len(receiver.received) == 2


def test_without_a_webhook_nothing_is_made(tenant):
    tenant.set_customer(limiteTotal="1.00")
    assert tenant.ledger()["webhooks"] == []
    assert emit(tenant, "PA1").status_code == 409


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/hook",
        "https://supplier.example.com/hook",
        "ftp://127.0.0.1/hook",
        "http://127.0.0.1@192.0.2.1/",
        "http://127.0.0.1:99999/",
        "http:///hook",
    ],
)
def test_events_never_leave_the_machine(tenant, url):
    body = {"clientId": tenant.id, "clientSecret": "s", "webhook": {"url": url, "secret": "x"}}
    answer = tenant.control("POST", "/clients", body)
    assert (answer.status_code, answer.json()["detalhes"][0]["campo"]) == (422, "webhook.url")


def test_secret_is_never_shown(listener):
    assert SECRET not in json.dumps(listener.ledger())
