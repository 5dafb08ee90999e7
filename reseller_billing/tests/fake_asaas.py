"""An Asaas in memory, behind the addon's one HTTP seam; shapes as in the recorded answers."""

import io
import json
from datetime import date
from decimal import Decimal

import requests


class FakeAsaas:
    """Keeps customers and charges, and can fail on purpose.

    `fail` is a list of what happens to the next requests: an exception, an HTTP status, or
    ("after", exception) for a request that is processed but not answered. `fail_on` has such lists
    of a method and path, like ("POST", "payments").
    """

    def __init__(self):
        self.customers, self.payments, self.webhooks = {}, {}, {}
        self.calls, self.fail, self.fail_on = [], [], {}
        # Parts of a charge that the account does not have, like pixQrCode.
        self.refused_actions = set()
        # What the address of a boleto gives: bytes, or an object to read from.
        self.pdf, self.is_pdf_moved = b"%PDF-1.4 boleto", False
        # Of the next refunds: DONE, or PENDING while it is under way.
        self.refund_status = "DONE"

    def __call__(self, method, url, params=None, **options):
        if "/b/pdf/" in url:
            return self._send_pdf(**options)
        path = url.split("/v3/", 1)[1]
        self.calls.append((method, path))
        failures = self.fail_on.get((method, path)) or self.fail
        failure = failures.pop(0) if failures else None
        if isinstance(failure, Exception):
            raise failure
        if isinstance(failure, int):
            return self._response(failure, self._error("failure", "Failed on purpose."))
        status, body = self._route(method, path, params or {}, options.get("json") or {})
        if isinstance(failure, tuple):
            raise failure[1]
        return self._response(status, body)

    # What tests do

    def count(self, method, path):
        """Return how often something was called."""
        return sum(call == (method, path) for call in self.calls)

    def pay(self, reference, value=None, interest=0, day="2026-07-10", status="RECEIVED", fee=1.99):
        """Pay a charge; late with fine and interest, as Asaas shows them."""
        payment = self.payments[reference]
        nominal = payment["value"]
        paid = nominal + interest if value is None else value
        payment |= {
            "status": status,
            "value": round(paid, 2),
            "originalValue": nominal if round(paid, 2) != nominal else None,
            "interestValue": interest or None,
            "netValue": round(paid - fee, 2),
            "paymentDate": day,
            "clientPaymentDate": day,
            "creditDate": day,
        }
        return payment

    def refund(self, reference, value):
        payment = self.payments[reference]
        payment["refunds"] = [
            *(payment["refunds"] or []),
            {
                "dateCreated": "2026-07-12 10:00:00",
                "status": self.refund_status,
                "value": value,
            },
        ]
        back = sum(
            Decimal(str(item["value"])) for item in payment["refunds"] if item["status"] == "DONE"
        )
        if back >= Decimal(str(payment["value"])):
            payment["status"] = "REFUNDED"

    # How it answers

    @staticmethod
    def _response(status, body):
        response = requests.Response()
        response.status_code = status
        response.url = "https://api-sandbox.asaas.com/v3"
        response._content = json.dumps(body).encode()
        return response

    def _send_pdf(self, allow_redirects=True, stream=False, **_options):
        response = requests.Response()
        response.status_code = 302 if self.is_pdf_moved and not allow_redirects else 200
        response.raw = io.BytesIO(self.pdf) if isinstance(self.pdf, bytes) else self.pdf
        if not stream:
            response._content = response.raw.read(50 * 1024 * 1024)
        return response

    @staticmethod
    def _error(code, description):
        return {"errors": [{"code": code, "description": description}]}

    def _route(self, method, path, params, body):
        parts = path.split("/")
        store = {"customers": self.customers, "payments": self.payments}.get(parts[0])
        if parts[0] == "webhooks":
            return self._route_webhooks(method, parts, body)
        if len(parts) == 1 and method == "GET":
            found = [item for item in store.values() if self._matches(item, params)]
            return 200, {
                "object": "list",
                "hasMore": False,
                "totalCount": len(found),
                "limit": 100,
                "offset": 0,
                "data": found,
            }
        if len(parts) == 1:
            return self._create(parts[0], body)
        if parts[1] not in store:
            return 404, self._error("not_found", "Not found.")
        item = store[parts[1]]
        if len(parts) == 2:
            return self._one(method, item, body)
        return self._act(parts[2], item, body)

    @staticmethod
    def _matches(item, params):
        names = ("externalReference", "cpfCnpj", "status", "customer")
        same = all(item.get(name) == params[name] for name in names if name in params)
        return same and item.get("dateCreated", "") >= params.get("dateCreated[ge]", "")

    def _create(self, kind, body):
        number = len(self.customers) + len(self.payments) + 1
        if kind == "customers":
            item = {"object": "customer", "id": f"cus_{number:012}", "deleted": False, **body}
            self.customers[item["id"]] = item
            return 200, item
        if body.get("customer") not in self.customers:
            return 400, self._error("invalid_customer", "Customer inválido ou não informado.")
        reference = f"pay_{number:016}"
        item = {
            "object": "payment",
            "id": reference,
            "dateCreated": str(date.today()),
            "status": "PENDING",
            "netValue": body["value"] - 1.99,
            "originalValue": None,
            "interestValue": None,
            "paymentDate": None,
            "clientPaymentDate": None,
            "creditDate": None,
            "invoiceUrl": f"https://sandbox.asaas.com/i/{number}",
            "bankSlipUrl": f"https://sandbox.asaas.com/b/pdf/{number}",
            "invoiceNumber": str(number),
            "nossoNumero": str(number),
            "deleted": False,
            "refunds": None,
            **body,
        }
        self.payments[reference] = item
        return 200, item

    def _one(self, method, item, body):
        if method == "PUT":
            item |= body
        elif method == "DELETE":
            item["deleted"] = True
            return 200, {"deleted": True, "id": item["id"]}
        return 200, item

    def _act(self, action, item, body):
        if action in self.refused_actions:
            return 400, self._error("invalid_action", "The account has none.")
        if action == "identificationField":
            line = f"{item['nossoNumero']:0>47}"
            return 200, {
                "identificationField": line,
                "nossoNumero": item["nossoNumero"],
                "barCode": line[:44],
            }
        if action == "pixQrCode":
            return 200, {
                "encodedImage": "aW1hZ2U=",
                "payload": f"pix-{item['id']}",
                "expirationDate": "2027-01-01",
            }
        if action == "receiveInCash":
            item |= {"status": "RECEIVED_IN_CASH", "paymentDate": body["paymentDate"]}
        elif action == "undoReceivedInCash":
            item |= {"status": "PENDING", "paymentDate": None}
        elif action == "refund":
            self.refund(item["id"], body["value"])
        return 200, item

    def _route_webhooks(self, method, parts, body):
        if method == "GET":
            return 200, {"object": "list", "data": list(self.webhooks.values())}
        reference = parts[1] if len(parts) > 1 else f"wh_{len(self.webhooks) + 1}"
        shown = {name: value for name, value in body.items() if name != "authToken"}
        self.webhooks[reference] = {"id": reference, **shown}
        return 200, self.webhooks[reference]
