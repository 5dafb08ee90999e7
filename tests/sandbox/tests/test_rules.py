"""Each outcome that docs/sandbox.md promises."""

from decimal import Decimal

import pytest

from .client import ALPHANUMERIC_CNPJ, CNPJ, Tenant, instalments, order, registration, sale


@pytest.mark.parametrize(
    ("cents", "asked", "queried", "customer"),
    [
        ("00", "APROVADO", "APROVADO", "ATIVO"),
        ("01", "REJEITADO", "REJEITADO", "NAO_HABILITADO"),
        ("02", "EM_ANALISE", "APROVADO", "ATIVO"),
        ("03", "EM_ANALISE", "NEGADO", "NAO_HABILITADO"),
        ("04", "PENDENTE", "PENDENTE", "NAO_HABILITADO"),
        ("05", "NEGADO", "NEGADO", "NAO_HABILITADO"),
        ("06", "APROVADO", "APROVADO", "ATIVO"),
        ("07", "APROVADO", "APROVADO", "BLOQUEADO_ATRASO"),
        ("08", "APROVADO", "APROVADO", "BLOQUEADO_CREDITO"),
        ("09", "APROVADO", "APROVADO", "NAO_HABILITADO"),
        ("10", "APROVADO", "APROVADO", "ATIVO"),
        ("11", "CANCELADO", "CANCELADO", "NAO_HABILITADO"),
        ("12", "EM_ANALISE", "PENDENTE", "NAO_HABILITADO"),
    ],
)
def test_outcomes_of_a_registration(tenant, cents, asked, queried, customer):
    answer = tenant.post("/clientes", registration(f"1000.{cents}"))
    assert answer["situacaoCredito"] == asked
    row = tenant.get(f"/clientes/{ALPHANUMERIC_CNPJ}")
    assert (row["situacaoCredito"], row["situacaoCliente"]) == (queried, customer)
    assert bool(row["pendencias"]) == (queried == "PENDENTE")
    assert bool(row["reanaliseAPartirDe"]) == (queried == "NEGADO")
    assert row["faturamentoPrazoBloqueado"] == (cents == "06")
    assert row["diasAtraso"] == (15 if cents == "07" else 0)
    granted = {"APROVADO": "500.05" if cents == "10" else f"1000.{cents}"}
    assert row["limiteTotal"] == granted.get(queried, "0.00")
    tenant.position(ALPHANUMERIC_CNPJ)


def test_analysis_takes_as_many_queries_as_agreed(process):
    tenant = Tenant(process.url, consultasEmAnalise=2)
    tenant.post("/clientes", registration("1000.02"))
    path = f"/clientes/{ALPHANUMERIC_CNPJ}"
    states = [tenant.get(path)["situacaoCredito"] for _ in range(3)]
    assert states == ["EM_ANALISE", "EM_ANALISE", "APROVADO"]


def test_denied_customer_waits_and_rejected_one_corrects(tenant):
    tenant.post("/clientes", registration("1000.05"))
    answer = tenant.call("POST", "/clientes", registration("1000.00"))
    assert (answer.status_code, answer.json()["codigo"]) == (422, "REANALISE_NAO_PERMITIDA")
    tenant.advance(advanceDays=90)
    rejected = tenant.post("/clientes", registration("1000.01"))
    assert rejected["situacaoCredito"] == "REJEITADO"
    approved = tenant.post("/clientes", registration("1000.00"))
    assert approved["situacaoCredito"] == "APROVADO"
    again = tenant.call("POST", "/clientes", registration("1000.00"))
    assert (again.status_code, again.json()["codigo"]) == (409, "CLIENTE_JA_CADASTRADO")


def test_refused_limit_leaves_the_old_one(buyer):
    path = f"/clientes/{CNPJ}/limites"
    denied = buyer.post(path, {"limiteDesejado": "20000.05", "motivo": "Mais compras"})
    assert denied["situacaoCredito"] == "NEGADO"
    row = buyer.get(f"/clientes/{CNPJ}")
    assert (row["limiteTotal"], row["situacaoCliente"]) == ("10000.00", "ATIVO")
    buyer.set_customer(situacaoCredito="APROVADO", reanaliseAPartirDe=None)
    buyer.post(path, {"limiteDesejado": "20000.00"})
    assert buyer.position() == ("20000.00", "0.00", "0.00", "20000.00")
    buyer.reserve("5000.00")
    answer = buyer.call("POST", path, {"limiteDesejado": "4999.99"})
    assert (answer.status_code, answer.json()["codigo"]) == (422, "LIMITE_INFERIOR_AO_UTILIZADO")


@pytest.mark.parametrize(
    ("cents", "asked", "queried", "amount"),
    [
        ("00", "VIGENTE", "VIGENTE", "100.00"),
        ("01", "REPROVADA", "REPROVADA", "0.00"),
        ("02", "EM_ANALISE", "VIGENTE", "100.02"),
        ("03", "EM_ANALISE", "REPROVADA", "0.00"),
        ("04", "VIGENTE", "VIGENTE", "50.02"),
        ("09", "VIGENTE", "VIGENTE", "100.09"),
    ],
)
def test_outcomes_of_a_reservation(buyer, cents, asked, queried, amount):
    answer = buyer.reserve(f"100.{cents}")
    assert answer["situacao"] == asked
    if asked == "EM_ANALISE":
        assert (answer["valorPreAutorizado"], answer["dataVigencia"]) == ("0.00", None)
        assert buyer.position()[2] == "0.00"
    row = buyer.get(f"/pre-autorizacoes/{answer['codigoPreAutorizacao']}")
    assert (row["situacao"], row["valorPreAutorizado"]) == (queried, amount)
    assert buyer.position()[2] == amount
    if cents == "09":
        assert row["dataVigencia"] == buyer.ledger()["now"][:10]


def test_renewal_with_a_new_code(buyer):
    old = buyer.reserve("100.05")["codigoPreAutorizacao"]
    buyer.sell("40.00", (old, "40.00"))
    renewed = buyer.post(f"/pre-autorizacoes/{old}/renovacao", status=200, key="renewal-1")
    new = renewed["codigoPreAutorizacao"]
    assert new != old
    assert (renewed["situacao"], renewed["valorPreAutorizado"]) == ("VIGENTE", "60.05")
    assert buyer.get(f"/pre-autorizacoes/{old}")["situacao"] == "CANCELADA"
    found = buyer.get("/pre-autorizacoes", chaveIdempotencia="renewal-1")["itens"]
    assert [p["codigoPreAutorizacao"] for p in found] == [new]
    assert buyer.position() == ("10000.00", "40.00", "60.05", "9899.95")


def test_refused_renewal_and_change_have_no_effect(buyer):
    code = buyer.reserve("100.06")["codigoPreAutorizacao"]
    before = buyer.get(f"/pre-autorizacoes/{code}")
    answer = buyer.call("POST", f"/pre-autorizacoes/{code}/renovacao")
    assert (answer.status_code, answer.json()["codigo"]) == (422, "RENOVACAO_RECUSADA")
    change = {"valorPreAutorizacao": "90.00", "parcelas": instalments("80.07")}
    answer = buyer.call("PUT", f"/pre-autorizacoes/{code}", change)
    assert (answer.status_code, answer.json()["codigo"]) == (422, "ALTERACAO_RECUSADA")
    assert buyer.get(f"/pre-autorizacoes/{code}") == before


@pytest.mark.parametrize(
    ("cents", "asked", "queried"),
    [
        ("00", "APROVADA", "APROVADA"),
        ("11", "REJEITADA", "REJEITADA"),
        ("12", "EM_ANALISE", "APROVADA"),
        ("13", "EM_ANALISE", "REJEITADA"),
    ],
)
def test_outcomes_of_a_transaction(buyer, cents, asked, queried):
    code = buyer.reserve("200.00")["codigoPreAutorizacao"]
    amount = f"100.{cents}"
    answer = buyer.sell(amount, (code, amount, True))
    assert answer["situacao"] == asked
    if asked == "EM_ANALISE":
        assert buyer.position()[1:3] == (amount, f"{200 - Decimal(amount)}")
    row = buyer.get(f"/transacoes/{answer['codigoTransacao']}")
    assert row["situacao"] == queried
    assert bool(row["calendario"]) == (queried == "APROVADA")
    used = (amount, "0.00") if queried == "APROVADA" else ("0.00", "200.00")
    assert buyer.position()[1:3] == used


def test_rules_can_be_switched_off(process):
    tenant = Tenant(process.url, regras=False)
    tenant.set_customer(limiteTotal="1000.00")
    assert tenant.reserve("100.01")["situacao"] == "VIGENTE"
    assert tenant.sell("100.11")["situacao"] == "APROVADA"


def test_unknown_customer_is_not_found(tenant):
    for path, body in (("/pre-autorizacoes", order()), ("/transacoes", sale("10.00"))):
        answer = tenant.call("POST", path, body)
        assert (answer.status_code, answer.json()["codigo"]) == (404, "CLIENTE_NAO_ENCONTRADO")


@pytest.mark.parametrize("action", ["renovacao", "cancelamento", "liberacao-saldo"])
def test_ended_reservation_cannot_be_moved(buyer, action):
    code = buyer.reserve("100.01")["codigoPreAutorizacao"]
    answer = buyer.call("POST", f"/pre-autorizacoes/{code}/{action}")
    assert (answer.status_code, answer.json()["codigo"]) == (409, "SITUACAO_NAO_PERMITE")
