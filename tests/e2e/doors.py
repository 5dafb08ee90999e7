"""The ways on which plain users and their programs confirm an order over HTTP.

Each door is called with a `Visitor` and an order's id, and returns the refusal that the caller
gets, or an empty text.
"""

import xmlrpc.client

import requests

from .conftest import DATABASE
from .odoo import OdooError

# A picture of one dot.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)
SECONDS = 60


class Visitor:
    """A plain user: a session in the browser, a password and an API key for programs."""

    def __init__(self, session, password, confirm_action):
        self.session = session
        self.url = session.url
        self.uid = session.info["uid"]
        self.password = password
        self.confirm_action = confirm_action
        self.key = self._make_key()

    def _make_key(self):
        """Make an API key as the user's preferences do: the password is asked for once."""
        session = self.session
        wizard = session.call(
            "res.users.apikeys.description", "create", {"name": "doors", "duration": "1"}
        )
        action = session.call("res.users.apikeys.description", "make_key", [wizard])
        if action["res_model"] == "res.users.identitycheck":
            context = {"password": self.password}
            check = [action["res_id"]]
            action = session.call("res.users.identitycheck", "run_check", check, context=context)
        return action["context"]["default_key"]

    def call(self, method, order, *arguments):
        return refusal(self.session.call, "sale.order", method, [order], *arguments)

    def xmlrpc(self, method, order, *arguments):
        server = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/object", allow_none=True)
        try:
            server.execute_kw(
                DATABASE, self.uid, self.password, "sale.order", method, [[order], *arguments]
            )
        except xmlrpc.client.Fault as fault:
            return fault.faultString
        return ""

    def jsonrpc(self, method, order, *arguments):
        credentials = [DATABASE, self.uid, self.password]
        parameters = {
            "service": "object",
            "method": "execute_kw",
            "args": [*credentials, "sale.order", method, [[order], *arguments]],
        }
        return self._post_jsonrpc("/jsonrpc", parameters)

    def json2(self, method, order, **arguments):
        answer = requests.post(
            f"{self.url}/json/2/sale.order/{method}",
            json={"ids": [order], **arguments},
            headers={"Authorization": f"bearer {self.key}", "X-Odoo-Database": DATABASE},
            timeout=SECONDS,
        )
        return "" if answer.ok else answer.json()["message"]

    def sign(self, order):
        """Sign as a customer without a login, by the link that the company sent."""
        link = self.session.call("sale.order", "action_preview_sale_order", [order])["url"]
        address, _question, token = link.partition("?")
        path = f"{address}/accept?{token}"
        answer = self._post_jsonrpc(path, {"name": "Maria Silva", "signature": SIGNATURE})
        return answer

    def _post_jsonrpc(self, path, parameters):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": parameters}
        answer = requests.post(self.url + path, json=body, timeout=SECONDS).json()
        if "error" in answer:
            return answer["error"]["data"]["message"]
        result = answer["result"]
        return result.get("error", "") if isinstance(result, dict) else ""


def refusal(function, *arguments, **keywords):
    """Return the message to the user if this is refused, else an empty text."""
    try:
        function(*arguments, **keywords)
    except OdooError as error:
        return str(error)
    return ""


def _run_server_action(visitor, order):
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    return refusal(visitor.session.run_action, visitor.confirm_action, context)


STATE = {"state": "sale"}
DOORS = {
    "button": lambda visitor, order: visitor.call("action_confirm", order),
    "state written by the web client": lambda visitor, order: visitor.call("write", order, STATE),
    "server action of a list": _run_server_action,
    "XML-RPC": lambda visitor, order: visitor.xmlrpc("action_confirm", order),
    "state written over XML-RPC": lambda visitor, order: visitor.xmlrpc("write", order, STATE),
    "JSON-RPC": lambda visitor, order: visitor.jsonrpc("action_confirm", order),
    "state written over JSON-RPC": lambda visitor, order: visitor.jsonrpc("write", order, STATE),
    "JSON-2": lambda visitor, order: visitor.json2("action_confirm", order),
    "state written over JSON-2": lambda visitor, order: visitor.json2("write", order, vals=STATE),
}
