"""`/_sandbox/decide` and `/_sandbox/webhooks`: what happens without a call of the client's."""

from flask import Blueprint, current_app, jsonify

from . import clients
from .control import CLIENT_ID
from .problems import Problem
from .supplier import events
from .validation import Reader, json_body

blueprint = Blueprint("control_events", __name__)


@blueprint.post("/decide")
def decide():
    """Decide pending analyses: of one record, of one resource, or all."""
    reader = Reader(json_body(optional=True))
    client_id, resource, code = _subject(reader, required=False)
    if code and not resource:
        reader.note("recurso", "Informe o recurso do código.")
    reader.finish()
    with (
        current_app.store.transaction() as db,
        events.open_books(db, clients.get(db, client_id)) as books,
    ):
        decided = events.decide(books, resource, code)
    return jsonify(decididos=[{"recurso": name, "codigo": one} for name, one in decided])


@blueprint.post("/webhooks")
def emit():
    """Send an event about any resource and code, known or not."""
    reader = Reader(json_body())
    client_id, resource, code = _subject(reader, required=True)
    kind = reader.text("tipo", required=False, maximum=60)
    reader.finish()
    with (
        current_app.store.transaction() as db,
        events.open_books(db, clients.get(db, client_id)) as books,
    ):
        event = events.emit(books, resource, code, kind or events.CHANGED)
        if event is None:
            raise Problem(
                409, "WEBHOOK_NAO_REGISTRADO", f"Cliente {client_id} não registrou webhook."
            )
    return jsonify(event), 201


def _subject(reader, *, required):
    client_id = reader.text("clientId", required=False, pattern=CLIENT_ID)
    # A test may send an event about an unknown record, but never decide one.
    if required:
        resource = reader.text("recurso", maximum=40)
    else:
        resource = reader.choice("recurso", tuple(events.RESOURCES), required=False)
    code = reader.text("codigo", required=required, maximum=40)
    return client_id or clients.DEFAULT_ID, resource, code
