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
    """The control API of a running sandbox, for one client: the demo's unless said."""

    def __init__(self, process, client=CLIENT):
        self.process = process
        self.client = client
        self.url = f"http://127.0.0.1:{process.port}"

    def ledger(self):
        return self._call("GET", "/_sandbox/ledger", params={"clientId": self.client[0]})

    def set_faults(self, *faults):
        """Switch these faults on, in the place of all others."""
        self._call("POST", "/_sandbox/faults", json={"seed": 1, "faults": list(faults)})

    def fired(self):
        """Return how often the faults fired in all."""
        return sum(fault["fired"] for fault in self._call("GET", "/_sandbox/faults")["faults"])

    def clear_faults(self):
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10).raise_for_status()

    def reset(self):
        """Empty the client's books; its conditions stay."""
        self._call("POST", "/_sandbox/reset", params={"clientId": self.client[0]})

    def move_clock(self, **step):
        """Move the client's clock: `advanceDays`, or `reset` to go back to the real time."""
        self._call("POST", "/_sandbox/clock", json={"clientId": self.client[0], **step})

    def send_webhooks(self, url, secret, **conditions):
        """Send webhooks about changes to the client; retries come soon, so that no test waits long.

        From now on queries decide no analysis, unless the conditions say so: only `decide` does.

        :param conditions: others of the client; see docs/sandbox.md
        """
        webhook = {"url": url, "secret": secret, "pausas": [0.3, 1]}
        self.register(**{"consultasEmAnalise": 1000, "webhook": webhook, **conditions})

    def register(self, **conditions):
        """Make the client known, with these conditions in the place of former ones."""
        client_id, client_secret = self.client
        body = {"clientId": client_id, "clientSecret": client_secret, **conditions}
        self._call("POST", "/_sandbox/clients", json=body)

    def decide(self, resource=None, code=None):
        """Decide pending analyses: of one record, of a resource, or all."""
        self._control("decide", recurso=resource, codigo=code)

    def emit(self, resource, code):
        """Send an event on purpose."""
        self._control("webhooks", recurso=resource, codigo=code)

    def set_customer(self, vat, **values):
        """Set a customer's data at Supplier; an unknown customer becomes one in good standing."""
        path = f"/_sandbox/clientes/{vat}"
        self._call("PUT", path, params={"clientId": self.client[0]}, json=values)

    def rule_post_sales(self, outcome):
        """Choose the outcome of the post-sales to come, by its name in docs/sandbox.md.

        None leaves it to their cents.
        """
        self._control("rules", posVendas=outcome)

    def add_to_statement(self, *entries):
        """Put entries on the statement that no sale or post-sale accounts for."""
        self._control("settlement", entries=list(entries))

    def _control(self, action, **body):
        self._call("POST", f"/_sandbox/{action}", json={"clientId": self.client[0], **body})

    def _call(self, method, path, **options):
        response = requests.request(method, self.url + path, timeout=10, **options)
        response.raise_for_status()
        return response.json() if response.content else None
