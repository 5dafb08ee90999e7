"""What the application needs of this service: tables, paths, callers, background work."""

from .. import accounts
from ..server import CONTROL
from . import (
    access,
    books,
    control,
    control_payments,
    customers,
    events,
    pages,
    payments,
    routes,
    statement,
    webhooks,
)
from .sender import Sender

SCHEMAS = [
    module.SCHEMA for module in (access, books, customers, payments, statement, webhooks, events)
]
SERVICE = routes.SERVICE
TABLES = control.TABLES
ensure_default = access.ensure_default


def register(app):
    app.register_blueprint(routes.blueprint, url_prefix=access.API)
    app.register_blueprint(pages.blueprint, url_prefix="/asaas")
    for module in (control, control_payments):
        app.register_blueprint(module.blueprint, url_prefix=f"{CONTROL}/asaas")


def send_webhooks(app):
    """Send events from now on, in the background, until the process ends."""
    Sender(app.store, app.faults, _let_time_pass).start()


def _let_time_pass(store):
    routes.let_time_pass(store, accounts.find)
