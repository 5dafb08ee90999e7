"""What Asaas refuses, each with its source: the contract of sandbox, test double and client.

Sources: REC recorded in Asaas' own sandbox; DOC docs.asaas.com; OA Asaas' OpenAPI description;
3P seen by several other clients, not documented.
"""

from dataclasses import dataclass

CPF = "24971563792"
PAST, FUTURE = "2020-01-02", "2099-12-20"
CUSTOMER = {"name": "Pagador", "cpfCnpj": CPF}
CHARGE = {"customer": "{customer}", "billingType": "BOLETO", "value": 100, "dueDate": FUTURE}
WEBHOOK = {
    "name": "Odoo",
    "url": "http://127.0.0.1:9/hook",
    "email": "a@example.com",
    "enabled": True,
    "interrupted": False,
    "authToken": "t" * 32,
    "sendType": "NON_SEQUENTIALLY",
    "events": ["PAYMENT_RECEIVED"],
}
PERCENT = "PERCENTAGE"


@dataclass(frozen=True)
class Refusal:
    """A request that Asaas refuses.

    `{customer}`, `{open}`, `{deleted}`, `{boleto}` and `{pix}` stand for ids of a customer, and of
    charges that are open, deleted, or paid by boleto or Pix.
    """

    name: str
    source: str
    method: str
    path: str
    body: dict | None
    code: str
    status: int = 400
    said: str = ""


def _customer(title, source, code, **change):
    return Refusal(title, source, "POST", "customers", {**CUSTOMER, **change}, code)


def _charge(title, source, code, *, said="", **change):
    body = {name: value for name, value in {**CHARGE, **change}.items() if value is not None}
    return Refusal(title, source, "POST", "payments", body, code, said=said)


def _change(title, source, code, path="payments/{open}", **change):
    body = {"billingType": "BOLETO", "value": 100, "dueDate": FUTURE, **change}
    body = {name: value for name, value in body.items() if value is not None}
    return Refusal(title, source, "PUT", path, body, code)


def _webhook(title, source, code, **change):
    return Refusal(title, source, "POST", "webhooks", {**WEBHOOK, **change}, code)


REFUSALS = [
    # Customers
    _customer("repeated digits", "REC", "invalid_object", cpfCnpj="11111111111"),
    _customer("wrong check digit", "REC", "invalid_object", cpfCnpj="24971563793"),
    _customer("letters in CPF/CNPJ", "DOC customers", "invalid_object", cpfCnpj="249.715.637-9X"),
    _customer("no name", "OA name*", "invalid_object", name=""),
    _customer("mobile of one digit", "REC", "invalid_mobilePhone", mobilePhone="11999999999"),
    _customer("landline as mobile", "3P", "invalid_mobilePhone", mobilePhone="1133334444"),
    _customer("country code", "DOC customers", "invalid_mobilePhone", mobilePhone="5511988887777"),
    _customer("short mobile", "DOC customers", "invalid_mobilePhone", mobilePhone="988887777"),
    _customer("toll-free as phone", "DOC customers", "invalid_phone", phone="08001234567"),
    _customer("short landline", "DOC customers", "invalid_phone", phone="33334444"),
    _customer("no address", "DOC errors", "invalid_email", email="nobody"),
    _customer("two addresses", "DOC errors", "invalid_email", email="a@example.com;b@example.com"),
    _customer("further address", "DOC errors", "invalid_email", additionalEmails="a@example.com,x"),
    _customer("CEP of seven digits", "3P", "invalid_postalCode", postalCode="0131010"),
    _customer("CEP never issued", "3P", "invalid_postalCode", postalCode="00000-000"),
    # Charges
    Refusal("nothing", "REC", "POST", "payments", {}, "invalid_customer"),
    _charge("unknown customer", "REC", "invalid_customer", customer="cus_999999999999"),
    _charge("unknown kind", "DOC errors", "invalid_billingType", billingType="CHEQUE"),
    _charge("no value", "DOC errors", "invalid_value", value=0),
    _charge("boleto of 4.99", "3P", "invalid_object", value=4.99, said="R$ 5,00"),
    _charge("Pix of 3.00", "3P", "invalid_object", billingType="PIX", value=3),
    _charge("any of 4.99", "3P", "invalid_object", billingType="UNDEFINED", value=4.99),
    _charge(
        "discount below the minimum",
        "3P",
        "invalid_object",
        value=5.10,
        discount={"value": 5, "type": PERCENT, "dueDateLimitDays": 0},
    ),
    _charge("due before today", "DOC errors", "invalid_dueDate", dueDate=PAST),
    _charge("Brazilian date", "DOC payments", "invalid_dueDate", dueDate="20/12/2099"),
    _charge(
        "long description", "OA description ≤ 500", "invalid_description", description="x" * 501
    ),
    # Changes
    _change("no kind", "OA billingType*", "invalid_billingType", billingType=None),
    _change("no value", "OA value*", "invalid_value", value=None),
    _change("no due date", "OA dueDate*", "invalid_dueDate", dueDate=None),
    _change("another customer", "DOC payments", "invalid_customer", customer="cus_999999999999"),
    _change("below the minimum", "3P", "invalid_object", value=4.99),
    _change("due before today", "DOC errors", "invalid_dueDate", dueDate=PAST),
    _change("paid", "DOC payments", "invalid_action", path="payments/{pix}"),
    _change("deleted", "DOC payments", "invalid_action", path="payments/{deleted}"),
    Refusal("delete a paid one", "DOC", "DELETE", "payments/{pix}", None, "invalid_action"),
    Refusal("restore a live one", "DOC", "POST", "payments/{open}/restore", {}, "invalid_action"),
    # Money
    Refusal("refund unpaid", "DOC", "POST", "payments/{open}/refund", {}, "invalid_action"),
    Refusal("refund a boleto", "DOC", "POST", "payments/{boleto}/refund", {}, "invalid_action"),
    Refusal(
        "refund too much", "DOC", "POST", "payments/{pix}/refund", {"value": 101}, "invalid_value"
    ),
    Refusal("slip of Pix", "DOC", "POST", "payments/{pix}/bankSlip/refund", {}, "invalid_action"),
    # Webhooks
    _webhook("no e-mail", "DOC webhooks: email*", "invalid_email", email=""),
    _webhook("short token", "DOC webhooks: 32-255", "invalid_authToken", authToken="short"),
    _webhook("unknown event", "OA events", "invalid_events", events=["PAYMENT_NEVER_SEEN"]),
    _webhook("unknown order", "OA sendType", "invalid_sendType", sendType="AT_ONCE"),
    # What is not there: the body of a 404 is empty or HTML (3P).
    Refusal("unknown charge", "3P", "GET", "payments/pay_x", None, "", 404),
    Refusal("unknown customer", "3P", "PUT", "customers/cus_x", {"name": "X"}, "", 404),
]
