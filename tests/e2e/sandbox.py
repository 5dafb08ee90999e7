"""The sandbox's side of the books, and its switches."""

import requests

from tests.host.demo import CLIENT
from tests.host.processes import start_sandbox


class SandboxProcess:
    """The sandbox as a process that can go and come back with its books."""

    def __init__(self, port, books):
        self.port = port
        self._books = books
        self.start()

    def start(self):
        self._process = start_sandbox(self.port, self._books)

    def stop(self):
        self._process.stop()


class Sandbox:
    """The control API of a running sandbox, for the demo's client."""

    def __init__(self, process):
        self.process = process
        self.url = f"http://127.0.0.1:{process.port}"

    def ledger(self):
        return self._call("GET", "/_sandbox/ledger", params={"clientId": CLIENT[0]})

    def set_faults(self, *faults):
        """Switch these faults on, in the place of all others."""
        self._call("POST", "/_sandbox/faults", json={"seed": 1, "faults": list(faults)})

    def fired(self):
        """Return how often the faults fired in all."""
        return sum(fault["fired"] for fault in self._call("GET", "/_sandbox/faults")["faults"])

    def clear_faults(self):
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10).raise_for_status()

    def reset(self):
        """Empty the books of the demo's client; its conditions stay."""
        self._call("POST", "/_sandbox/reset", params={"clientId": CLIENT[0]})

    def move_clock(self, **step):
        """Move the client's clock: `advanceDays`, or `reset` to go back to the real time."""
        self._call("POST", "/_sandbox/clock", json={"clientId": CLIENT[0], **step})

    def send_webhooks(self, url, secret, **conditions):
        """Have the demo's client told what changes; repeated soon, so that no test waits long.

        From now on queries decide no analysis: only `decide` does.

        :param conditions: others of the client; see docs/sandbox.md
        """
        client_id, client_secret = CLIENT
        body = {
            "clientId": client_id,
            "clientSecret": client_secret,
            "consultasEmAnalise": 1000,
            "webhook": {"url": url, "secret": secret, "pausas": [0.3, 1]},
            **conditions,
        }
        self._call("POST", "/_sandbox/clients", json=body)

    def decide(self, resource=None, code=None):
        """Decide what is in analysis: one record, those of a resource, or all."""
        self._call("POST", "/_sandbox/decide", json={"recurso": resource, "codigo": code})

    def rule_post_sales(self, outcome):
        """Choose what becomes of the post-sales to come; None leaves it to their cents."""
        self._call("POST", "/_sandbox/rules", json={"posVendas": outcome})

    def add_entries(self, *entries):
        """Put entries on the statement; return their codes."""
        return self._call("POST", "/_sandbox/settlement", json={"entries": list(entries)})[
            "lancamentos"
        ]

    def emit(self, resource, code):
        """Send an event on purpose."""
        self._call("POST", "/_sandbox/webhooks", json={"recurso": resource, "codigo": code})

    def _call(self, method, path, **options):
        response = requests.request(method, self.url + path, timeout=10, **options)
        response.raise_for_status()
        return response.json() if response.content else None
