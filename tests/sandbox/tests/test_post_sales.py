"""The split of post-sales: what Supplier takes back, and what the company returns directly."""

import random
from decimal import Decimal

import pytest

from .client import Tenant, post_sale, refusal

THREE = ("300.00", "300.00", "400.00")  # passed on 2026-12-16, 2027-01-15 and 2027-02-14


def amounts(answer):
    return answer["valorSupplier"], answer["valorCliente"]


def debits(answer):
    return [
        (line["numeroParcela"], line["dataDebito"], line["valor"])
        for line in answer["parcelasDebito"]
    ]


def test_before_any_repasse_supplier_takes_all_from_the_last_instalments(seller):
    code, _key = seller.sell_in_parts(*THREE)
    answer = seller.take_back(code, "500.00", "DEVOLUCAO")
    assert answer == {
        "codigoSolicitacao": "PV00000001",
        "codigoTransacao": code,
        "tipo": "DEVOLUCAO",
        "situacao": "APROVADA",
        "motivo": None,
        "valor": "500.00",
        "valorSupplier": "500.00",
        "valorCliente": "0.00",
        "parcelasDebito": [
            {
                "numeroParcela": 2,
                "dataDebito": "2027-01-15",
                "valor": "100.00",
                "valorTaxa": "0.00",
                "valorTaxaEstornada": "2.50",
            },
            {
                "numeroParcela": 3,
                "dataDebito": "2027-02-14",
                "valor": "400.00",
                "valorTaxa": "0.00",
                "valorTaxaEstornada": "10.00",
            },
        ],
    }
    assert seller.get("/pos-vendas/PV00000001") == answer
    assert seller.position() == ("10000.00", "500.00", "0.00", "9500.00")


def test_what_was_passed_on_is_returned_directly(seller):
    code, _key = seller.sell_in_parts(*THREE)
    seller.advance(now="2027-01-15T00:01:00")
    answer = seller.take_back(code, "1000.00", "DEVOLUCAO")
    assert amounts(answer) == ("400.00", "600.00")
    assert debits(answer) == [(3, "2027-02-14", "400.00")]
    assert seller.position()[1] == "600.00", "the customer still owes what was passed on"


def test_the_day_before_a_repasse_it_can_still_be_taken_back(seller):
    code, _key = seller.sell_in_parts(*THREE)
    seller.advance(now="2026-12-15T23:00:00")
    assert amounts(seller.take_back(code, "1000.00")) == ("1000.00", "0.00")


def test_everything_passed_on_leaves_nothing_to_supplier(seller):
    code, key = seller.sell_in_parts(*THREE)
    seller.advance(now="2027-03-01T12:00:00")
    answer = seller.take_back(code, "1000.00", "CANCELAMENTO", sale_key=key)
    assert amounts(answer) == ("0.00", "1000.00")
    assert debits(answer) == []
    assert seller.position()[1] == "1000.00"


def test_several_returns_follow_one_another(seller):
    code, key = seller.sell_in_parts(*THREE)
    assert debits(seller.take_back(code, "350.00", "DEVOLUCAO")) == [(3, "2027-02-14", "350.00")]
    assert debits(seller.take_back(code, "150.00", "BONIFICACAO")) == [
        (2, "2027-01-15", "100.00"),
        (3, "2027-02-14", "50.00"),
    ]
    seller.advance(now="2026-12-20T12:00:00")
    answer = seller.take_back(code, "250.00", "DEVOLUCAO")
    assert amounts(answer) == ("200.00", "50.00")
    assert debits(answer) == [(2, "2027-01-15", "200.00")]
    partial = post_sale(code, "249.99", "CANCELAMENTO", sale_key=key)
    assert refusal(seller, partial) == (422, "CANCELAMENTO_PARCIAL")
    answer = seller.take_back(code, "250.00", "CANCELAMENTO", sale_key=key)
    assert amounts(answer) == ("0.00", "250.00")
    assert refusal(seller, post_sale(code, "0.01")) == (422, "VALOR_SUPERIOR_AO_SALDO")
    found = seller.get("/pos-vendas", codigoTransacao=code)["itens"]
    assert [row["valor"] for row in found] == ["350.00", "150.00", "250.00", "250.00"]


@pytest.mark.parametrize(
    ("kind", "kept", "given_back"), [("DEVOLUCAO", "0.00", "2.78"), ("BONIFICACAO", "2.78", "0.00")]
)
def test_parts_of_an_instalment_share_its_fee_to_the_cent(process, kind, kept, given_back):
    tenant = Tenant(process.url, taxaPercentual="2.78", regras=False)
    tenant.set_customer(limiteTotal="1000.00")
    code, _key = tenant.sell_in_parts("100.00")
    lines = [
        line
        for amount in ("33.33", "33.33", "33.33", "0.01")
        for line in tenant.take_back(code, amount, kind)["parcelasDebito"]
    ]
    sums = [
        f"{sum(Decimal(line[name]) for line in lines):.2f}"
        for name in ("valor", "valorTaxa", "valorTaxaEstornada")
    ]
    assert sums == ["100.00", kept, given_back]


@pytest.mark.parametrize(
    ("cents", "asked", "decided", "split"),
    [
        ("00", "APROVADA", "APROVADA", ("300.00", "200.00")),
        ("01", "REPROVADA", "REPROVADA", ("0.00", "0.00")),
        ("02", "EM_ANALISE", "APROVADA", ("300.00", "200.02")),
        ("03", "EM_ANALISE", "REPROVADA", ("0.00", "0.00")),
        ("04", "EM_ANDAMENTO", "APROVADA", ("300.00", "200.04")),
        ("05", "APROVADA_PARCIAL", "APROVADA_PARCIAL", ("250.02", "0.00")),
        ("06", "APROVADA", "APROVADA", ("500.06", "0.00")),
        ("07", "APROVADA", "APROVADA", ("0.00", "500.07")),
        ("08", "EM_ANALISE", "APROVADA_PARCIAL", ("250.04", "0.00")),
        ("09", "APROVADA", "APROVADA", ("300.00", "200.09")),
    ],
)
def test_outcomes_of_a_post_sale(seller, cents, asked, decided, split):
    code, _key = seller.sell_in_parts("300.00", "300.00")
    seller.advance(now="2026-12-20T12:00:00")
    answer = seller.take_back(code, f"500.{cents}", "DEVOLUCAO")
    assert answer["situacao"] == asked
    if asked in ("EM_ANALISE", "EM_ANDAMENTO"):
        assert (amounts(answer), debits(answer)) == (("0.00", "0.00"), [])
        assert seller.position()[1] == "600.00"
    row = seller.get(f"/pos-vendas/{answer['codigoSolicitacao']}")
    assert (row["situacao"], amounts(row)) == (decided, split)
    assert (row["motivo"] is None) == (decided == "APROVADA")
    assert sum(Decimal(line["valor"]) for line in row["parcelasDebito"]) == Decimal(split[0])
    assert all(line["dataDebito"] > "2026-12-20" for line in row["parcelasDebito"])
    assert seller.position()[1] == f"{600 - Decimal(split[0]):.2f}"
    # The part that was not approved can be requested again.
    seller.set_rule("aprovada")
    rest = 600 - sum(map(Decimal, split))
    more = post_sale(code, f"{rest + Decimal('0.01')}")
    assert refusal(seller, more) == (422, "VALOR_SUPERIOR_AO_SALDO")
    assert seller.take_back(code, f"{rest}")["situacao"] == "APROVADA"


def test_requests_in_analysis_count_in_full(seller):
    code, key = seller.sell_in_parts("300.00", "300.00")
    seller.take_back(code, "400.02", "DEVOLUCAO")
    assert refusal(seller, post_sale(code, "199.99")) == (422, "VALOR_SUPERIOR_AO_SALDO")
    whole = post_sale(code, "600.00", "CANCELAMENTO", sale_key=key)
    assert refusal(seller, whole) == (422, "VALOR_SUPERIOR_AO_SALDO")
    assert seller.take_back(code, "199.98")["situacao"] == "APROVADA"


@pytest.mark.parametrize("seed", range(5))
def test_random_post_sales_add_up_to_the_cent(process, seed):
    """Any order of kinds, amounts, outcomes and days: split, limit and fees stay exact."""
    draw = random.Random(seed)
    tenant = Tenant(process.url, taxaPercentual="3.33", regras=False)
    tenant.set_customer(limiteTotal="100000.00")
    tenant.advance(now="2026-11-22T12:00:00")
    parcels = [f"{draw.randint(1, 30000) / 100:.2f}" for _ in range(draw.randint(1, 6))]
    code, _key = tenant.sell_in_parts(*parcels)
    total = rest = sum(map(Decimal, parcels))
    debited = {}
    while rest:
        amount = min(rest, Decimal(draw.randint(1, 20000)) / 100)
        tenant.set_rule(draw.choice(("aprovada", "supplier", "cliente")))
        kind = draw.choice(("DEVOLUCAO", "BONIFICACAO"))
        row = tenant.take_back(code, f"{amount:.2f}", kind)
        assert sum(map(Decimal, amounts(row))) == amount
        for line in row["parcelasDebito"]:
            old = debited.get(line["numeroParcela"], (0, 0))
            fee = Decimal(line["valorTaxa"]) + Decimal(line["valorTaxaEstornada"])
            debited[line["numeroParcela"]] = (old[0] + Decimal(line["valor"]), old[1] + fee)
        tenant.advance(advanceDays=draw.randint(0, 30))
        rest -= amount
    calendar = tenant.get(f"/transacoes/{code}")["calendario"]
    for line in calendar:
        value, fee = debited.get(line["numeroParcela"], (0, 0))
        assert value <= Decimal(line["valorParcela"])
        assert fee <= Decimal(line["valorTaxa"])
        assert value < Decimal(line["valorParcela"]) or fee == Decimal(line["valorTaxa"])
    taken_back = sum(value for value, _fee in debited.values())
    assert tenant.position()[1] == f"{total - taken_back:.2f}"
