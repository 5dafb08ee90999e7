"""`/_sandbox/clock` and `/_sandbox/faults`: time and trouble, for one caller or for all."""

import re
from datetime import datetime, timedelta

from flask import Blueprint, current_app, jsonify

from . import accounts, clients, clock, faults
from .control import CLIENT_ID
from .validation import Reader, json_body, query

blueprint = Blueprint("control_clock", __name__)


@blueprint.get("/clock")
def show_clock():
    client_id = query(clientId=CLIENT_ID.fullmatch).get("clientId", clock.EVERYBODY)
    with current_app.store.transaction() as db:
        return clock_answer(db, client_id)


@blueprint.post("/clock")
def move_clock():
    """Move the clock of one client, or the common one."""
    reader = Reader(json_body())
    client_id = reader.text("clientId", required=False, pattern=CLIENT_ID) or clock.EVERYBODY
    move = read_move(reader)
    reader.finish()
    with current_app.store.transaction() as db:
        if client_id and not accounts.find(db, client_id):
            clients.get(db, client_id)
        move(db, client_id)
        return clock_answer(db, client_id)


def read_move(reader):
    """What the body asks of a clock, as a function of (db, client id)."""
    moment = _moment(reader)
    days = reader.integer("advanceDays", -3650, 3650, required=False)
    seconds = reader.integer("advanceSeconds", -(10**8), 10**8, required=False)
    back = reader.boolean("reset", required=False)

    def move(db, client_id):
        if back:
            clock.reset(db, client_id)
        if moment:
            clock.move(db, moment, client_id)
        if days or seconds:
            step = timedelta(days=days or 0, seconds=seconds or 0)
            clock.move(db, clock.now(db, client_id) + step, client_id)

    return move


def _moment(reader):
    value = reader.text("now", required=False)
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        reader.note("now", "Deve ser um momento ISO, como 2026-11-30T09:00:00.")
        return None


def clock_answer(db, client_id):
    """Return the answer with the time of one client, or of all."""
    moment = clock.now(db, client_id)
    return jsonify(
        clientId=client_id or None,
        now=moment.isoformat(timespec="seconds"),
        today=moment.date().isoformat(),
    )


@blueprint.get("/faults")
def show_faults():
    return faults_answer(query(clientId=CLIENT_ID.fullmatch).get("clientId"))


def faults_answer(client_id):
    """Return the answer with the faults of one client, or of all."""
    return jsonify(faults=current_app.faults.as_json(client_id))


@blueprint.delete("/faults")
def clear_faults():
    current_app.faults.clear(query(clientId=CLIENT_ID.fullmatch).get("clientId"))
    return "", 204


@blueprint.post("/faults")
def set_faults():
    """Replace the faults of one client, or the common ones."""
    reader = Reader(json_body())
    client_id = reader.text("clientId", required=False, pattern=CLIENT_ID)
    return replace_faults(reader, client_id)


def replace_faults(reader, client_id):
    """Set the faults of the body and return them."""
    seed = reader.integer("seed", 0, 2**31, required=False)
    specifications = [_fault(child) for child in reader.children("faults", minimum=0, maximum=50)]
    reader.finish()
    current_app.faults.replace(client_id, seed or 0, specifications)
    return faults_answer(client_id), 201


def _fault(child):
    options = {
        "kind": child.choice("kind", faults.KINDS),
        "method": child.choice("method", ("GET", "POST", "PUT", "DELETE"), required=False),
        "path": child.text("path", required=False, maximum=200),
        "times": child.integer("times", 1, 10**6, required=False),
        "probability": child.number("probability", 0, 1),
        "seconds": child.number("seconds", 0, 300),
        "status": child.integer("status", 400, 599, required=False),
        "retry_after": child.integer("retryAfter", 0, 10**10, required=False),
        "changes": child.mapping("set"),
    }
    child.close()
    try:
        re.compile(options["path"] or "")
    except re.error:
        child.note("path", "Expressão regular inválida.")
    return {name: value for name, value in options.items() if value is not None}
