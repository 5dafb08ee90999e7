"""The main path through a running Odoo with real HTTP to the sandbox, both ledgers compared.

The order of the tests is the order of the path: each begins where the one before ended.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from .conftest import nfe_base64
from .days import today
from .odoo import OdooError

ORDER_AMOUNT = "3251.92"
CUSTOMER = "95398560000152"
# From the day of issue to the due date that the NF-e itself names.
DAYS_TO_DUPLICATA = 33


@pytest.fixture(scope="module")
def order(users):
    (found,) = users.salesman.search_read(
        "sale.order", [["amount_total", "=", float(ORDER_AMOUNT)]], ["name", "state"]
    )
    return found


def reservation_of(session, order):
    return session.search_read(
        "supplier.credit.preauthorization",
        [["order_id", "=", order["id"]]],
        ["state", "code", "amount", "valid_until", "error", "requested_amount"],
    )


def sandbox_reservations(sandbox, order):
    return [r for r in sandbox.ledger()["preAutorizacoes"] if r["numeroPedido"] == order["name"]]


def press_send(pressed):
    """Press Send Pre-Authorization; return the message to the user if it is refused, else ''."""
    users, order = pressed
    try:
        users.salesman.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    except OdooError as error:
        return str(error)
    return ""


def message_of(admin, operation):
    found = admin.search_read(
        "supplier.credit.message",
        [["operation", "=", operation]],
        ["state", "error", "attempts", "next_attempt"],
        limit=1,
    )
    return found[0] if found else None


def agreement_id(admin):
    (found,) = admin.search_read("supplier.credit.agreement", [], ["base_url"])
    return found["id"]


def test_connection_works(admin):
    action = admin.call(
        "supplier.credit.agreement", "action_test_connection", [agreement_id(admin)]
    )
    assert action["params"]["type"] == "success"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_secret", "wrong"),
        ("base_url", "http://127.0.0.1:9/api/v1"),
        ("base_url", "http://127.0.0.1:{odoo}/nowhere"),
    ],
)
def test_wrong_secret_or_address_is_told_and_changes_nothing(admin, running, field, value):
    agreement = agreement_id(admin)
    before = admin.read_one("supplier.credit.agreement", agreement, [field])[field]
    value = value.format(odoo=running.url.rsplit(":", 1)[1])
    admin.call("supplier.credit.agreement", "write", [agreement], {field: value})
    try:
        with pytest.raises(OdooError, match="Supplier"):
            admin.call("supplier.credit.agreement", "action_test_connection", [agreement])
    finally:
        admin.call("supplier.credit.agreement", "write", [agreement], {field: before})
    assert not running.sandbox.ledger()["preAutorizacoes"]


def test_order_is_blocked_and_confirming_says_why(users, order):
    with pytest.raises(OdooError, match=rf"{order['name']}.*Send Pre-Authorization"):
        users.salesman.call("sale.order", "action_confirm", [order["id"]])
    assert users.salesman.read_one("sale.order", order["id"], ["state"])["state"] == "draft"


def test_sandbox_down_leaves_the_message_waiting(users, admin, running, order, sandbox):
    sandbox.process.stop()
    users.salesman.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    sandbox.process.start()
    (reservation,) = reservation_of(users.salesman, order)
    assert reservation["state"] == "sending"
    assert "cannot be reached" in reservation["error"]
    message = message_of(admin, "preauthorization_create")
    assert (message["state"], message["attempts"]) == ("waiting", 1)
    assert message["next_attempt"]
    assert sandbox_reservations(sandbox, order) == []


def test_lost_answer_is_found_again_and_reserves_once(users, admin, order, sandbox):
    sandbox.set_faults(
        {"kind": "reset_after", "method": "POST", "path": "/pre-autorizacoes$", "times": 1}
    )
    users.salesman.call("sale.order", "action_send_supplier_preauthorization", [order["id"]])
    assert sandbox.fired() == 1
    assert message_of(admin, "preauthorization_create")["state"] == "unknown"
    assert len(sandbox_reservations(sandbox, order)) == 1, "it was processed before the cut"
    sandbox.clear_faults()

    with ThreadPoolExecutor(max_workers=4) as at_once:
        errors = set(at_once.map(press_send, [(users, order)] * 4)) - {""}
    assert all("already has pre-authorization" in error for error in errors)
    (reservation,) = reservation_of(users.salesman, order)
    (booked,) = sandbox_reservations(sandbox, order)
    assert reservation["state"] == "active"
    assert reservation["code"] == booked["codigoPreAutorizacao"]
    assert f"{reservation['amount']:.2f}" == booked["valorPreAutorizado"] == "3414.52"
    assert reservation["valid_until"] == booked["dataVigencia"]
    assert not reservation["error"]


def test_released_order_is_confirmed(users, order):
    values = users.salesman.read_one("sale.order", order["id"], ["supplier_release_state"])
    assert values["supplier_release_state"] == "released_reservation"
    users.salesman.call("sale.order", "action_confirm", [order["id"]])
    assert users.salesman.read_one("sale.order", order["id"], ["state"])["state"] == "sale"


@pytest.fixture(scope="module")
def invoice(users, order):
    wizard = users.accountant.call(
        "sale.advance.payment.inv",
        "create",
        {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order["id"]]]]},
        context={"active_model": "sale.order", "active_ids": [order["id"]]},
    )
    users.accountant.call(
        "sale.advance.payment.inv",
        "create_invoices",
        [wizard],
        context={"active_model": "sale.order", "active_ids": [order["id"]]},
    )
    (found,) = users.accountant.search_read(
        "account.move", [["supplier_order_id", "=", order["id"]]], ["l10n_latam_document_type_id"]
    )
    return found["id"]


def upload(users, running, invoice, name):
    wizard = users.accountant.call(
        "supplier.credit.nfe.upload",
        "create",
        {"invoice_id": invoice, "nfe_file": nfe_base64(running, name)},
    )
    return users.accountant.call("supplier.credit.nfe.upload", "action_upload", [wizard])


def test_nfe_of_another_sale_is_refused_and_changes_nothing(users, running, invoice):
    with pytest.raises(OdooError, match=r"(?s)does not belong to.*recipient.*total.*Nothing"):
        upload(users, running, invoice, "nfe-47605.xml")
    values = users.accountant.read_one(
        "account.move", invoice, ["supplier_nfe_key", "supplier_sefaz_state", "state"]
    )
    assert values["supplier_nfe_key"] is values["supplier_sefaz_state"] is False
    assert values["state"] == "draft"


def test_registered_once_although_the_answer_was_lost(users, running, admin, invoice, sandbox):
    sandbox.set_faults(
        {
            "kind": "timeout_after",
            "method": "POST",
            "path": "/transacoes$",
            "times": 1,
            "seconds": 8,
        }
    )
    upload(users, running, invoice, "nfe-47686.xml")
    users.accountant.call("account.move", "action_post", [invoice])
    assert sandbox.fired() == 1
    assert message_of(admin, "transaction_create")["state"] == "unknown"
    with pytest.raises(OdooError, match="before Supplier approved"):
        users.accountant.call("account.move", "action_print_supplier_danfe", [invoice])
    refused = users.accountant.get(f"/report/pdf/supplier_credit.report_danfe/{invoice}")
    assert not refused.content.startswith(b"%PDF")
    sandbox.clear_faults()
    users.accountant.call("account.move", "action_send_supplier_transaction", [invoice])
    with pytest.raises(OdooError, match="already registered"):
        users.accountant.call("account.move", "action_send_supplier_transaction", [invoice])
    (booked,) = sandbox.ledger()["transacoes"]
    (transaction,) = users.accountant.search_read(
        "supplier.credit.transaction",
        [["invoice_id", "=", invoice]],
        ["state", "processing_state", "code", "total", "installment_ids", "move_id"],
    )
    assert (transaction["state"], transaction["processing_state"]) == ("approved", "done")
    assert transaction["code"] == booked["codigoTransacao"]
    assert f"{transaction['total']:.2f}" == booked["valorTotal"] == ORDER_AMOUNT


def test_both_ledgers_agree_to_the_cent(users, sandbox, invoice, order):
    ledger = sandbox.ledger()
    (booked,) = ledger["transacoes"]
    calendar = users.accountant.search_read(
        "supplier.credit.transaction.installment",
        [["invoice_id", "=", invoice]],
        ["number", "due_date", "amount", "transfer_date", "transfer_amount", "fee"],
        order="number",
    )
    assert [
        {
            "numeroParcela": entry["number"],
            "dataVencimento": entry["due_date"],
            "valorParcela": f"{entry['amount']:.2f}",
            "dataRepasse": entry["transfer_date"],
            "valorRepasse": f"{entry['transfer_amount']:.2f}",
            "valorTaxa": f"{entry['fee']:.2f}",
        }
        for entry in calendar
    ] == booked["calendario"]
    assert len(calendar) == 3
    lines = users.accountant.search_read(
        "account.move.line",
        [["move_id.ref", "like", booked["codigoTransacao"]]],
        ["name", "debit", "credit", "date_maturity", "account_id"],
    )
    transfers = {
        line["date_maturity"]: f"{line['debit']:.2f}"
        for line in lines
        if "transfer" in line["name"]
    }
    assert transfers == {e["dataRepasse"]: e["valorRepasse"] for e in booked["calendario"]}
    assert f"{sum(line['debit'] for line in lines):.2f}" == ORDER_AMOUNT
    assert f"{sum(line['credit'] for line in lines):.2f}" == ORDER_AMOUNT
    fees = sum(line["debit"] for line in lines if "fee" in line["name"])
    assert f"{fees:.2f}" == ledger["totals"]["valorTaxas"]
    values = users.accountant.read_one(
        "account.move", invoice, ["payment_state", "amount_residual"]
    )
    assert values["amount_residual"] == 0
    assert values["payment_state"] in ("paid", "in_payment")
    (customer,) = [c for c in ledger["clientes"] if c["cnpjCpf"] == CUSTOMER]
    assert customer["limiteUtilizado"] == ORDER_AMOUNT
    assert customer["limitePreAutorizado"] == "0.00", "what was reserved beyond the sale is free"
    (reservation,) = reservation_of(users.salesman, order)
    assert reservation["state"] == "used"
    registered = [e for e in ledger["effects"] if e["effect"] in ("RESERVED", "SALE_APPROVED")]
    assert len(registered) == 2, "one reservation and one transaction"


def test_danfe_is_drawn_with_the_note_and_without_instalments(users, invoice):
    answer = users.accountant.get(f"/report/pdf/supplier_credit.report_danfe/{invoice}")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    text = " ".join(text.split())
    assert "Alimentos mais Crédito em 3 parcela(s)" in text
    assert f"NF 47686, emitida em {today():%d/%m/%Y}" in text
    due = today() + timedelta(days=DAYS_TO_DUPLICATA)
    assert f"{due:%d/%m/%Y}" not in text, "the due date of the NF-e's duplicata"
    assert "Pedido cliente 1035" in text, "what the NF-e itself says stays"


def test_four_people_press_at_once_and_one_reservation_is_made(users, admin, sandbox):
    (order,) = users.salesman.search_read(
        "sale.order",
        [["state", "=", "draft"], ["supplier_release_state", "=", "blocked"]],
        ["name"],
    )
    sandbox.set_faults({"kind": "latency", "seconds": 0.3, "path": "/pre-autorizacoes"})

    with ThreadPoolExecutor(max_workers=4) as at_once:
        refusals = [error for error in at_once.map(press_send, [(users, order)] * 4) if error]
    assert len(refusals) < 4
    (reservation,) = reservation_of(users.salesman, order)
    (booked,) = sandbox_reservations(sandbox, order)
    assert (reservation["state"], reservation["code"]) == ("active", booked["codigoPreAutorizacao"])
    reserved = [
        effect
        for effect in sandbox.ledger()["effects"]
        if effect["effect"] == "RESERVED" and effect["codigo"] == reservation["code"]
    ]
    assert len(reserved) == 1


def test_cancelled_order_frees_its_credit_on_both_sides(users, sandbox):
    (reservation,) = users.salesman.search_read(
        "supplier.credit.preauthorization",
        [["state", "=", "active"]],
        ["order_id", "code", "amount"],
    )
    order, _name = reservation["order_id"]
    before = sandbox.ledger()["totals"]
    users.salesman.call("sale.order", "action_cancel", [order])
    after = sandbox.ledger()
    values = users.salesman.read_one(
        "supplier.credit.preauthorization", reservation["id"], ["state", "cancel_requested"]
    )
    assert (values["state"], values["cancel_requested"]) == ("cancelled", True)
    (booked,) = [
        booked
        for booked in after["preAutorizacoes"]
        if booked["codigoPreAutorizacao"] == reservation["code"]
    ]
    assert booked["situacao"] == "CANCELADA"
    freed = Decimal(before["limitePreAutorizado"]) - Decimal(after["totals"]["limitePreAutorizado"])
    assert f"{freed:.2f}" == f"{reservation['amount']:.2f}"
