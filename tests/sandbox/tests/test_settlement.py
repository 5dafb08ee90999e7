"""The statement: what the calendar promises less what post-sales debit, day by day."""

from collections import defaultdict
from decimal import Decimal

import pytest

from .client import CNPJ, Tenant

FIRST, LAST = "2026-12-01", "2027-02-28"
AMOUNTS = ("valorPrincipal", "valorTaxa", "valorImpostos", "valorLancamento")


def brief(entries):
    return [
        (e["dataLancamento"], e["tipoEvento"], e["tipoLancamento"], e["valorLancamento"])
        for e in entries
    ]


def net_by_day(entries, name="valorLancamento"):
    result = defaultdict(Decimal)
    for entry in entries:
        sign = 1 if entry["tipoLancamento"] == "CREDITO" else -1
        result[entry["dataLancamento"]] += sign * Decimal(entry[name])
    return dict(result)


def test_each_instalment_of_a_sale_is_a_credit_on_its_repasse_date(seller):
    code, _key = seller.sell_in_parts("33.34", "66.66")
    first, second = seller.statement(FIRST, LAST)
    assert first == {
        "lancamentoId": "LC00000001",
        "codigoTransacao": code,
        "codigoSolicitacao": None,
        "numeroParcela": 1,
        "tipoEvento": "IMPL",
        "tipoLancamento": "CREDITO",
        "lancamentoFuturo": True,
        "dataLancamento": "2026-12-16",
        "valorPrincipal": "33.34",
        "valorTaxa": "0.83",
        "valorImpostos": "0.00",
        "valorLancamento": "32.51",
        "confirmado": False,
    }
    assert (second["dataLancamento"], second["valorLancamento"]) == ("2027-01-15", "64.99")
    seller.advance(now="2026-12-16T00:00:01")
    first_effective, second_future = seller.statement(FIRST, LAST)
    assert first_effective == {**first, "lancamentoFuturo": False}
    assert second_future == second


def test_sale_in_analysis_has_no_entry_until_it_is_approved(seller):
    code = seller.sell("100.12")["codigoTransacao"]
    assert seller.statement(FIRST, LAST) == []
    assert seller.get(f"/transacoes/{code}")["situacao"] == "APROVADA"
    assert len(seller.statement(FIRST, LAST)) == 1


def test_debits_stand_beside_the_credits_they_lessen(seller):
    code, _key = seller.sell_in_parts("100.00", "100.00")
    part = seller.take_back(code, "40.00", "DEVOLUCAO")
    seller.take_back(code, "20.00", "BONIFICACAO")
    seller.take_back(code, "30.07", "BONIFICACAO")  # directly: not on the statement
    entries = seller.statement(FIRST, LAST)
    assert brief(entries) == [
        ("2026-12-16", "IMPL", "CREDITO", "97.50"),
        ("2027-01-15", "IMPL", "CREDITO", "97.50"),
        ("2027-01-15", "CANCEP", "DEBITO", "39.00"),
        ("2027-01-15", "BONIFI", "DEBITO", "20.00"),
    ]
    debit = entries[2]
    assert (debit["codigoTransacao"], debit["codigoSolicitacao"], debit["numeroParcela"]) == (
        code,
        part["codigoSolicitacao"],
        2,
    )
    assert [debit[name] for name in AMOUNTS] == ["40.00", "1.00", "0.00", "39.00"]
    assert net_by_day(entries)["2027-01-15"] == Decimal("38.50")


@pytest.mark.parametrize("kind", ["DEVOLUCAO", "CANCELAMENTO"])
def test_the_whole_sale_taken_back_is_a_full_debit(seller, kind):
    code, key = seller.sell_in_parts("100.00")
    seller.take_back(code, "100.00", kind, sale_key=key if kind == "CANCELAMENTO" else None)
    credit, debit = seller.statement(FIRST, LAST)
    assert debit["tipoEvento"] == "CANCE"
    assert net_by_day([credit, debit]) == {"2026-12-16": Decimal("0.00")}


def test_statement_is_the_calendar_less_the_debits_to_the_cent(process):
    """Sales and post-sales over three months: each day, gross, fee and net."""
    tenant = Tenant(process.url, taxaPercentual="3.33", regras=False)
    tenant.set_customer(limiteTotal="100000.00")
    tenant.advance(now="2026-11-22T12:00:00")
    expected = {name: defaultdict(Decimal) for name in ("valorPrincipal", "valorTaxa", "net")}

    def note(day, sign, principal, fee):
        for name, amount in zip(expected, (principal, fee, principal - fee), strict=True):
            expected[name][day] += sign * amount

    codes = [
        tenant.sell_in_parts(f"{100 + n}.{n:02d}", "0.01", f"{50 + n}.99")[0] for n in range(9)
    ]
    for sale in tenant.get("/transacoes")["itens"]:
        for line in sale["calendario"]:
            amounts = Decimal(line["valorParcela"]), Decimal(line["valorTaxa"])
            note(line["dataRepasse"], 1, *amounts)
    for number, code in enumerate(codes):
        kind = ("DEVOLUCAO", "BONIFICACAO")[number % 2]
        for amount in ("33.33", "41.07"):
            answer = tenant.take_back(code, amount, kind)
            for line in answer["parcelasDebito"]:
                fee = Decimal(line["valorTaxaEstornada"])
                note(line["dataDebito"], -1, Decimal(line["valor"]), fee)
        tenant.advance(advanceDays=9)
    entries = tenant.statement(FIRST, LAST)
    for name, amounts in expected.items():
        column = "valorLancamento" if name == "net" else name
        assert net_by_day(entries, column) == dict(amounts)
    ledger = tenant.ledger()
    sums = ledger["conciliacao"]
    assert {e["dataLancamento"]: Decimal(e["valorLancamento"]) for e in sums["aberto"]} == {
        day: amount for day, amount in expected["net"].items() if day > ledger["now"][:10]
    }
    assert {e["dataLancamento"]: Decimal(e["valor"]) for e in sums["banco"]} == {
        day: amount for day, amount in expected["net"].items() if day <= ledger["now"][:10]
    }
    (customer,) = ledger["clientes"]
    assert (Decimal(customer["valorARepassar"]), Decimal(customer["valorRepassado"])) == (
        sum(Decimal(e["valorLancamento"]) for e in sums["aberto"]),
        sum(Decimal(e["valorLancamento"]) for e in sums["pago"]),
    )


def test_confirmed_entries_stay_listed(seller):
    seller.sell_in_parts("100.00", "100.00")
    answer = seller.confirm("LC00000001")
    assert (answer.status_code, answer.json()["codigo"]) == (409, "SITUACAO_NAO_PERMITE")
    seller.advance(now="2026-12-16T12:00:00")
    for key in ("one", "one", "two"):
        answer = seller.confirm("LC00000001", key)
        assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert [e["confirmado"] for e in seller.statement(FIRST, LAST)] == [True, False]
    assert [e["confirmado"] for e in seller.ledger()["lancamentos"]] == [True, False]
    answer = seller.confirm("LC99999999")
    assert (answer.status_code, answer.json()["codigo"]) == (404, "LANCAMENTO_NAO_ENCONTRADO")
    answer = seller.confirm("LC00000002", "one")
    assert (answer.status_code, answer.json()["codigo"]) == (409, "CHAVE_IDEMPOTENCIA_REUTILIZADA")


@pytest.mark.parametrize(
    ("query", "code", "fields"),
    [
        ({}, "PARAMETRO_INVALIDO", ["dataInicial", "dataFinal"]),
        ({"dataInicial": FIRST}, "PARAMETRO_INVALIDO", ["dataFinal"]),
        ({"dataInicial": FIRST, "dataFinal": "2026-02-30"}, "PARAMETRO_INVALIDO", ["dataFinal"]),
        ({"dataInicial": FIRST, "dataFinal": "2026-11-30"}, "PERIODO_INVALIDO", ["dataFinal"]),
        ({"dataInicial": FIRST, "dataFinal": "2027-03-02"}, "PERIODO_INVALIDO", ["dataFinal"]),
        (
            {"dataInicial": FIRST, "dataFinal": LAST, "tamanho": 501},
            "PARAMETRO_INVALIDO",
            ["tamanho"],
        ),
    ],
)
def test_period_is_given_and_at_most_ninety_days_long(tenant, query, code, fields):
    answer = tenant.call("GET", "/conciliacao", **query)
    assert (answer.status_code, answer.json()["codigo"]) == (400, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [d["campo"] for d in answer.json()["detalhes"]] == fields
    answer = tenant.get("/conciliacao", dataInicial=FIRST, dataFinal="2027-03-01")
    assert answer == {"itens": [], "temMais": False}


def test_tenants_do_not_see_one_another(seller, process):
    seller.sell_in_parts("100.00")
    other = Tenant(process.url)
    assert other.statement(FIRST, LAST) == []
    assert other.confirm("LC00000001").status_code == 404
    other.add_entries({"tipoEvento": "RPASSC", "tipoLancamento": "DEBITO"})
    assert len(seller.statement("2026-11-01", "2026-12-31")) == 1
    assert seller.get(f"/clientes/{CNPJ}")["limiteUtilizado"] == "100.00"
