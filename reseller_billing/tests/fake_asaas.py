"""An Asaas in memory, behind the addon's one HTTP seam; shapes as in the recorded answers.

It refuses what Asaas refuses: the contract test of the sandbox holds it to the same facts.
"""

import json
import re
from datetime import date
from decimal import Decimal

import requests
from stdnum.br import cnpj, cpf

OPEN = ("PENDING", "OVERDUE")
MOBILE = re.compile(r"[1-9]{2}9[0-9]{8}")
LANDLINE = re.compile(r"[1-9]{2}[2-5][0-9]{7}")
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
# Of lists, and what they are unless a request names them.
PAGING = (("limit", 10), ("offset", 0))
FOR_THE_PAYER = "AWAITING_CUSTOMER_EXTERNAL_AUTHORIZATION"


class Refused(Exception):
    """A refusal: code and description."""


class FakeAsaas:
    """Keeps customers and charges, and can fail on purpose.

    `fail` is a list of what happens to the next requests: an exception, an HTTP status, or
    ("after", exception) for a request that is processed but not answered. `fail_on` has such lists
    of a method and path, like ("POST", "payments").
    """

    def __init__(self):
        self.customers, self.payments, self.webhooks = {}, {}, {}
        self.calls, self.fail, self.fail_on = [], [], {}
        self.number, self.headers = 0, {}
        # Parts of a charge that the account does not have, like pixQrCode.
        self.refused_actions = set()
        # What the address of a boleto gives: bytes, or an object to read from.
        self.pdf, self.is_pdf_moved = b"%PDF-1.4 boleto", False
        # Of the next refunds: DONE, or PENDING while it is under way.
        self.refund_status = "DONE"
        # The account's holder, whether it has a Pix key, and whether late charges keep their date.
        self.is_limit_reached = False
        self.taxpayer, self.pix_key, self.late_date_may_stay = "11222333000181", True, False

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
            answer = self._response(failure, self._error("failure", "Failed on purpose."))
            answer.headers.update(self.headers)
            return answer
        try:
            status, body = self._route(method, path, params or {}, options.get("json") or {})
        except Refused as refusal:
            status, body = 400, self._error(*refusal.args)
        if isinstance(failure, tuple):
            raise failure[1]
        return self._response(status, body)

    # What tests do

    def count(self, method, path):
        """Return how often something was called."""
        return sum(call == (method, path) for call in self.calls)

    def pay(
        self,
        reference,
        value=None,
        interest=0,
        day="2026-07-10",
        status="RECEIVED",
        fee=1.99,
        method="PIX",
    ):
        """Pay a charge; late with fine and interest, as Asaas shows them."""
        payment = self.payments[reference]
        nominal = payment["value"]
        paid = nominal + interest if value is None else value
        payment |= {
            "status": status,
            "billingType": method,
            "value": round(paid, 2),
            "originalValue": nominal if round(paid, 2) != nominal else None,
            "interestValue": interest or None,
            "netValue": round(paid - fee, 2),
            "paymentDate": day,
            "clientPaymentDate": day,
            "creditDate": day,
        }
        return payment

    def refund(self, reference, value, status=None):
        payment = self.payments[reference]
        payment["refunds"] = [
            *(payment["refunds"] or []),
            {
                "dateCreated": "2026-07-12 10:00:00",
                "status": status or self.refund_status,
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
        response._content = b"" if body is None else json.dumps(body).encode()
        return response

    def _send_pdf(self, allow_redirects=True, **_options):
        if self.pdf is None:
            raise requests.exceptions.ContentDecodingError("too large")
        response = requests.Response()
        response.status_code = 302 if self.is_pdf_moved and not allow_redirects else 200
        response._content = self.pdf
        return response

    @staticmethod
    def _error(code, description):
        return {"errors": [{"code": code, "description": description}]}

    def _route(self, method, path, params, body):
        parts = path.split("/")
        store = {"customers": self.customers, "payments": self.payments}.get(parts[0])
        if parts[0] == "webhooks":
            return self._route_webhooks(method, parts, body)
        if path == "myAccount/commercialInfo":
            return 200, {"cpfCnpj": self.taxpayer, "status": "APPROVED"}
        if path == "payments/limits":
            return 200, {"creation": {"daily": {"wasReached": self.is_limit_reached}}}
        if path == "pix/addressKeys":
            return 200, self._list([{"type": "EVP", "status": "ACTIVE"}] if self.pix_key else [])
        if len(parts) == 1 and method == "GET":
            found = [item for item in store.values() if self._matches(item, params)]
            # The newest first.
            return 200, self._list(found[::-1], params)
        if len(parts) == 1:
            return self._create(parts[0], body)
        if parts[1] not in store:
            return 404, None
        item = store[parts[1]]
        if len(parts) == 2:
            return self._one(method, parts[0], item, body)
        return self._act("/".join(parts[2:]), item, body)

    @staticmethod
    def _list(found, params=()):
        limit, offset = (dict(params).get(name, value) for name, value in PAGING)
        return {
            "object": "list",
            "hasMore": len(found) > offset + limit,
            "totalCount": len(found),
            "limit": limit,
            "offset": offset,
            "data": found[offset : offset + limit],
        }

    @staticmethod
    def _matches(item, params):
        names = ("externalReference", "cpfCnpj", "status", "customer")
        same = all(item.get(name) == params[name] for name in names if name in params)
        # Lists show nothing that is deleted, unless it was paid.
        shown = not item.get("deleted") or item.get("status") not in (None, *OPEN)
        return shown and same and item.get("dateCreated", "") >= params.get("dateCreated[ge]", "")

    def _create(self, kind, body):
        # No id is given twice, whatever becomes of its record.
        self.number += 1
        number = self.number
        if kind == "customers":
            self._check_customer(body)
            item = {"object": "customer", "id": f"cus_{number:012}", "deleted": False, **body}
            self.customers[item["id"]] = item
            return 200, item
        self._check_charge(body)
        if self.is_limit_reached:
            raise Refused("error", "O limite diário de criação de cobranças foi atingido.")
        # In turn the two forms of ids since November 2026.
        reference = f"pay_{number:016}" if number % 2 else f"pay_1_{number:014}"
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

    @staticmethod
    def _check_customer(body):
        digits = re.sub(r"[./-]", "", body.get("cpfCnpj") or "")
        if not body.get("name") or not cpf_or_cnpj(digits):
            raise Refused("invalid_object", "O CPF/CNPJ informado é inválido.")
        emails = [body.get("email") or "", *(body.get("additionalEmails") or "").split(",")]
        if any(email and not EMAIL.fullmatch(email) for email in emails):
            raise Refused("invalid_email", "O email informado é inválido.")
        for name, form in (("mobilePhone", MOBILE), ("phone", LANDLINE)):
            number = re.sub(r"[()\-. ]", "", body.get(name) or "")
            if number and (not form.fullmatch(number) or len(set(number[2:])) == 1):
                raise Refused(f"invalid_{name}", "O telefone informado é inválido.")
        code = (body.get("postalCode") or "").replace("-", "")
        if code and (len(code) != 8 or code < "01000000"):
            raise Refused("invalid_postalCode", "O CEP informado é inválido.")

    def _check_charge(self, body, known=None):
        customer = body.get("customer", known and known["customer"])
        if customer not in self.customers or (known and customer != known["customer"]):
            raise Refused("invalid_customer", "Customer inválido ou não informado.")
        if body.get("billingType") not in ("UNDEFINED", "BOLETO", "PIX", "CREDIT_CARD"):
            raise Refused("invalid_billingType", "Forma de pagamento inválida.")
        value = Decimal(str(body.get("value") or 0))
        if value <= 0:
            raise Refused("invalid_value", "O campo value deve ser informado.")
        due = body.get("dueDate") or ""
        late_stays = known and self.late_date_may_stay and due == known["dueDate"]
        if len(due) != 10 or due[4] != "-" or (due < str(date.today()) and not late_stays):
            raise Refused("invalid_dueDate", "A data de vencimento não pode ser anterior a hoje.")
        if len(body.get("description") or "") > 500:
            raise Refused("invalid_description", "A descrição é longa demais.")
        discount = body.get("discount") or (known or {}).get("discount") or {"value": 0}
        less = Decimal(str(discount["value"]))
        less = value * less / 100 if discount.get("type") == "PERCENTAGE" else less
        if value - less < 5:
            raise Refused("invalid_object", f"R$ {value} menos R$ {less} é menor que R$ 5,00.")

    def _one(self, method, kind, item, body):
        if method == "PUT" and kind == "customers":
            self._check_customer({**item, **body})
            item |= body
        elif method == "PUT":
            self._check_open(item)
            self._check_charge(body, item)
            item |= body
            item["status"] = "PENDING" if item["dueDate"] >= str(date.today()) else "OVERDUE"
        elif method == "DELETE":
            if kind == "payments":
                self._check_open(item)
            item["deleted"] = True
            return 200, {"deleted": True, "id": item["id"]}
        return 200, item

    @staticmethod
    def _check_open(item):
        if item["deleted"] or item["status"] not in OPEN:
            raise Refused("invalid_action", f"Situação atual: {item['status']}.")

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
            self._check_open(item)
            item |= {"status": "RECEIVED_IN_CASH", "paymentDate": body["paymentDate"]}
        elif action == "undoReceivedInCash":
            item |= {"status": "PENDING", "paymentDate": None}
        elif action == "restore":
            if not item["deleted"]:
                raise Refused("invalid_action", "A cobrança não está removida.")
            item["deleted"] = False
        elif action in ("refund", "bankSlip/refund"):
            return self._refund(action, item, body)
        return 200, item

    def _refund(self, action, item, body):
        is_slip = item["billingType"] == "BOLETO"
        if item["status"] not in ("RECEIVED", "CONFIRMED") or (action == "refund") == is_slip:
            raise Refused("invalid_action", "A cobrança não pode ser estornada assim.")
        waiting = sum(one["value"] for one in item["refunds"] or () if one["status"] != "CANCELLED")
        left = round(item["value"] - waiting, 2)
        if body.get("value", left) > left:
            raise Refused("invalid_value", "O valor do estorno é maior que o saldo da cobrança.")
        if not is_slip:
            self.refund(item["id"], body.get("value", left))
            return 200, item
        self.refund(item["id"], left, FOR_THE_PAYER)
        return 200, {"requestUrl": f"https://sandbox.asaas.com/r/{item['id']}"}

    def _route_webhooks(self, method, parts, body):
        if method == "GET":
            return 200, {"object": "list", "data": list(self.webhooks.values())}
        known = self.webhooks.get(parts[1]) if len(parts) > 1 else None
        if len(parts) > 1 and known is None:
            return 404, None
        wanted = {**(known or {}), **body}
        if not EMAIL.fullmatch(wanted.get("email") or ""):
            raise Refused("invalid_email", "O email informado é inválido.")
        if "authToken" in body and not 32 <= len(body["authToken"]) <= 255:
            raise Refused("invalid_authToken", "O authToken deve ter de 32 a 255 caracteres.")
        if not wanted.get("events") or "PAYMENT_NEVER_SEEN" in wanted["events"]:
            raise Refused("invalid_events", "Informe em events nomes de eventos existentes.")
        if wanted.get("sendType") not in ("SEQUENTIALLY", "NON_SEQUENTIALLY"):
            raise Refused("invalid_sendType", "Informe um sendType existente.")
        if known is None and len(self.webhooks) >= 10:
            raise Refused("invalid_action", "O limite é de 10 webhooks por conta.")
        reference = known["id"] if known else f"wh_{len(self.webhooks) + 1}"
        shown = {name: value for name, value in wanted.items() if name != "authToken"}
        self.webhooks[reference] = {**shown, "id": reference}
        return 200, self.webhooks[reference]


def cpf_or_cnpj(digits):
    """Return whether Asaas takes a number: digits only, the check digits verified."""
    check = {11: cpf, 14: cnpj}.get(len(digits))
    return digits.isdecimal() and bool(check) and len(set(digits)) > 1 and check.is_valid(digits)
