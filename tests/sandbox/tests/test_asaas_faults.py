"""Faults and the quota in Asaas' own form; what reaches a payer; restarts and resets."""

import base64
import re
import struct
import zlib
from datetime import date

import pytest
import requests

from .asaas_client import CPF, DUE, Holder
from .client import Process


@pytest.fixture
def body(holder):
    """A charge with a reference, to be sent; its customer exists."""
    payer = holder.customer()["id"]
    return {
        "customer": payer,
        "billingType": "BOLETO",
        "value": 10,
        "dueDate": DUE,
        "externalReference": "FAT/1",
    }


def _found(holder):
    return holder.ok("GET", "/payments", externalReference="FAT/1")["totalCount"]


def test_timeout_after_processing_leaves_the_charge(holder, body):
    holder.faults({"kind": "timeout_after", "seconds": 1, "times": 1, "path": "/payments$"})
    with pytest.raises(requests.ReadTimeout):
        holder.call("POST", "/payments", body, timeout=0.3)
    assert _found(holder) == 1


@pytest.mark.parametrize(("kind", "effects"), [("reset_before", 0), ("reset_after", 1)])
def test_resets(holder, body, kind, effects):
    holder.faults({"kind": kind, "times": 1, "method": "POST"})
    with pytest.raises(requests.ConnectionError):
        holder.call("POST", "/payments", body)
    assert _found(holder) == effects


@pytest.mark.parametrize(("kind", "effects"), [("status", 0), ("status_after", 1)])
def test_server_errors(holder, body, kind, effects):
    holder.faults({"kind": kind, "status": 500, "times": 1})
    assert holder.refused("POST", "/payments", body) == (500, "internal_error")
    assert _found(holder) == effects


def test_malformed_and_altered_answers(holder, body):
    holder.faults(
        {"kind": "malformed", "times": 1},
        {"kind": "alter", "set": {"status": "NEW"}, "times": 1},
    )
    with pytest.raises(requests.JSONDecodeError):
        holder.call("POST", "/payments", body).json()
    assert holder.ok("POST", "/payments", body)["status"] == "NEW"
    assert _found(holder) == 2


def test_rate_limit_fault(holder, body):
    holder.faults({"kind": "rate_limit", "retryAfter": 7, "times": 1, "method": "DELETE"})
    charge = holder.ok("POST", "/payments", body)
    answer = holder.call("DELETE", f"/payments/{charge['id']}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "too_many_requests")
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert answer.headers["RateLimit-Reset"] == "7"
    assert holder.show(charge)["deleted"] is False


def test_faults_strike_one_account_only(holder, process):
    holder.faults({"kind": "status"})
    other = Holder(process.url)
    assert other.ok("GET", "/payments")["data"] == []
    assert holder.refused("GET", "/payments")[0] == 503
    (fault,) = holder.control("GET", "/faults").json()["faults"]
    assert fault["fired"] == 1
    holder.control("DELETE", "/faults")
    assert holder.ok("GET", "/payments")["data"] == []


def test_quota_is_told_counted_and_comes_back(process):
    holder = Holder(process.url, quota=3)
    for left in ("2", "1", "0"):
        answer = holder.call("GET", "/payments")
        assert answer.headers["RateLimit-Limit"] == "3"
        assert answer.headers["RateLimit-Remaining"] == left
    assert 43190 <= int(answer.headers["RateLimit-Reset"]) <= 43200
    assert holder.refused("GET", "/payments") == (429, "too_many_requests")
    holder.move(advanceSeconds=12 * 3600 + 1)
    assert holder.call("GET", "/payments").headers["RateLimit-Remaining"] == "2"
    default = Holder(process.url).call("GET", "/nothing")
    assert default.headers["RateLimit-Limit"] == "25000", "on errors too"


def test_requests_are_counted_by_operation(holder, body):
    charge = holder.ok("POST", "/payments", body)
    holder.show(charge)
    holder.show(charge)
    counts = {r["operation"]: r["count"] for r in holder.ledger()["requests"]}
    assert counts == {"POST /customers": 1, "POST /payments": 1, "GET /payments/{code}": 2}


@pytest.mark.parametrize(("value", "due"), [(350, "2026-12-24"), (10.05, "2049-10-20")])
def test_line_and_bar_code(holder, value, due):
    charge = holder.charge(value, due)
    found = holder.ok("GET", f"/payments/{charge['id']}/identificationField")
    line, code = found["identificationField"], found["barCode"]
    assert re.fullmatch(r"\d{47}", line) and re.fullmatch(r"\d{44}", code)
    fields = [(line[0:9], line[9]), (line[10:20], line[20]), (line[21:31], line[31])]
    for digits, check in fields:
        doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits))]
        total = sum(sum(map(int, str(product))) for product in doubled)
        assert (total + int(check)) % 10 == 0
    assert code == line[:4] + line[32:47] + line[4:9] + line[10:20] + line[21:31]
    weighted = sum(int(d) * (2 + i % 8) for i, d in enumerate(reversed(code[:4] + code[5:])))
    check = 11 - weighted % 11
    assert int(code[4]) == (check if check < 10 else 1)
    assert int(code[9:19]) == round(value * 100)
    # From 2025-02-22 (1000) to 2049-10-13 (9999), then from 1000 again.
    days = (date.fromisoformat(due) - date(2025, 2, 22)).days
    assert int(code[5:9]) == 1000 + (days if days < 9000 else days - 9000)
    assert found["nossoNumero"] == charge["nossoNumero"]
    assert int(code[19:]) == int(charge["nossoNumero"])


def test_pix_code_is_valid(holder):
    charge = holder.charge(350.1, kind="PIX")
    found = holder.ok("GET", f"/payments/{charge['id']}/pixQrCode")
    assert set(found) == {"encodedImage", "payload", "expirationDate"}
    text, register = found["payload"], 0xFFFF
    for byte in text[:-4].encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    assert text[-4:] == f"{register:04X}"
    fields, rest = {}, text
    while rest:
        size = int(rest[2:4])
        fields[rest[:2]], rest = rest[4 : 4 + size], rest[4 + size :]
    assert (fields["00"], fields["53"], fields["54"], fields["58"]) == (
        "01",
        "986",
        "350.10",
        "BR",
    )
    assert fields["26"].startswith("0014br.gov.bcb.pix25")
    picture = base64.b64decode(found["encodedImage"], validate=True)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    start = picture.index(b"IDAT") + 4
    size = struct.unpack(">I", picture[start - 8 : start - 4])[0]
    assert len(zlib.decompress(picture[start : start + size])) == height * (width + 1)
    assert found["expirationDate"] == "2027-12-10 23:59:59"


def test_what_has_no_slip_or_no_pix_says_so(holder):
    pix, card = (holder.charge(kind=kind)["id"] for kind in ("PIX", "CREDIT_CARD"))
    path = "/payments/{}/{}"
    action = (400, "invalid_action")
    assert holder.refused("GET", path.format(pix, "identificationField")) == action
    assert holder.refused("GET", path.format(card, "pixQrCode")) == action
    both = holder.charge(kind="UNDEFINED")["id"]
    for what in ("identificationField", "pixQrCode"):
        assert holder.ok("GET", path.format(both, what))


def test_pages_of_the_payer(holder):
    holder.payer = holder.customer(name="João & Filhos (SP)")["id"]
    charge = holder.charge(1350.5, description="<b>Julho</b>")
    line = holder.ok("GET", f"/payments/{charge['id']}/identificationField")["identificationField"]
    page = requests.get(charge["invoiceUrl"], timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    for text in ("R$ 1.350,50", "10/12/2026", line, "João &amp; Filhos", "&lt;b&gt;Julho"):
        assert text in page.text
    assert "<script" not in page.text
    slip = requests.get(charge["bankSlipUrl"], timeout=10)
    assert slip.headers["Content-Type"] == "application/pdf"
    text = slip.content.decode("cp1252")
    assert text.startswith("%PDF-1.4") and text.endswith("%%EOF\n")
    for part in ("R$ 1.350,50", "10/12/2026", line, r"João & Filhos \(SP\)"):
        assert part in text
    offset = int(re.search(r"startxref\n(\d+)", text)[1])
    assert slip.content[offset:].startswith(b"xref")
    for number, position in enumerate(re.findall(r"(\d{10}) 00000 n", text), 1):
        assert slip.content[int(position) :].startswith(b"%d 0 obj" % number)
    assert requests.get(f"{holder.url}/asaas/i/nobody", timeout=10).status_code == 404
    pix = holder.charge(kind="PIX")["invoiceUrl"].replace("/i/", "/b/pdf/")
    assert requests.get(pix, timeout=10).status_code == 404


def test_pages_stand_where_the_account_says(process):
    holder = Holder(process.url, publicUrl="https://pay.example.com/")
    assert holder.charge()["invoiceUrl"].startswith("https://pay.example.com/asaas/i/")


def test_state_survives_a_crash(tmp_path):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    holder = Holder(sandbox.url)
    charge = holder.charge()
    paid = holder.pay(charge)
    before = holder.ledger()
    sandbox.kill()
    sandbox.start()
    try:
        holder.url = sandbox.url
        assert holder.show(charge) == paid
        after = holder.ledger()
        assert after["statement"] == before["statement"] and after["payments"] == [paid]
        assert holder.charge()["invoiceNumber"] != charge["invoiceNumber"]
        assert holder.customer()["id"] != charge["customer"]
    finally:
        sandbox.stop()


def test_reset_empties_one_account_and_keeps_its_key(holder, process, receiver):
    other = Holder(process.url)
    charge = holder.charge()
    other.charge()
    holder.hook(receiver.url)
    holder.pay(charge)
    assert holder.control("POST", "/reset").status_code == 204
    found = holder.ledger()
    names = ("balance", "payments", "statement", "events", "requests")
    assert [found[n] for n in names] == [0, [], [], [], []]
    assert holder.ok("GET", "/webhooks")["data"] == []
    assert holder.ok("GET", "/customers", cpfCnpj=CPF)["totalCount"] == 0
    assert other.ok("GET", "/payments")["totalCount"] == 1


def test_reset_of_everything_leaves_the_default_accounts(tmp_path):
    sandbox = Process(str(tmp_path / "books.sqlite"))
    try:
        holder = Holder(sandbox.url)
        holder.charge()
        answer = requests.post(f"{sandbox.url}/_sandbox/reset", timeout=10)
        assert answer.status_code == 204
        assert holder.refused("GET", "/payments") == (401, "invalid_access_token")
        holder.key = "$aact_hmlg_sandbox"
        assert holder.ok("GET", "/payments")["totalCount"] == 0
    finally:
        sandbox.stop()


def test_unknown_accounts_and_bodies_are_refused_by_the_control(holder, process):
    holder.key = "never-registered"
    for path in ("/clock", "/ledger"):
        assert holder.control("GET", path).status_code == 404
    assert holder.control("POST", "/reset").status_code == 404
    other = Holder(process.url)
    code = other.charge()["id"]
    for fault in ({"method": "CASH"}, {"value": 0}, {"value": 1.001}, {"date": "x"}, {"x": 1}):
        assert other.control("POST", f"/payments/{code}/pay", **fault).status_code == 422
    assert other.control("POST", f"/payments/{code}/pay", date="2026-12-01").status_code == 400
    assert other.control("POST", "/payments/pay_x/pay").status_code == 404
