"""Both sides of the books to the cent: positions follow from records and from logged effects."""

from decimal import Decimal

import pytest

from .client import CNPJ, Tenant, instalments, order, registration, sale


def test_reserve_change_cancel(buyer):
    code = buyer.reserve("1000.00", reserved="1033.33")["codigoPreAutorizacao"]
    assert buyer.position() == ("10000.00", "0.00", "1033.33", "8966.67")
    change = {"valorPreAutorizacao": "799.99", "parcelas": instalments("799.99")}
    answer = buyer.call("PUT", f"/pre-autorizacoes/{code}", change)
    assert answer.json()["valorPreAutorizado"] == "799.99"
    assert buyer.position() == ("10000.00", "0.00", "799.99", "9200.01")
    assert buyer.post(f"/pre-autorizacoes/{code}/cancelamento", status=200)["situacao"] == (
        "CANCELADA"
    )
    assert buyer.position() == ("10000.00", "0.00", "0.00", "10000.00")


def test_position_answers_what_the_ledger_says(buyer):
    buyer.reserve("250.00")
    buyer.sell("100.10")
    row = buyer.get(f"/clientes/{CNPJ}")
    assert (row["limiteUtilizado"], row["limitePreAutorizado"], row["limiteDisponivel"]) == (
        "100.10",
        "250.00",
        "9649.90",
    )
    buyer.position()


def test_reservation_is_valid_through_its_date_and_expires_the_next_day(buyer):
    buyer.advance(now="2026-11-22T12:00:00")
    reserved = buyer.reserve("1000.00")
    path = f"/pre-autorizacoes/{reserved['codigoPreAutorizacao']}"
    assert reserved["dataVigencia"] == "2026-12-22"
    buyer.advance(now="2026-12-22T23:50:00")
    assert buyer.get(path)["situacao"] == "VIGENTE"
    buyer.advance(advanceSeconds=700)
    assert buyer.get(path)["situacao"] == "VENCIDA"
    assert buyer.position() == ("10000.00", "0.00", "0.00", "10000.00")
    renewed = buyer.post(f"{path}/renovacao", status=200)
    assert (renewed["situacao"], renewed["dataVigencia"]) == ("VIGENTE", "2027-01-22")
    assert buyer.position() == ("10000.00", "0.00", "1000.00", "9000.00")


def test_expired_reservation_is_renewed_only_within_the_limit(buyer):
    code = buyer.reserve("6000.00")["codigoPreAutorizacao"]
    buyer.advance(advanceDays=31)
    buyer.reserve("5000.00")
    answer = buyer.call("POST", f"/pre-autorizacoes/{code}/renovacao")
    assert (answer.status_code, answer.json()["codigo"]) == (422, "LIMITE_INSUFICIENTE")
    assert buyer.get(f"/pre-autorizacoes/{code}")["situacao"] == "VENCIDA"


def test_sales_consume_and_release(buyer):
    code = buyer.reserve("1000.00", reserved="1100.00")["codigoPreAutorizacao"]
    assert buyer.sell("400.00", (code, "400.00"))["situacao"] == "APROVADA"
    assert buyer.get(f"/pre-autorizacoes/{code}")["situacao"] == "UTILIZADA_PARCIAL"
    assert buyer.position() == ("10000.00", "400.00", "700.00", "8900.00")
    buyer.sell("600.00", (code, "600.00", True))
    assert buyer.get(f"/pre-autorizacoes/{code}")["situacao"] == "UTILIZADA"
    assert buyer.position() == ("10000.00", "1000.00", "0.00", "9000.00")


def test_balance_is_released_by_hand(buyer):
    code = buyer.reserve("1000.00")["codigoPreAutorizacao"]
    buyer.sell("400.00", (code, "400.00"))
    buyer.post(f"/pre-autorizacoes/{code}/liberacao-saldo", status=200)
    assert buyer.position() == ("10000.00", "400.00", "0.00", "9600.00")
    other = buyer.reserve("10.00")["codigoPreAutorizacao"]
    released = buyer.post(f"/pre-autorizacoes/{other}/liberacao-saldo", status=200)
    assert released["situacao"] == "CANCELADA"


def test_sale_may_use_two_reservations_and_the_free_limit(buyer):
    first = buyer.reserve("100.00")["codigoPreAutorizacao"]
    second = buyer.reserve("200.00")["codigoPreAutorizacao"]
    answer = buyer.sell("350.00", (first, "100.00"), (second, "150.00", True))
    assert answer["situacao"] == "APROVADA"
    assert buyer.position() == ("10000.00", "350.00", "0.00", "9650.00")


@pytest.mark.parametrize("excess", ["reservation", "limit", "expired"])
def test_sale_that_cannot_be_covered_is_rejected_without_effect(buyer, excess):
    code = buyer.reserve("1000.00")["codigoPreAutorizacao"]
    body = {
        "reservation": sale("1000.14", (code, "1000.14")),
        "limit": sale("9000.14"),
        "expired": sale("10.00", (code, "10.00")),
    }[excess]
    if excess == "expired":
        buyer.advance(advanceDays=40)
    before = buyer.position()
    answer = buyer.post("/transacoes", body)
    assert answer["situacao"] == "REJEITADA"
    assert answer["motivo"]
    assert answer["calendario"] == []
    assert buyer.position() == before


def test_change_keeps_what_is_used(buyer):
    code = buyer.reserve("1000.00")["codigoPreAutorizacao"]
    buyer.sell("400.00", (code, "400.00"))
    low = {"valorPreAutorizacao": "399.99", "parcelas": instalments("399.99")}
    answer = buyer.call("PUT", f"/pre-autorizacoes/{code}", low)
    assert (answer.status_code, answer.json()["codigo"]) == (422, "VALOR_INFERIOR_AO_UTILIZADO")
    more = {"valorPreAutorizacao": "1500.00", "parcelas": instalments("1500.00")}
    assert buyer.call("PUT", f"/pre-autorizacoes/{code}", more).status_code == 200
    assert buyer.position() == ("10000.00", "400.00", "1100.00", "8500.00")
    too_much = {"valorPreAutorizacao": "10000.10", "parcelas": instalments("10000.10")}
    answer = buyer.call("PUT", f"/pre-autorizacoes/{code}", too_much)
    assert (answer.status_code, answer.json()["codigo"]) == (422, "LIMITE_INSUFICIENTE")
    assert buyer.position() == ("10000.00", "400.00", "1100.00", "8500.00")


def test_reservation_beyond_the_limit_is_declined(buyer):
    answer = buyer.reserve("10000.20")
    assert (answer["situacao"], answer["valorPreAutorizado"]) == ("REPROVADA", "0.00")
    assert "Limite insuficiente" in answer["motivo"]
    assert buyer.position() == ("10000.00", "0.00", "0.00", "10000.00")


@pytest.mark.parametrize(
    "blocked",
    [
        {"faturamentoPrazoBloqueado": True},
        {"situacaoCliente": "BLOQUEADO_ATRASO", "diasAtraso": 10},
        {"situacaoCliente": "BLOQUEADO_CREDITO"},
        {"situacaoCliente": "NAO_HABILITADO"},
    ],
)
def test_blocked_customer_reserves_and_buys_nothing(buyer, blocked):
    buyer.set_customer(**blocked)
    assert buyer.reserve("10.00")["situacao"] == "REPROVADA"
    assert buyer.sell("10.00")["situacao"] == "REJEITADA"


def test_reservation_of_another_customer_is_refused(buyer):
    code = buyer.reserve("100.00")["codigoPreAutorizacao"]
    buyer.post("/clientes", registration())
    body = sale("10.00", (code, "10.00"), cnpj=registration()["cnpjCpf"])
    answer = buyer.call("POST", "/transacoes", body)
    assert (answer.status_code, answer.json()["codigo"]) == (
        422,
        "PREAUTORIZACAO_DE_OUTRO_CLIENTE",
    )


def test_one_live_transaction_per_nfe(buyer):
    body = sale("100.00")
    buyer.post("/transacoes", body)
    answer = buyer.call("POST", "/transacoes", body)
    assert (answer.status_code, answer.json()["codigo"]) == (409, "NFE_JA_REGISTRADA")
    rejected = sale("100.11")
    assert buyer.post("/transacoes", rejected)["situacao"] == "REJEITADA"
    corrected = {**rejected, "valorTotal": "100.00"}
    assert buyer.post("/transacoes", corrected)["situacao"] == "APROVADA"
    found = buyer.get("/transacoes", chaveNFe=rejected["chaveNFe"])
    assert [t["situacao"] for t in found["itens"]] == ["REJEITADA", "APROVADA"]


@pytest.mark.parametrize(
    ("plan", "dates"),
    [
        ({"plano": "VENCIMENTO", "dias": 1}, ["2026-12-16", "2027-01-15", "2027-02-14"]),
        ({"plano": "ANTECIPADO", "dias": 2}, ["2026-11-24"] * 3),
    ],
)
def test_calendar_adds_up_to_the_cent(process, plan, dates):
    tenant = Tenant(process.url, taxaPercentual="3.33", repasse=plan)
    tenant.set_customer(limiteTotal="10000.00")
    parcels = instalments("33.34", "33.33", "33.33")
    calendar = tenant.sell("100.00", parcelas=parcels)["calendario"]
    assert [line["dataRepasse"] for line in calendar] == dates
    assert [line["valorTaxa"] for line in calendar] == ["1.11", "1.11", "1.11"]
    for line, sent in zip(calendar, parcels, strict=True):
        assert {name: line[name] for name in sent} == sent
        assert Decimal(line["valorRepasse"]) + Decimal(line["valorTaxa"]) == Decimal(
            line["valorParcela"]
        )
    totals = tenant.ledger()["totals"]
    assert (totals["valorParcelas"], totals["valorRepasses"], totals["valorTaxas"]) == (
        "100.00",
        "96.67",
        "3.33",
    )


def test_sale_without_instalments_falls_due_in_thirty_days(buyer):
    (line,) = buyer.sell("100.00")["calendario"]
    assert (line["dataVencimento"], line["valorParcela"]) == ("2026-12-22", "100.00")


def test_lists_are_paged_the_oldest_first(buyer):
    body = order("10.00")
    codes = [buyer.post("/pre-autorizacoes", body)["codigoPreAutorizacao"] for _ in range(3)]
    buyer.reserve("10.00")
    first = buyer.get("/pre-autorizacoes", numeroPedido=body["numeroPedido"], tamanho=2)
    second = buyer.get("/pre-autorizacoes", numeroPedido=body["numeroPedido"], tamanho=2, pagina=2)
    found = [p["codigoPreAutorizacao"] for p in first["itens"] + second["itens"]]
    assert found == codes
    assert (first["temMais"], second["temMais"]) == (True, False)


def test_tenants_do_not_see_one_another(buyer, process):
    code = buyer.reserve("100.00")["codigoPreAutorizacao"]
    other = Tenant(process.url)
    assert other.call("GET", f"/pre-autorizacoes/{code}").status_code == 404
    assert other.call("GET", f"/clientes/{CNPJ}").status_code == 404
    other.control("POST", "/reset", clientId=other.id)
    assert buyer.get(f"/pre-autorizacoes/{code}")["situacao"] == "VIGENTE"
