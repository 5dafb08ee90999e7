"""Faults occur where and as often as set, on real connections."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .client import order


def _reset_by_peer(error):
    while error is not None:
        # http.client reports a clean end as a subclass of it.
        if type(error) is ConnectionResetError:
            return True
        error = error.__context__
    return False


@pytest.mark.parametrize(("kind", "effects"), [("reset_before", 0), ("reset_after", 1)])
def test_reset_is_a_tcp_reset(buyer, kind, effects):
    buyer.set_faults({"kind": kind, "times": 1})
    body = order("100.00")
    with pytest.raises(requests.ConnectionError) as caught:
        buyer.call("POST", "/pre-autorizacoes", body, key="k")
    assert _reset_by_peer(caught.value)
    assert len(buyer.ledger()["preAutorizacoes"]) == effects
    found = buyer.get("/pre-autorizacoes", chaveIdempotencia="k")["itens"]
    assert len(found) == effects
    assert buyer.call("POST", "/pre-autorizacoes", body, key="k").status_code == 201
    assert buyer.position()[2] == "100.00"


def test_timeout_after_processing_leaves_one_effect(buyer):
    buyer.set_faults({"kind": "timeout_after", "seconds": 1, "times": 2, "method": "POST"})
    body = order("100.00")
    with pytest.raises(requests.ReadTimeout):
        buyer.call("POST", "/pre-autorizacoes", body, key="k", timeout=0.3)
    found = buyer.get("/pre-autorizacoes", chaveIdempotencia="k")["itens"]
    assert [p["situacao"] for p in found] == ["VIGENTE"]
    # Waiting long enough, the client sees the connection end without an answer.
    with pytest.raises(requests.ConnectionError) as caught:
        buyer.call("POST", "/pre-autorizacoes", body, key="k")
    assert not _reset_by_peer(caught.value)
    assert buyer.call("POST", "/pre-autorizacoes", body, key="k").status_code == 201
    assert buyer.position()[2] == "100.00"


@pytest.mark.parametrize(("kind", "effects"), [("status", 0), ("status_after", 1)])
def test_server_errors(buyer, kind, effects):
    buyer.set_faults({"kind": kind, "status": 502, "times": 1})
    answer = buyer.call("POST", "/pre-autorizacoes", order("100.00"), key="k")
    assert (answer.status_code, answer.json()["codigo"]) == (502, "FALHA_SIMULADA")
    assert len(buyer.ledger()["preAutorizacoes"]) == effects


def test_rate_limit_says_how_long_to_wait(buyer):
    buyer.set_faults({"kind": "rate_limit", "retryAfter": 7, "times": 1})
    answer = buyer.call("POST", "/pre-autorizacoes", order("100.00"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert buyer.ledger()["preAutorizacoes"] == []


def test_malformed_answer_after_the_effect(buyer):
    buyer.set_faults({"kind": "malformed", "times": 1})
    answer = buyer.call("POST", "/pre-autorizacoes", order("100.00"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert buyer.position()[2] == "100.00"


def test_altered_answer(buyer):
    changes = {"situacao": "NOVA", "calendario.0.valorRepasse": "-1.00"}
    buyer.set_faults({"kind": "alter", "set": changes, "times": 1})
    answer = buyer.sell("100.00")
    assert answer["situacao"] == "NOVA"
    assert answer["calendario"][0]["valorRepasse"] == "-1.00"
    assert buyer.get(f"/transacoes/{answer['codigoTransacao']}")["situacao"] == "APROVADA"


def test_revoked_token_is_replaced_by_a_new_one(buyer):
    buyer.set_faults({"kind": "revoke_tokens", "times": 1})
    answer = buyer.call("GET", "/pre-autorizacoes")
    assert (answer.status_code, answer.json()["codigo"]) == (401, "TOKEN_INVALIDO")
    buyer.log_in()
    assert buyer.call("GET", "/pre-autorizacoes").status_code == 200


def test_fault_strikes_only_what_it_names(buyer, process):
    buyer.set_faults({"kind": "status", "method": "GET", "path": "^/api/v1/transacoes$"})
    buyer.log_in()
    assert buyer.call("GET", "/transacoes").status_code == 503
    assert buyer.call("GET", "/pre-autorizacoes").status_code == 200
    assert buyer.fired() == [1]
    buyer.control("DELETE", "/faults", clientId=buyer.id)
    assert buyer.call("GET", "/transacoes").status_code == 200


def test_same_seed_strikes_the_same_requests(buyer):
    def statuses():
        buyer.set_faults({"kind": "status", "probability": 0.5}, seed=7)
        return [buyer.call("GET", "/transacoes").status_code for _ in range(20)]

    first = statuses()
    assert set(first) == {200, 503}
    assert statuses() == first


def test_faulty_faults_are_refused(tenant):
    for fault in ({"kind": "earthquake"}, {"kind": "status", "path": "("}, {}):
        answer = tenant.control("POST", "/faults", {"clientId": tenant.id, "faults": [fault]})
        assert answer.status_code == 422


def test_latency_holds_no_lock(buyer):
    # Long enough for a busy machine to let the others arrive meanwhile.
    buyer.set_faults({"kind": "latency", "seconds": 1})

    def reserve(_):
        session = requests.Session()
        return buyer.call("POST", "/pre-autorizacoes", order("10.00"), session=session)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(reserve, range(64)))
    assert {a.status_code for a in answers} == {201}
    # Counted between the locks of arrival and the delay: a lock held meanwhile would allow one.
    assert buyer.ledger()["maxConcurrent"] >= 16
    assert buyer.position()[2] == "640.00"
