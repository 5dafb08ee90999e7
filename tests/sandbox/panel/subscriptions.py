"""Subscriptions (`/contratacoes`): who may be billed."""

from ..problems import Problem
from ..supplier.idempotency import Answer
from ..validation import Reader
from .clients import CLIENTS
from .records import Kind

STATES = ("EM_TESTE", "ATIVO", "SUSPENSO", "CANCELADO")
SUBSCRIPTIONS = Kind(
    "contratacoes",
    "CT",
    ("CONTRATACAO_NAO_ENCONTRADA", "Contratação {} não encontrada."),
    (
        "clienteId",
        "plano",
        "valor",
        "dataInicio",
        "diaVencimento",
        "situacao",
        "referenciaExterna",
    ),
)


def create(books, data):
    """Add a subscription on trial; a client has one open subscription per plan."""
    reader = Reader(data)
    client_id = reader.text("clienteId", maximum=40)
    plan = reader.text("plano", required=False)
    value = reader.money("valor", required=False, zero=True)
    start = reader.date("dataInicio", required=False) or books.now.date()
    values = {
        "plano": plan,
        "valor": None if value is None else f"{value:.2f}",
        "dataInicio": start.isoformat(),
        "diaVencimento": reader.integer("diaVencimento", 1, 31, required=False),
        "referenciaExterna": reader.text("referenciaExterna", required=False),
    }
    reader.finish()
    CLIENTS.referred(books, client_id)
    for other in SUBSCRIPTIONS.children(books, client_id):
        if other["situacao"] != "CANCELADO" and other["plano"] == plan:
            raise Problem(
                409,
                "CONTRATACAO_EXISTENTE",
                f"O cliente já tem a contratação {other['id']} em aberto para este plano.",
            )
    record = SUBSCRIPTIONS.insert(
        books, client_id, clienteId=client_id, situacao="EM_TESTE", motivo=None, **values
    )
    return Answer(201, SUBSCRIPTIONS.as_json(record), record["id"])


def change_state(books, data, code):
    """Put the subscription into a state; a cancelled one stays cancelled."""
    record = SUBSCRIPTIONS.get(books, code)
    reader = Reader(data)
    values = {
        "situacao": reader.choice("situacao", STATES),
        "motivo": reader.text("motivo", required=False, maximum=500),
    }
    reader.finish()
    if record["situacao"] == "CANCELADO" and values["situacao"] != "CANCELADO":
        raise Problem(409, "SITUACAO_NAO_PERMITE", f"A contratação {code} está cancelada.")
    return SUBSCRIPTIONS.as_json(SUBSCRIPTIONS.update(books, record, **values))
