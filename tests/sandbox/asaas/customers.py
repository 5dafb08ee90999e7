"""Customers (`/customers`). The same CPF/CNPJ may come any number of times, as in reality."""

import json
import re

from ..supplier.documents import is_taxpayer
from .errors import not_allowed, refusal
from .fields import Fields, filters, page
from .phones import read_landline, read_mobile
from .places import PLACES, read_postal_code

SCHEMA = """
CREATE TABLE IF NOT EXISTS asaas_customers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    date_created TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    taxpayer TEXT NOT NULL,
    external_reference TEXT,
    deleted FLAG NOT NULL DEFAULT 0,
    cannot_edit TEXT,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS asaas_customers_taxpayer ON asaas_customers (client_id, taxpayer);
CREATE INDEX IF NOT EXISTS asaas_customers_reference
    ON asaas_customers (client_id, external_reference);
"""

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
# Digits with their usual marks; letters of newer CNPJs are undocumented, see `alphanumericCnpj`.
TAXPAYER = re.compile(r"[0-9./-]+", re.ASCII)
FIRST_NUMBER = 8392497
INVALID_TAXPAYER = "O CPF/CNPJ informado é inválido."
TEXTS = {
    "company": 120,
    "phone": 20,
    "mobilePhone": 20,
    "address": 255,
    "addressNumber": 60,
    "complement": 255,
    "province": 120,
    "postalCode": 10,
    "additionalEmails": 500,
    "observations": 500,
    "municipalInscription": 60,
    "stateInscription": 60,
    "groupName": 120,
}


def create(books, data):
    """Add a customer."""
    values = _read(books, Fields(data), {})
    code = f"cus_{books.next_number('customer', FIRST_NUMBER):012d}"
    books.db.execute(
        "INSERT INTO asaas_customers (client_id, id, date_created, name, email, taxpayer, "
        "external_reference, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (books.id, code, books.today.isoformat(), *_columns(values)),
    )
    return as_json(get(books, code))


def change(books, data, code):
    """Write what the body names; the rest stays."""
    row = get(books, code)
    if row["cannot_edit"]:
        raise not_allowed(row["cannot_edit"])
    values = _read(books, Fields(data), {**json.loads(row["data"]), **_identity(row)})
    books.db.execute(
        "UPDATE asaas_customers SET name = ?, email = ?, taxpayer = ?, external_reference = ?, "
        "data = ? WHERE id = ?",
        (*_columns(values), code),
    )
    return as_json(get(books, code))


def delete(books, code):
    """Remove a customer; lists and new charges find it no more."""
    get(books, code)
    books.db.execute("UPDATE asaas_customers SET deleted = 1 WHERE id = ?", (code,))
    return {"deleted": True, "id": code}


def restore(books, data, code):
    """Bring a removed customer back."""
    get(books, code)
    books.db.execute("UPDATE asaas_customers SET deleted = 0 WHERE id = ?", (code,))
    return show(books, code)


def close(books, code, reason):
    """Let a customer be changed no more, and say why; None lets it be changed again."""
    get(books, code)
    books.db.execute("UPDATE asaas_customers SET cannot_edit = ? WHERE id = ?", (reason, code))
    return as_json(get(books, code))


def show(books, code):
    return as_json(get(books, code))


def search(books):
    conditions, *rest = filters(
        {
            "cpfCnpj": "taxpayer",
            "externalReference": "external_reference",
            "email": "email",
            "name": "name",
        }
    )
    return page(books.db, "asaas_customers", books.id, [*conditions, "NOT deleted"], *rest, as_json)


def find(books, code):
    """The customer's row, or None."""
    return books.db.execute(
        "SELECT * FROM asaas_customers WHERE client_id = ? AND id = ?", (books.id, code)
    ).fetchone()


def get(books, code):
    row = find(books, code)
    if row is None:
        raise refusal("not_found", f"Cliente {code} não encontrado.", 404)
    return row


def _identity(row):
    return {
        "name": row["name"],
        "email": row["email"],
        "cpfCnpj": row["taxpayer"],
        "externalReference": row["external_reference"],
    }


def _columns(values):
    own = ("name", "email", "cpfCnpj", "externalReference")
    rest = {name: value for name, value in values.items() if name not in own}
    return (*(values[name] for name in own), json.dumps(rest))


def _read(books, fields, known):
    """The customer's values: those of the body over those known. The first fault is refused.

    Source: Asaas, reference of /v3/customers and OpenAPI CustomerSaveRequestDTO.
    """
    settings = books.account.settings
    given = {**known, **fields.data}
    checked = Fields(given)
    values = {"name": checked.text("name", required=True)}
    values["foreignCustomer"] = checked.flag("foreignCustomer")
    values["cpfCnpj"] = _read_taxpayer(checked, values["foreignCustomer"], settings)
    values["email"] = checked.text("email", code="invalid_email")
    values["externalReference"] = checked.text("externalReference", 100)
    for name, maximum in TEXTS.items():
        values[name] = checked.text(name, maximum)
    for address in (values["email"], *(values["additionalEmails"] or "").split(",")):
        if address and not EMAIL.fullmatch(address.strip()):
            raise refusal("invalid_email", "O email informado é inválido.")
    values["phone"] = read_landline(values["phone"])
    values["mobilePhone"] = read_mobile(values["mobilePhone"])
    only_known = settings.get("knownPostalCodes", False)
    values["postalCode"] = read_postal_code(values["postalCode"], only_known=only_known)
    if values["postalCode"] in PLACES:
        values["address"], values["province"] = PLACES[values["postalCode"]][:2]
    values["notificationDisabled"] = checked.flag("notificationDisabled")
    return values


def _read_taxpayer(fields, is_foreign, settings):
    """CPF or CNPJ without its marks; a foreign customer needs none."""
    text = fields.text("cpfCnpj", required=not is_foreign)
    if text is None:
        return ""
    form = text if not settings.get("alphanumericCnpj") else re.sub("[A-Z]", "0", text)
    number = re.sub(r"[./-]", "", text)
    # A number of one repeated digit has valid check digits but is never issued.
    is_issued = is_taxpayer(number) and len(set(number)) > 1
    if not (TAXPAYER.fullmatch(form) and is_issued):
        raise refusal("invalid_object", INVALID_TAXPAYER)
    return number


def as_json(row):
    data = json.loads(row["data"])
    city, city_name, state = PLACES.get(data["postalCode"], (None,) * 5)[2:]
    body = {
        "object": "customer",
        "id": row["id"],
        "dateCreated": row["date_created"],
        "name": row["name"],
        "email": row["email"],
        **{name: data[name] for name in list(TEXTS)[:8]},
        "cpfCnpj": row["taxpayer"],
        "personType": "FISICA" if len(row["taxpayer"]) == 11 else "JURIDICA",
        "deleted": row["deleted"],
        "additionalEmails": data["additionalEmails"],
        "externalReference": row["external_reference"],
        "notificationDisabled": data["notificationDisabled"],
        "observations": data["observations"],
        "municipalInscription": data["municipalInscription"],
        "stateInscription": data["stateInscription"],
        "canDelete": True,
        "cannotBeDeletedReason": None,
        "canEdit": not row["cannot_edit"],
        "cannotEditReason": row["cannot_edit"],
        "city": city,
        "cityName": city_name,
        "state": state,
        "country": "Brasil",
    }
    if data["groupName"]:
        body["groups"] = [{"name": data["groupName"]}]
    return body
