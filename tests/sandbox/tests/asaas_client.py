"""What the tests use to talk to the sandbox as a holder of an Asaas account, and to listen."""

import json
import threading
import uuid
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

CPF = "24971563792"
TODAY = date(2026, 11, 23)  # a Monday
DUE = "2026-12-10"
TOKEN = "t" * 32


class Holder:
    """An account with books of its own, at noon of TODAY."""

    def __init__(self, url, **settings):
        self.url = url
        self.key = f"$aact_hmlg_{uuid.uuid4().hex}"
        self.session = requests.Session()
        answer = self.control("POST", "/accounts", **{"webhookPauses": [0.05], **settings})
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["accountId"]
        self.move(now=f"{TODAY}T12:00:30")

    def control(self, method, path, /, **body):
        address = f"{self.url}/_sandbox/asaas{path}"
        if method in ("GET", "DELETE"):
            params = {"apiKey": self.key, **body}
            return self.session.request(method, address, params=params, timeout=30)
        return self.session.request(method, address, json={"apiKey": self.key, **body}, timeout=30)

    def call(self, method, path, body=None, *, key=None, timeout=10, headers=None, **query):
        return self.session.request(
            method,
            f"{self.url}/asaas/v3{path}",
            json=body,
            params=query.get("params"),
            headers={"access_token": key or self.key, **(headers or {})},
            timeout=timeout,
        )

    def ok(self, method, path, body=None, **params):
        answer = self.call(method, path, body, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method, path, body=None, **params):
        """(status, code) of the refusal, which has exactly one error; of a 404 nothing is said."""
        answer = self.call(method, path, body, params=params)
        if answer.status_code == 404:
            assert not answer.content
            return 404, ""
        (error,) = answer.json()["errors"]
        assert set(error) == {"code", "description"} and error["description"]
        return answer.status_code, error["code"]

    def move(self, **step):
        answer = self.control("POST", "/clock", **step)
        assert answer.status_code == 200, answer.text

    def customer(self, **fields):
        return self.ok("POST", "/customers", {"name": "Pagador", "cpfCnpj": CPF, **fields})

    def charge(self, value=100, due=DUE, kind="BOLETO", **fields):
        if not hasattr(self, "payer"):
            self.payer = self.customer()["id"]
        body = {"customer": self.payer, "billingType": kind, "value": value, "dueDate": due}
        return self.ok("POST", "/payments", {**body, **fields})

    def change(self, charge, **fields):
        """Change a charge; Asaas wants kind, value and due date each time."""
        body = {name: charge[name] for name in ("billingType", "value", "dueDate")}
        return self.ok("PUT", f"/payments/{charge['id']}", {**body, **fields})

    def show(self, charge):
        return self.ok("GET", f"/payments/{charge['id']}")

    def pay(self, charge, **options):
        answer = self.control("POST", f"/payments/{charge['id']}/pay", **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def hook(self, url, *, events=("PAYMENT_CREATED", "PAYMENT_RECEIVED"), **fields):
        body = {
            "name": "Odoo",
            "url": url,
            "email": "a@example.com",
            "enabled": True,
            "interrupted": False,
            "authToken": TOKEN,
            "sendType": "SEQUENTIALLY",
            "events": list(events),
        }
        return self.ok("POST", "/webhooks", {**body, **fields})

    def emit(self, name="PAYMENT_CREATED", **fields):
        """Send an event on purpose; returns it."""
        answer = self.control("POST", "/events", event=name, **fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def delivered(self):
        """Whether each event so far has been taken."""
        return [event["delivered"] for event in self.ledger()["events"]]

    def faults(self, *faults):
        answer = self.control("POST", "/faults", faults=list(faults))
        assert answer.status_code == 201, answer.text

    def ledger(self):
        """The books, after checking that the statement adds up to the balance."""
        found = self.control("GET", "/ledger").json()
        total = sum(Decimal(str(entry["amount"])) for entry in found["statement"])
        assert total == Decimal(str(found["balance"]))
        return found

    def entries(self):
        return [(entry["kind"], entry["amount"]) for entry in self.ledger()["statement"]]


class Receiver(ThreadingHTTPServer):
    """Takes events; `answers` are the statuses of the next ones, `always` that of those after."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received = []
        self.answers = []
        self.always = 200
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"

    @property
    def events(self):
        return [json.loads(body) for _headers, body in self.received]

    @property
    def names(self):
        return [event["event"] for event in self.events]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.headers, body))
        status = self.server.answers.pop(0) if self.server.answers else self.server.always
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        """Quiet."""
