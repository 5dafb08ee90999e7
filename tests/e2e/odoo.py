"""A running Odoo as its users reach it: a session over HTTP."""

import itertools

import requests


class OdooError(Exception):
    """What Odoo answers instead of a result; `str()` is the text the user would see.

    :param kind: the exception's name at the server; those of `odoo.exceptions` are meant for users
    """

    def __init__(self, text, kind=""):
        super().__init__(text)
        self.kind = kind


class Session:
    """One user logged in to one Odoo."""

    def __init__(self, url, database, login, password):
        self.url = url
        self._http = requests.Session()
        self._ids = itertools.count(1)
        self.info = self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    def call(self, model, method, *arguments, **keywords):
        """Call a public method of a model, as the web client does: in the user's context."""
        context = {**self.info["user_context"], **keywords.pop("context", {})}
        keywords["context"] = context
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": arguments, "kwargs": keywords},
        )

    def run_action(self, action_id, context):
        """Run a server action, as the web client's Actions menu does."""
        context = {**self.info["user_context"], **context}
        return self._post("/web/action/run", {"action_id": action_id, "context": context})

    def search_read(self, model, domain, fields, **options):
        return self.call(model, "search_read", domain, fields=fields, **options)

    def read_one(self, model, record_id, fields):
        (values,) = self.call(model, "read", [record_id], fields)
        return values

    def get(self, path):
        return self._http.get(self.url + path, timeout=120, allow_redirects=False)

    def _post(self, path, parameters):
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._ids), "params": parameters}
        answer = self._http.post(self.url + path, json=body, timeout=120).json()
        if "error" in answer:
            data = answer["error"]["data"]
            raise OdooError(data["message"], data["name"])
        return answer.get("result")
