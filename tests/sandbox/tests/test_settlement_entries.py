"""Statements made to order: chosen entries, many entries, faults, and paging."""

import time
from decimal import Decimal

import pytest


def brief(entries):
    return [
        (e["dataLancamento"], e["tipoEvento"], e["tipoLancamento"], e["valorLancamento"])
        for e in entries
    ]


def extra(**fields):
    return {"tipoEvento": "RPASSC", "tipoLancamento": "DEBITO", **fields}


def test_paging_is_stable_while_entries_are_confirmed(seller):
    seller.add_entries(*[extra(dataLancamento=f"2026-11-{1 + n % 20:02d}") for n in range(50)])
    whole = seller.statement("2026-11-01", "2026-11-30")
    found = []
    for page in range(1, 9):
        answer = seller.get(
            "/conciliacao",
            dataInicial="2026-11-01",
            dataFinal="2026-11-30",
            pagina=page,
            tamanho=7,
        )
        assert answer["temMais"] == (page < 8)
        for entry in answer["itens"]:
            assert seller.confirm(entry["lancamentoId"]).status_code == 204
        found += answer["itens"]
    assert found == whole
    assert found == sorted(found, key=lambda e: (e["dataLancamento"], e["lancamentoId"]))


def test_entries_on_purpose(seller):
    seller.sell_in_parts("100.00")
    today = extra(
        lancamentoId="X-1",
        tipoEvento="NOVO EVENTO",
        codigoTransacao="TR99999999",
        codigoSolicitacao="PV99999999",
        numeroParcela=7,
        valorPrincipal="-10.00",
        valorTaxa="0.01",
        valorImpostos="0.38",
        valorLancamento="-10.40",
    )
    wrong = extra(
        lancamentoId="LC00000001",
        tipoEvento="IMPL",
        tipoLancamento="CREDITO",
        codigoTransacao="TR00000001",
        numeroParcela=1,
        dataLancamento="2026-12-16",
        valorPrincipal="100.00",
        valorTaxa="2.49",
    )
    codes = seller.add_entries(today, today, wrong, extra(valorTaxa="-1.50"))
    assert codes == ["X-1", "X-1", "LC00000001", "LC00000002"]
    entries = seller.statement("2026-11-01", "2026-12-31")
    assert brief(entries) == [
        ("2026-11-22", "RPASSC", "DEBITO", "1.50"),
        ("2026-11-22", "NOVO EVENTO", "DEBITO", "-10.40"),
        ("2026-11-22", "NOVO EVENTO", "DEBITO", "-10.40"),
        ("2026-12-16", "IMPL", "CREDITO", "97.50"),
        ("2026-12-16", "IMPL", "CREDITO", "97.51"),
    ]
    assert {name: entries[1][name] for name in today} == today
    one_each = [seller.statement("2026-11-01", "2026-12-31", size=1)[n] for n in range(5)]
    assert one_each == entries
    ledger = seller.ledger()
    assert [(e["avulso"], e["repetido"]) for e in ledger["lancamentos"]] == [
        (True, False),
        (True, False),
        (True, True),
        (False, False),
        (True, True),
    ]
    # What repeats a code is not paid twice; what no sale accounts for is paid all the same.
    assert ledger["conciliacao"] == {
        "aberto": [
            {
                "dataLancamento": "2026-12-16",
                "valorPrincipal": "100.00",
                "valorTaxa": "2.50",
                "valorImpostos": "0.00",
                "valorLancamento": "97.50",
            }
        ],
        "pago": [],
        "banco": [{"dataLancamento": "2026-11-22", "valor": "8.90"}],
    }
    (customer,) = ledger["clientes"]
    assert (customer["valorARepassar"], customer["valorRepassado"]) == ("97.50", "0.00")
    assert seller.confirm("X-1").status_code == 204
    assert [e["confirmado"] for e in seller.statement("2026-11-22", "2026-11-22")] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"tipoLancamento": "DEBITO"}, "entries[0].tipoEvento"),
        (extra(tipoLancamento="ESTORNO"), "entries[0].tipoLancamento"),
        (extra(valorLancamento=1), "entries[0].valorLancamento"),
        (extra(lancamentoId="a b"), "entries[0].lancamentoId"),
        (extra(extra=1), "entries[0].extra"),
    ],
)
def test_faulty_entries_are_refused(tenant, entry, field):
    body = {"clientId": tenant.id, "entries": [entry]}
    answer = tenant.control("POST", "/settlement", body)
    assert answer.status_code == 422
    assert field in [d["campo"] for d in answer.json()["detalhes"]]
    assert tenant.ledger()["lancamentos"] == []


def test_faults_strike_the_statement_too(seller):
    seller.add_entries(extra(dataLancamento="2026-11-20", valorTaxa="1.00"))
    seller.set_faults(
        {"kind": "alter", "path": "/conciliacao$", "times": 1, "set": {"itens.0.tipoEvento": "?"}},
        {"kind": "status_after", "path": "/confirmacao$", "times": 1},
    )
    assert seller.statement("2026-11-20", "2026-11-20")[0]["tipoEvento"] == "?"
    assert seller.confirm("LC00000001", "k").status_code == 503
    assert seller.statement("2026-11-20", "2026-11-20")[0]["confirmado"]
    assert seller.confirm("LC00000001", "k").status_code == 204


def test_ten_thousand_entries_take_seconds(seller):
    entries = [
        extra(
            codigoTransacao=f"TR{n:08d}",
            dataLancamento=f"2026-{11 - n % 2}-{1 + n % 20:02d}",
            valorPrincipal=f"{n}.00",
            valorTaxa="0.25",
            valorLancamento=f"{n}.00",
        )
        for n in range(10_000)
    ]
    start = time.perf_counter()
    seller.add_entries(*entries)
    found = seller.statement("2026-10-01", "2026-11-30")
    seconds = time.perf_counter() - start
    assert len({e["lancamentoId"] for e in found}) == 10_000
    assert sum(Decimal(e["valorPrincipal"]) for e in found) == 49_995_000
    assert seconds < 8, f"{seconds:.1f} s"
