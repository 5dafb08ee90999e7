"""What the application needs of this service: tables, paths, callers."""

from ..server import CONTROL
from . import access, control, records, routes

SCHEMAS = [records.SCHEMA]
SERVICE = access.Panel()
TABLES = ("panel_records", "panel_counters")
ensure_default = access.ensure_default


def register(app):
    app.register_blueprint(routes.blueprint, url_prefix=access.API)
    app.register_blueprint(control.blueprint, url_prefix=f"{CONTROL}/painel")
