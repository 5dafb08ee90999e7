"""`/_sandbox/asaas/payments` and `/events`: what payers, banks and chance do to charges."""

from flask import Blueprint, jsonify, request

from ..problems import Problem
from . import chargebacks, customers, events, payments, receipts, refunds
from .books import number
from .control import CONTROL
from .fields import parse_amount

blueprint = Blueprint("asaas_control_payments", __name__)


def _amount(reader, name):
    """An optional amount above zero, as a JSON number or as text."""
    data = reader.raw(name)
    if data is None:
        return None
    if isinstance(data, str):
        return reader.money(name)
    amount = parse_amount(data)
    if amount is None or amount <= 0:
        reader.note(name, "Deve ser um valor maior que zero, com até duas casas.")
    return amount


@blueprint.post("/payments/<code>/pay")
def pay(code):
    """A payer pays one charge."""
    reader, caller = CONTROL.reader()
    options = {
        "method": reader.choice("method", receipts.METHODS, required=False),
        "value": _amount(reader, "value"),
        "on": reader.date("date", required=False),
        "confirmed": reader.boolean("confirmed", required=False) or False,
    }
    reader.finish()
    with CONTROL.books(caller) as books:
        return jsonify(payments.as_json(books, receipts.pay(books, code, **options)))


@blueprint.post("/payments/pay-all")
def pay_all():
    """Payers pay every charge of a status (PENDING and OVERDUE unless given)."""
    reader, caller = CONTROL.reader()
    status = reader.choice("status", receipts.PAYABLE, required=False)
    reader.finish()
    chosen = [status] if status else list(payments.OPEN)
    with CONTROL.books(caller) as books:
        marks = ", ".join("?" * len(chosen))
        rows = books.db.execute(
            f"SELECT id FROM asaas_payments WHERE client_id = ? AND status IN ({marks}) "
            "AND NOT deleted ORDER BY seq",
            (books.id, *chosen),
        ).fetchall()
        total = sum(receipts.pay(books, row["id"])["value"] for row in rows)
    return jsonify(paid=len(rows), value=number(total))


@blueprint.post("/payments/<code>/chargeback")
def chargeback(code):
    """A card's holder or bank takes the payment back, step by step."""
    reader, caller = CONTROL.reader()
    step = reader.choice("step", tuple(chargebacks.STEPS))
    reader.finish()
    with CONTROL.books(caller) as books:
        return jsonify(payments.as_json(books, chargebacks.take(books, code, step)))


@blueprint.post("/payments/<code>/take-back")
def take_back(code):
    """A confirmed payment does not happen after all; the charge waits again."""
    reader, caller = CONTROL.reader()
    reader.finish()
    with CONTROL.books(caller) as books:
        return jsonify(payments.as_json(books, receipts.take_back(books, code)))


@blueprint.post("/deposits")
def deposit():
    """Money enters the account that no charge asked for."""
    reader, caller = CONTROL.reader()
    kind = reader.choice("kind", ("TRANSFER", "DEPOSIT", "PIX"))
    value = _amount(reader, "value")
    reader.finish()
    with CONTROL.books(caller) as books:
        row = receipts.deposit(books, request.host_url.rstrip("/"), kind, value)
        return jsonify(payments.as_json(books, row)), 201


@blueprint.post("/customers/<code>/close")
def close_customer(code):
    """A customer cannot be changed any more, for a reason of Asaas' own."""
    reader, caller = CONTROL.reader()
    reason = reader.text("reason", required=False)
    reader.finish()
    with CONTROL.books(caller) as books:
        return jsonify(customers.close(books, code, reason))


@blueprint.post("/payments/<code>/refunds")
def finish_refunds(code):
    """End the pending refunds of an account with `slowRefunds`: DONE or CANCELLED."""
    reader, caller = CONTROL.reader()
    status = reader.choice("status", ("DONE", "CANCELLED"))
    reader.finish()
    with CONTROL.books(caller) as books:
        return jsonify(payments.as_json(books, refunds.finish(books, code, status)))


@blueprint.post("/payments/<code>/status")
def set_status(code):
    """Put any status on a charge, also one that does not exist; no event, no money."""
    reader, caller = CONTROL.reader()
    status = reader.text("status", maximum=60)
    reader.finish()
    with CONTROL.books(caller) as books:
        payments.get(books, code)
        return jsonify(payments.as_json(books, payments.update(books, code, status=status)))


@blueprint.post("/events")
def emit():
    """Send an event with any name about any charge, or a body as given, to every webhook.

    With `times` as many different events; the last one is the answer.
    """
    reader, caller = CONTROL.reader()
    name = reader.text("event", maximum=100)
    code = reader.text("paymentId", required=False)
    given = reader.mapping("payment")
    times = reader.integer("times", 1, 10_000, required=False) or 1
    reader.finish()
    with CONTROL.books(caller) as books:
        row = payments.find(books, code) if code else None
        body = given
        if body is None:
            body = payments.as_json(books, row) if row else {"object": "payment", "id": code}
        for _ in range(times):
            event = events.emit(books, name, body, everybody=True)
    if event is None:
        raise Problem(409, "WEBHOOK_NAO_REGISTRADO", "A conta não registrou webhook.")
    return jsonify(event), 201
