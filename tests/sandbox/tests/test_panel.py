"""The reseller panel: its rules with their refusals, cursors that miss nothing, faults."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
import requests

from .client import Process
from .panel_client import Reseller, bill


@pytest.fixture
def reseller(process):
    return Reseller(process.url)


def test_token_is_asked_for(reseller, process):
    for token, code in (("", "TOKEN_AUSENTE"), ("unknown", "TOKEN_INVALIDO")):
        answer = reseller.call("GET", "/clientes", token=token)
        assert (answer.status_code, answer.json()["codigo"]) == (401, code)
    headers = {"X-Painel-Token": "painel-sandbox-token"}
    answer = requests.get(f"{process.url}/painel/clientes", headers=headers, timeout=10)
    assert answer.status_code == 200
    assert reseller.refused("GET", "/nothing") == (404, "RECURSO_NAO_ENCONTRADO")


def test_client_is_kept_as_the_reseller_typed_it(reseller):
    found = reseller.client(cpfCnpj="11.222.333/0001-8", uf="SP")
    assert found == {
        "id": "CL00000001",
        "nome": "Comercial Aurora Ltda",
        "cpfCnpj": "11.222.333/0001-8",
        "email": None,
        "telefone": None,
        "celular": None,
        "cep": None,
        "logradouro": None,
        "numero": None,
        "complemento": None,
        "bairro": None,
        "cidade": None,
        "uf": "SP",
        "ativo": True,
        "referenciaExterna": None,
        "alteradoEm": found["alteradoEm"],
    }
    path = f"/clientes/{found['id']}"
    assert reseller.ok("GET", path) == found
    changed = reseller.ok("PUT", path, {"email": "a@b.example", "uf": None, "ativo": False})
    assert (changed["email"], changed["uf"], changed["ativo"]) == ("a@b.example", None, False)
    assert changed["cpfCnpj"] == found["cpfCnpj"]
    assert changed["alteradoEm"] > found["alteradoEm"]
    again = reseller.ok("PUT", path, {"email": "a@b.example"})
    assert again == changed, "nothing has changed, not the date either"


def test_accounts_see_nothing_of_each_other(reseller, process):
    found = reseller.client()
    other = Reseller(process.url)
    assert other.refused("GET", f"/clientes/{found['id']}") == (404, "CLIENTE_NAO_ENCONTRADO")
    assert other.client()["id"] == found["id"], "numbers are counted by account"


@pytest.mark.parametrize(
    "body", [{}, {"nome": None}, {"nome": " "}, {"nome": "X", "uf": "sp"}, {"nome": "X", "x": 1}]
)
def test_faulty_clients_are_refused(reseller, body):
    assert reseller.refused("POST", "/clientes", body) == (422, "DADOS_INVALIDOS")
    path = f"/clientes/{reseller.client()['id']}"
    if body:
        assert reseller.refused("PUT", path, body) == (422, "DADOS_INVALIDOS")


def test_same_key_has_one_effect(reseller):
    body = {"nome": "Uma vez"}
    first = reseller.call("POST", "/clientes", body, key="k")
    second = reseller.call("POST", "/clientes", body, key="k")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    assert reseller.refused("POST", "/clientes", {"nome": "Outra"}, key="k") == (
        409,
        "CHAVE_IDEMPOTENCIA_REUTILIZADA",
    )
    assert len(reseller.ledger()["clientes"]) == 1
    answer = reseller.session.post(
        f"{reseller.url}/painel/clientes",
        json=body,
        headers={"X-Painel-Token": reseller.token},
        timeout=10,
    )
    assert (answer.status_code, answer.json()["codigo"]) == (400, "CHAVE_IDEMPOTENCIA_AUSENTE")


def test_subscription_begins_on_trial_and_ends_cancelled(reseller):
    client = reseller.client()
    found = reseller.subscribe(client, "EM_TESTE", plano="Emissor", valor="99.90")
    assert (found["situacao"], found["dataInicio"]) == ("EM_TESTE", "2026-11-22")
    path = f"/contratacoes/{found['id']}"
    for state in ("ATIVO", "SUSPENSO", "ATIVO", "CANCELADO", "CANCELADO"):
        changed = reseller.ok("PUT", f"{path}/situacao", {"situacao": state, "motivo": "x"})
        assert changed == reseller.ok("GET", path)
        assert changed["situacao"] == state
    refused = reseller.refused("PUT", f"{path}/situacao", {"situacao": "ATIVO"})
    assert refused == (409, "SITUACAO_NAO_PERMITE")
    refused = reseller.refused("PUT", f"{path}/situacao", {"situacao": "ENDED"})
    assert refused == (422, "DADOS_INVALIDOS")
    assert reseller.ledger()["contratacoes"][0]["motivo"] == "x"


@pytest.mark.parametrize("plan", [None, "Emissor"])
def test_one_open_subscription_per_client_and_plan(reseller, plan):
    client, other = reseller.client(), reseller.client()
    first = reseller.subscribe(client, "SUSPENSO", plano=plan)
    body = {"clienteId": client["id"], "plano": plan}
    assert reseller.refused("POST", "/contratacoes", body) == (409, "CONTRATACAO_EXISTENTE")
    reseller.subscribe(client, plano="Outro")
    reseller.subscribe(other, plano=plan)
    reseller.ok("PUT", f"/contratacoes/{first['id']}/situacao", {"situacao": "CANCELADO"})
    assert reseller.subscribe(client, plano=plan)["id"] != first["id"]


@pytest.mark.parametrize("state", ["EM_TESTE", "SUSPENSO", "CANCELADO"])
def test_only_an_active_subscription_is_billed(reseller, state):
    found = reseller.subscribe(reseller.client(), state)
    assert reseller.refused("POST", "/faturas", bill(found)) == (422, "CONTRATACAO_NAO_ATIVA")
    assert reseller.ledger()["faturas"] == []


def test_invoice_names_a_client_and_a_subscription_of_his(reseller):
    found = reseller.subscribe(reseller.client())
    other = reseller.client()
    for change, code in (
        ({"clienteId": other["id"]}, "CONTRATACAO_DE_OUTRO_CLIENTE"),
        ({"clienteId": "CL99999999"}, "CLIENTE_NAO_ENCONTRADO"),
        ({"contratacaoId": "CT99999999"}, "CONTRATACAO_NAO_ENCONTRADA"),
    ):
        assert reseller.refused("POST", "/faturas", bill(found, **change)) == (422, code)
    refused = reseller.refused("POST", "/contratacoes", {"clienteId": "CL99999999"})
    assert refused == (422, "CLIENTE_NAO_ENCONTRADO")


@pytest.mark.parametrize(
    "change",
    [
        {"mesReferencia": "7"},
        {"mesReferencia": "13"},
        {"anoReferencia": "26"},
        {"valor": "0.00"},
        {"valor": 99.9},
        {"valor": "99,90"},
        {"vencimento": "10/12/2026"},
        {"descricao": ""},
        {"situacao": "PAGA"},
    ],
)
def test_faulty_invoices_are_refused(reseller, change):
    found = reseller.subscribe(reseller.client())
    body = bill(found, **change)
    assert reseller.refused("POST", "/faturas", body) == (422, "DADOS_INVALIDOS")


def test_invoice_from_processing_to_paid_and_back(reseller):
    found = reseller.bill(reseller.subscribe(reseller.client()))
    assert (found["situacao"], found["codigo"]) == ("EM_PROCESSAMENTO", "000001")
    path = f"/faturas/{found['id']}"
    charge = {"idCobranca": "pay_1", "linkCobranca": "http://127.0.0.1/i/1"}
    found = reseller.ok("PUT", path, {"situacao": "AGUARDANDO_PAGAMENTO", **charge})
    assert (found["situacao"], found["idCobranca"]) == ("AGUARDANDO_PAGAMENTO", "pay_1")
    assert reseller.refused("PUT", path, {"valorPago": "1.00"}) == (422, "FATURA_NAO_PAGA")
    paid = {"situacao": "PAGA", "dataPagamento": "2026-12-12", "valorPago": "101.95"}
    found = reseller.ok("PUT", path, paid)
    assert {name: found[name] for name in paid} == paid
    assert reseller.ok("PUT", path, paid) == found
    found = reseller.ok("PUT", path, {"situacao": "VENCIDA"})
    assert (found["dataPagamento"], found["valorPago"]) == (None, None)
    found = reseller.ok("PUT", path, {"situacao": "PAGA"})
    assert (found["dataPagamento"], found["valorPago"]) == ("2026-11-22", "99.90")
    found = reseller.ok("PUT", path, {"situacao": "CANCELADA", "valor": "50.00"})
    assert (found["situacao"], found["valor"]) == ("CANCELADA", "50.00")


def test_invoice_with_a_charge_awaits_payment(reseller):
    found = reseller.bill(reseller.subscribe(reseller.client()), idCobranca="pay_9")
    assert found["situacao"] == "AGUARDANDO_PAGAMENTO"


def test_cursor_finds_every_change_once(reseller):
    # Under one frozen millisecond and a clock that goes back, changes still have an order.
    clients = [reseller.client(nome=f"Cliente {number}") for number in range(5)]
    reseller.move(advanceDays=-3)
    changed = reseller.ok("PUT", f"/clientes/{clients[1]['id']}", {"cidade": "Santos"})
    moments = [client["alteradoEm"] for client in (*clients, changed)]
    assert moments == sorted(set(moments))
    since = changed["alteradoEm"]
    assert reseller.ok("GET", "/clientes", alteradoDesde=since)["itens"] == [changed]
    since = clients[3]["alteradoEm"]
    found = reseller.ok("GET", "/clientes", alteradoDesde=since)["itens"]
    assert [client["id"] for client in found] == ["CL00000004", "CL00000005", "CL00000002"]
    utc = datetime.fromisoformat(since).astimezone(timezone.utc).isoformat()
    for same in (utc, utc.replace("+00:00", "Z")):
        assert reseller.ok("GET", "/clientes", alteradoDesde=same)["itens"] == found
    just_after = datetime.fromisoformat(changed["alteradoEm"]).isoformat(timespec="microseconds")
    just_after = just_after.replace("000-03:00", "001-03:00")
    assert reseller.ok("GET", "/clientes", alteradoDesde=just_after)["itens"] == []


def test_changes_of_many_at_once_share_no_moment(reseller):
    def create(number):
        answer = requests.post(
            f"{reseller.url}/painel/clientes",
            json={"nome": f"Cliente {number}"},
            headers={"X-Painel-Token": reseller.token, "Idempotency-Key": f"k{number}"},
            timeout=10,
        )
        return answer.json()["alteradoEm"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(40)))) == 40


def test_lists_are_paged(reseller):
    ids = [reseller.client()["id"] for _ in range(5)]
    found, page, more = [], 0, True
    while more:
        page += 1
        answer = reseller.ok("GET", "/clientes", pagina=page, tamanho=2)
        found += [client["id"] for client in answer["itens"]]
        more = answer["temMais"]
    assert (found, page) == (ids, 3)
    for name, value in (
        ("pagina", "0"),
        ("tamanho", "101"),
        ("alteradoDesde", "2026-11-22"),
        ("alteradoDesde", "2026-02-30T00:00:00Z"),
        ("nome", "x"),
    ):
        refused = reseller.refused("GET", "/clientes", **{name: value})
        assert refused == (400, "PARAMETRO_INVALIDO")


def test_subscriptions_and_invoices_have_cursors_too(reseller):
    subscriptions = [reseller.subscribe(reseller.client()) for _ in range(2)]
    invoices = [reseller.bill(one) for one in subscriptions]
    for path, records in (("/contratacoes", subscriptions), ("/faturas", invoices)):
        since = records[1]["alteradoEm"]
        assert reseller.ok("GET", path, alteradoDesde=since)["itens"] == [records[1]]
        assert reseller.ok("GET", path)["itens"] == records
        assert reseller.ok("GET", f"{path}/{records[0]['id']}") == records[0]


def test_faults_strike_the_panel(reseller, process):
    other = Reseller(process.url)
    faults = [
        {"kind": "timeout_after", "seconds": 0.5, "times": 1, "method": "POST"},
        {"kind": "rate_limit", "retryAfter": 2, "times": 1, "method": "GET"},
    ]
    assert reseller.control("POST", "/faults", faults=faults).status_code == 201
    with pytest.raises(requests.ReadTimeout):
        reseller.call("POST", "/clientes", {"nome": "X"}, key="k", timeout=0.2)
    assert other.client()
    assert reseller.refused("GET", "/clientes") == (429, "LIMITE_DE_REQUISICOES")
    again = reseller.call("POST", "/clientes", {"nome": "X"}, key="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(reseller.ok("GET", "/clientes")["itens"]) == 1
    requests_ = {r["operation"]: r["count"] for r in reseller.ledger()["requests"]}
    assert requests_ == {"POST /clientes": 2, "GET /clientes": 2}


def test_reset_empties_one_account(reseller, process):
    other = Reseller(process.url)
    for one in (reseller, other):
        one.bill(one.subscribe(one.client()))
    assert reseller.control("POST", "/reset").status_code == 204
    found = reseller.ledger()
    names = ("clientes", "contratacoes", "faturas", "requests")
    assert [found[name] for name in names] == [[], [], [], []]
    assert len(other.ledger()["faturas"]) == 1
    assert other.token not in str(other.ledger())
    reseller.token = "never-registered"
    assert reseller.control("GET", "/ledger").status_code == 404


def test_records_survive_a_crash(tmp_path):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    reseller = Reseller(sandbox.url)
    invoice = reseller.bill(reseller.subscribe(reseller.client()))
    sandbox.kill()
    sandbox.start()
    try:
        reseller.url = sandbox.url
        assert reseller.ok("GET", "/faturas")["itens"] == [invoice]
        assert reseller.client()["alteradoEm"] > invoice["alteradoEm"]
    finally:
        sandbox.stop()
