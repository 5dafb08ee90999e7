"""Odoo and the sandbox in the hands of a test that decides what happens when.

Odoo runs without crons of its own: the test starts each by name, so that a sequence of events is
the same whenever it is repeated.
"""

from decimal import ROUND_HALF_UP, Decimal

from .conftest import DATABASE
from .odoo import OdooError
from .orders import wait_until

# States of messages that are still on their way.
OPEN = ("waiting", "sending", "unknown", "answered")
# Errors meant for users; any other is a traceback.
FOR_USERS = (
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.AccessError",
)


class Driven:
    """Lets a test run crons and see which records are still on their way."""

    def __init__(self, running, databases, admin):
        self.sandbox = running.sandbox
        self.admin = admin
        self._running = running
        self._url = running.url
        self._databases = databases
        self._crons = {
            found["name"].removeprefix("ir_cron_"): found["res_id"]
            for found in admin.search_read(
                "ir.model.data",
                [["module", "=", "supplier_credit"], ["model", "=", "ir.cron"]],
                ["name", "res_id"],
            )
        }

    def sql(self, *statements):
        self._databases.postgres.query("; ".join(statements), DATABASE)

    def run_cron(self, name):
        self.admin.call("ir.cron", "method_direct_trigger", [self._crons[name]])

    def wait_for_events(self):
        wait_until(
            lambda: all(event["delivered"] for event in self.sandbox.ledger()["webhooks"]),
            "Odoo has taken all events",
        )

    def try_to(self, session, model, method, *arguments):
        """Return the refusal, which must be meant for the user, or an empty text."""
        try:
            session.call(model, method, *arguments)
        except OdooError as error:
            assert error.kind in FOR_USERS, f"{method}: {error.kind}: {error}"
            return str(error)
        return ""

    def retry(self, *states):
        """Press Retry, as a user does, on the messages in these states."""
        found = self.admin.call("supplier.credit.message", "search", [["state", "in", states]])
        if found:
            self.admin.call("supplier.credit.message", "action_retry", found)

    def messages(self, *domain):
        return self.admin.search_read(
            "supplier.credit.message",
            list(domain),
            ["operation", "direction", "state", "error", "res_model", "res_id"],
            order="id",
        )


def money(amount):
    """Return what JSON made a float of as BRL, to the cent."""
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)
