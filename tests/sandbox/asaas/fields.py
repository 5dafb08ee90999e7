"""Reading of bodies and filters: the first thing wrong is refused, as Asaas does."""

import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import request

from .errors import refusal

DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
MAXIMUM = Decimal("99999999.99")
OPERATORS = {"": "=", "[ge]": ">=", "[le]": "<="}
DEFAULT_LIMIT = 10
MAX_LIMIT = 100


def parse_day(value):
    """The date of an ISO text that exists, else None."""
    try:
        return date.fromisoformat(value) if DATE.fullmatch(value) else None
    except (TypeError, ValueError):
        return None


def parse_amount(value, *, places=2):
    """The Decimal of a JSON number with at most that many decimals, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = Decimal(str(value))
        return amount if amount == round(amount, places) and abs(amount) <= MAXIMUM else None
    except InvalidOperation:
        return None


class Fields:
    """The body of a request. Unknown fields are ignored, as Asaas does."""

    def __init__(self, data, code="invalid_object"):
        if not isinstance(data, dict):
            raise refusal(code, "O corpo da requisição deve ser um objeto JSON.")
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            # A lone surrogate is legal in JSON text, but no other system could store it.
            raise refusal(code, "O corpo da requisição tem caracteres inválidos.") from error
        self.data = data

    def has(self, name):
        return self.data.get(name) is not None

    def text(self, name, maximum=255, *, code="invalid_object", required=False):
        value = self.data.get(name)
        if value is None or value == "":
            if required:
                raise refusal(code, f"O campo {name} deve ser informado.")
            return None
        if not isinstance(value, str) or len(value) > maximum or "\x00" in value:
            raise refusal(code, f"O campo {name} deve ser um texto de até {maximum} caracteres.")
        return value

    def amount(self, name, code="invalid_value", *, zero=False, required=True, places=2):
        """An amount above zero, or from zero on."""
        if not required and not self.has(name):
            return None
        amount = parse_amount(self.data.get(name), places=places)
        if amount is None or amount < 0 or (amount == 0 and not zero):
            raise refusal(code, f"O campo {name} deve ser informado e maior que zero.")
        return amount

    def day(self, name, code, *, required=True):
        if not required and not self.has(name):
            return None
        found = parse_day(self.data.get(name))
        if found is None:
            raise refusal(code, f"O campo {name} deve ser uma data no formato AAAA-MM-DD.")
        return found

    def choice(self, name, options, code, default=None):
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in options:
            raise refusal(code, f"O campo {name} deve ser um de: {', '.join(options)}.")
        return value

    def flag(self, name, default=False):
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise refusal("invalid_object", f"O campo {name} deve ser true ou false.")
        return value

    def whole(self, name, default, *, maximum=3650):
        value = self.data.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= maximum:
            raise refusal("invalid_object", f"O campo {name} deve ser um inteiro não negativo.")
        return value


def filters(texts=None, days=None):
    """(SQL conditions, values, limit, offset) of a list's query string.

    `texts` and `days` map parameters to columns; days also take the operators [ge] and [le]. A
    parameter that the list does not have is refused: Asaas would list everything.
    """
    texts, days = texts or {}, days or {}
    conditions, values = [], []
    limit, offset = DEFAULT_LIMIT, 0
    for name, value in request.args.items():
        base, operator = name.partition("[")[0], name[len(name.partition("[")[0]) :]
        if name == "limit":
            limit = _whole(name, value, 1, MAX_LIMIT)
        elif name == "offset":
            offset = _whole(name, value, 0, 10**9)
        elif name in texts:
            conditions.append(f"{texts[name]} = ?")
            values.append(value)
        elif base in days and operator in OPERATORS:
            if parse_day(value) is None:
                raise refusal(f"invalid_{base}", f"O filtro {name} deve ser uma data.")
            conditions.append(f"{days[base]} {OPERATORS[operator]} ?")
            values.append(value)
        else:
            raise refusal("invalid_parameter", f"O filtro {name} não existe.")
    return conditions, values, limit, offset


def _whole(name, value, minimum, maximum):
    if not (value.isascii() and value.isdecimal() and minimum <= int(value[:12]) <= maximum):
        raise refusal(f"invalid_{name}", f"O {name} deve estar entre {minimum} e {maximum}.")
    return int(value)


def page(db, table, account_id, conditions, values, limit, offset, as_json):
    """The list that Asaas answers with, the newest first."""
    where = " AND ".join(["client_id = ?", *conditions])
    values = (account_id, *values)
    total = db.execute(f"SELECT count(*) AS n FROM {table} WHERE {where}", values).fetchone()["n"]
    rows = db.execute(
        f"SELECT * FROM {table} WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    return {
        "object": "list",
        "hasMore": offset + len(rows) < total,
        "totalCount": total,
        "limit": limit,
        "offset": offset,
        "data": [as_json(row) for row in rows],
    }
