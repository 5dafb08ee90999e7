"""The application: wires storage, authentication, faults and the services together."""

from flask import Flask, current_app, g, request

from . import (
    accounts,
    auth,
    clients,
    clock,
    control,
    control_clock,
    control_events,
    control_post_sales,
    faults,
    problems,
    traffic,
    webhooks,
)
from .asaas import wiring as asaas
from .panel import wiring as panel
from .server import CONTROL, max_body
from .services import Service
from .store import Store
from .supplier import (
    books,
    customers,
    events,
    idempotency,
    post_sales,
    preauthorizations,
    routes,
    rules,
    settlement,
    transactions,
)

API = "/api/v1"
SCHEMAS = [
    module.SCHEMA
    for module in (
        auth,
        accounts,
        clients,
        clock,
        traffic,
        books,
        idempotency,
        customers,
        preauthorizations,
        transactions,
        rules,
        post_sales,
        settlement,
        events,
        webhooks,
    )
]
SCHEMAS += [*asaas.SCHEMAS, *panel.SCHEMAS]


class Supplier(Service):
    """The partner API of Supplier."""

    prefix = API

    def identify(self, db):
        return auth.identify(db)


SERVICES = (Supplier(), asaas.SERVICE, panel.SERVICE)


class Sandbox(Flask):
    """The Flask application with the state that its requests share."""

    def __init__(self, database):
        super().__init__("sandbox", static_folder=None)
        self.store = Store(database, SCHEMAS)
        self.faults = faults.Faults()
        self.concurrency = traffic.Concurrency()
        self.service_tables = ("accounts", *asaas.TABLES, *panel.TABLES)
        with self.store.transaction() as db:
            self.register_defaults(db)

    def register_defaults(self, db):
        """Add the callers that always exist where they are missing."""
        clients.ensure_default(db)
        asaas.ensure_default(db)
        panel.ensure_default(db)

    def send_webhooks(self):
        """Send events from now on, in the background, until the process ends."""
        webhooks.Sender(self.store, self.faults, _let_time_pass).start()
        asaas.send_webhooks(self)


def _let_time_pass(store):
    """Bring the books of clients with webhooks up to their clocks."""
    with store.transaction() as db:
        for client_id in webhooks.client_ids(db):
            with events.open_books(db, clients.get(db, client_id)):
                pass


def create_app(database):
    """The sandbox on the SQLite file `database`, which is made if it does not exist."""
    app = Sandbox(database)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    app.url_map.merge_slashes = False
    problems.install(app)
    app.before_request(_arrive)
    app.after_request(_answer)
    app.teardown_request(_leave)
    app.register_blueprint(auth.blueprint, url_prefix=API)
    app.register_blueprint(routes.blueprint, url_prefix=API)
    for module in (control, control_clock, control_events, control_post_sales):
        app.register_blueprint(module.blueprint, url_prefix=CONTROL)
    asaas.register(app)
    panel.register(app)
    return app


def _operation(service):
    rule = request.url_rule.rule if request.url_rule else request.path
    path = rule.removeprefix(service.prefix).replace("<", "{").replace(">", "}")
    return f"{request.method} {path}"


def _arrive():
    """Count the request and let the faults loose on it."""
    g.faults = []
    g.client_id = None
    request.max_content_length = max_body(request.path)
    found = [one for one in SERVICES if request.path.startswith(f"{one.prefix}/")]
    if not found:
        return None
    (g.service,) = found
    g.error_form = g.service.error
    app = current_app
    with app.store.transaction() as db:
        g.client_id = g.service.identify(db)
        if g.client_id:
            key = request.headers.get("Idempotency-Key", "")[:200]
            traffic.record(db, g.client_id, _operation(g.service), key)
            g.service.arrive(db, g.client_id)
    struck = app.faults.strike(g.client_id, request.method, request.path)
    app.concurrency.enter(g.client_id)
    g.entered = True
    answer = faults.before(struck, app.store, g.client_id, request.environ)
    if answer is None:
        g.faults = struck
    return answer


def _answer(response):
    response = faults.after(g.get("faults", ()), response, request.environ)
    return g.service.leave(response) if "service" in g else response


def _leave(error):
    if g.pop("entered", False):
        current_app.concurrency.leave(g.client_id)
