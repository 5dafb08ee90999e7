"""Requests of post-sales: refusals, decisions, and the state after a fault."""

import pytest
import requests

from .client import Process, Tenant, nfe_key, post_sale, refusal, sale


def amounts(answer):
    return answer["valorSupplier"], answer["valorCliente"]


def test_the_split_is_that_of_the_day_of_the_decision(process):
    tenant = Tenant(process.url, analiseSegundos=86400 * 30)
    tenant.set_customer(limiteTotal="1000.00")
    tenant.advance(now="2026-11-22T12:00:00")
    code, _key = tenant.sell_in_parts("100.00", "100.00")
    assert tenant.take_back(code, "150.02", "DEVOLUCAO")["situacao"] == "EM_ANALISE"
    tenant.advance(now="2026-12-21T12:00:00")
    assert tenant.ledger()["posVendas"][0]["situacao"] == "EM_ANALISE"
    tenant.advance(now="2026-12-23T12:00:00")
    (row,) = tenant.ledger()["posVendas"]
    assert (row["situacao"], *amounts(row)) == ("APROVADA", "100.00", "50.02")


def test_decided_on_purpose_without_a_query(process):
    tenant = Tenant(process.url, consultasEmAnalise=1000)
    tenant.set_customer(limiteTotal="1000.00")
    code, _key = tenant.sell_in_parts("300.00")
    first = tenant.take_back(code, "100.02")["codigoSolicitacao"]
    second = tenant.take_back(code, "100.04")["codigoSolicitacao"]
    states = [row["situacao"] for row in tenant.get("/pos-vendas")["itens"]]
    assert states == ["EM_ANALISE", "EM_ANDAMENTO"]
    body = {"clientId": tenant.id, "recurso": "pos-venda", "codigo": second}
    assert tenant.control("POST", "/decide", body).json()["decididos"] == [
        {"recurso": "pos-venda", "codigo": second}
    ]
    assert tenant.control("POST", "/decide", body).status_code == 409
    rows = {row["codigoSolicitacao"]: row["situacao"] for row in tenant.ledger()["posVendas"]}
    assert rows == {first: "EM_ANALISE", second: "APROVADA"}


def test_analysis_takes_as_many_queries_as_agreed(process):
    tenant = Tenant(process.url, consultasEmAnalise=1)
    tenant.set_customer(limiteTotal="1000.00")
    code, _key = tenant.sell_in_parts("300.00")
    asked = tenant.take_back(code, "100.02", key="ask")["codigoSolicitacao"]
    found = tenant.get("/pos-vendas", chaveIdempotencia="ask")["itens"]
    assert [row["situacao"] for row in found] == ["EM_ANALISE"]
    assert tenant.get(f"/pos-vendas/{asked}")["situacao"] == "APROVADA"


def test_outcome_is_chosen_whatever_the_amount(seller):
    one, _key = seller.sell_in_parts("100.00", "100.00")
    other, _key = seller.sell_in_parts("100.00", "100.00")
    seller.set_rule("analise-reprovada")
    assert seller.set_rule("cliente", codigoTransacao=other) == [
        {"codigoTransacao": None, "posVendas": "analise-reprovada"},
        {"codigoTransacao": other, "posVendas": "cliente"},
    ]
    asked = seller.take_back(one, "10.05")
    assert asked["situacao"] == "EM_ANALISE"
    assert amounts(seller.take_back(other, "10.01")) == ("0.00", "10.01")
    seller.set_rule(None)
    assert seller.set_rule(None, codigoTransacao=other) == []
    path = f"/pos-vendas/{asked['codigoSolicitacao']}"
    assert seller.get(path)["situacao"] == "REPROVADA", "the rule of its own day decides"
    assert seller.take_back(one, "10.05")["situacao"] == "APROVADA_PARCIAL"
    seller.set_rule("aprovada")
    assert seller.take_back(one, "10.01")["situacao"] == "APROVADA"
    answer = seller.control("POST", "/rules", {"clientId": seller.id, "posVendas": "talvez"})
    assert (answer.status_code, answer.json()["detalhes"][0]["campo"]) == (422, "posVendas")


def test_half_of_a_cent_is_a_refusal(seller):
    code, _key = seller.sell_in_parts("100.00")
    seller.set_rule("parcial")
    answer = seller.take_back(code, "0.01")
    assert (answer["situacao"], amounts(answer)) == ("REPROVADA", ("0.00", "0.00"))


def test_only_approved_transactions_of_the_same_client(seller, process):
    body = sale("100.12")
    analysed = seller.post("/transacoes", body)["codigoTransacao"]
    assert refusal(seller, post_sale(analysed, "10.00")) == (409, "SITUACAO_NAO_PERMITE")
    rejected = seller.sell("100.11")["codigoTransacao"]
    assert refusal(seller, post_sale(rejected, "10.00")) == (409, "SITUACAO_NAO_PERMITE")
    code, _key = seller.sell_in_parts("100.00")
    asked = seller.take_back(code, "10.00")["codigoSolicitacao"]
    other = Tenant(process.url)
    assert refusal(other, post_sale(code, "10.00")) == (404, "TRANSACAO_NAO_ENCONTRADA")
    answer = other.call("GET", f"/pos-vendas/{asked}")
    assert (answer.status_code, answer.json()["codigo"]) == (404, "POS_VENDA_NAO_ENCONTRADA")
    assert other.get("/pos-vendas", codigoTransacao=code)["itens"] == []


def test_each_kind_has_its_document(seller):
    code, key = seller.sell_in_parts("100.00")
    for body in (
        post_sale(code, "10.00", "DEVOLUCAO", sale_key=key),
        post_sale(code, "100.00", "CANCELAMENTO"),
    ):
        answer = seller.call("POST", "/pos-vendas", body)
        assert answer.status_code == 422
        assert [d["campo"] for d in answer.json()["detalhes"]] == ["documento.chaveNFe"]
    body = post_sale(code, "10.00", "DEVOLUCAO")
    seller.post("/pos-vendas", body)
    assert refusal(seller, body) == (409, "DOCUMENTO_JA_REGISTRADO")
    refused = post_sale(code, "10.01", "DEVOLUCAO")
    assert seller.post("/pos-vendas", refused)["situacao"] == "REPROVADA"
    again = seller.post("/pos-vendas", {**refused, "valor": "10.05"})
    assert again["situacao"] == "APROVADA_PARCIAL"
    rest = seller.post("/pos-vendas", {**refused, "valor": "5.03"})
    assert rest["situacao"] == "EM_ANALISE"
    protocol = post_sale(code, "79.98", "CANCELAMENTO", sale_key=key)
    protocol["documento"]["numero"] = "135260000000001"
    assert refusal(seller, protocol) == (422, "VALOR_SUPERIOR_AO_SALDO")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"codigoTransacao": None}, "codigoTransacao"),
        ({"codigoTransacao": "TR 1"}, "codigoTransacao"),
        ({"tipo": "TROCA"}, "tipo"),
        ({"valor": "0.00"}, "valor"),
        ({"valor": "-10.00"}, "valor"),
        ({"valor": 10}, "valor"),
        ({"documento": None}, "documento"),
        ({"documento": {}}, "documento.chaveNFe"),
        ({"documento": {"chaveNFe": nfe_key(7), "numero": "8"}}, "documento.numero"),
        ({"documento": {"chaveNFe": nfe_key(7)[:43] + "X"}}, "documento.chaveNFe"),
        ({"documento": {"numero": "x"}}, "documento.numero"),
        ({"documento": {"data": "2026-02-30"}}, "documento.data"),
        ({"documento": {"protocolo": "1"}}, "documento.protocolo"),
        ({"motivo": ""}, "motivo"),
        ({"tipo": "BONIFICACAO"}, "documento"),
        ({"extra": 1}, "extra"),
    ],
)
def test_faulty_request_names_the_field(tenant, change, field):
    body = {**post_sale("TR00000001", "10.00", "DEVOLUCAO"), **change}
    answer = tenant.call("POST", "/pos-vendas", body)
    assert (answer.status_code, answer.json()["codigo"]) == (422, "DADOS_INVALIDOS")
    assert field in [d["campo"] for d in answer.json()["detalhes"]]


def test_same_key_has_one_effect_and_another_body_is_refused(seller):
    code, _key = seller.sell_in_parts("100.00")
    body = post_sale(code, "10.02", "DEVOLUCAO")
    first = seller.call("POST", "/pos-vendas", body, key="once")
    seller.get(f"/pos-vendas/{first.json()['codigoSolicitacao']}")
    second = seller.call("POST", "/pos-vendas", body, key="once")
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    answer = seller.call("POST", "/pos-vendas", {**body, "valor": "10.00"}, key="once")
    assert (answer.status_code, answer.json()["codigo"]) == (409, "CHAVE_IDEMPOTENCIA_REUTILIZADA")
    assert seller.position()[1] == "89.98"


def test_timeout_after_processing_is_settled_by_the_key(seller):
    code, _key = seller.sell_in_parts("100.00")
    seller.set_faults({"kind": "timeout_after", "seconds": 1, "times": 1, "method": "POST"})
    body = post_sale(code, "10.00", "DEVOLUCAO")
    with pytest.raises(requests.ReadTimeout):
        seller.call("POST", "/pos-vendas", body, key="k", timeout=0.3)
    found = seller.get("/pos-vendas", chaveIdempotencia="k")["itens"]
    assert [row["situacao"] for row in found] == ["APROVADA"]
    assert seller.call("POST", "/pos-vendas", body, key="k").json() == found[0]
    assert len(seller.ledger()["posVendas"]) == 1


def test_crash_and_restart_keep_requests_rules_and_confirmations(tmp_path):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    try:
        tenant = Tenant(sandbox.url)
        tenant.set_customer(limiteTotal="1000.00")
        tenant.advance(now="2026-11-22T12:00:00")
        code, _key = tenant.sell_in_parts("100.00", "100.00")
        tenant.set_rule("analise-parcial")
        tenant.take_back(code, "50.00", "DEVOLUCAO")
        tenant.advance(now="2026-12-16T12:00:00")
        tenant.call("PUT", "/conciliacao/LC00000001/confirmacao")
        before = tenant.ledger()
        sandbox.kill()
        sandbox.start()
        tenant.url = sandbox.url
        after = tenant.ledger()
        names = ("posVendas", "regras", "lancamentos", "conciliacao", "totals", "clientes")
        assert {name: after[name] for name in names} == {name: before[name] for name in names}
        assert after["lancamentos"][0]["confirmado"]
        (row,) = tenant.get("/pos-vendas")["itens"]
        assert (row["situacao"], *amounts(row)) == ("APROVADA_PARCIAL", "25.00", "0.00")
        tenant.control("POST", "/reset", clientId=tenant.id)
        emptied = tenant.ledger()
        assert emptied["posVendas"] == emptied["regras"] == emptied["lancamentos"] == []
    finally:
        sandbox.stop()
