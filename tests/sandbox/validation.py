"""Reading of request data: collects everything that is wrong before it refuses."""

import json
import re
from datetime import date
from decimal import Decimal

from flask import request

from .problems import Problem

MONEY = re.compile(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}", re.ASCII)
SIGNED_MONEY = re.compile(f"-?{MONEY.pattern}", re.ASCII)
DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Printable, and at least one character that is not a space.
TEXT = re.compile(r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*")

_MISSING = object()


def _refuse_constant(name):
    raise ValueError(name)


def _unique_names(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicated name")
    return result


def json_body(*, optional=False):
    """The parsed JSON body; {} for an empty body when `optional`.

    Raises 415 for another media type and 400 for text that is not strict JSON.
    """
    raw = request.get_data()
    if optional and not raw:
        return {}
    if request.mimetype != "application/json":
        raise Problem(415, "TIPO_DE_CONTEUDO_INVALIDO", "Envie o corpo como application/json.")
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_names,
        )
    except (ValueError, RecursionError) as error:
        raise Problem(400, "JSON_INVALIDO", "O corpo não é um JSON válido.") from error


class Reader:
    """One JSON object under inspection.

    Each method returns the value or None, and notes what is wrong under the path of the field.
    `finish()` raises one 422 problem with all notes. Optional fields may be null.
    """

    def __init__(self, data, path="", notes=None):
        self._path = path
        self.notes = [] if notes is None else notes
        self._seen = set()
        self._data = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.notes.append((path or "corpo", "Deve ser um objeto JSON."))

    def note(self, name, message):
        self.notes.append((f"{self._path}{name}", message))

    def has(self, name):
        return name in self._data

    def raw(self, name):
        """The value under `name` unchecked; None when it is absent."""
        self._seen.add(name)
        return self._data.get(name)

    def _take(self, name, required):
        self._seen.add(name)
        value = self._data.get(name, _MISSING)
        if value is _MISSING or (value is None and not required):
            if required:
                self.note(name, "Campo obrigatório.")
            return None
        if value is None:
            self.note(name, "Não pode ser nulo.")
        return value

    def text(self, name, *, required=True, maximum=120, pattern=TEXT, hint=None):
        value = self._take(name, required)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            self.note(name, "Deve ser um texto não vazio.")
        elif len(value) > maximum:
            self.note(name, f"Deve ter no máximo {maximum} caracteres.")
        elif not re.fullmatch(pattern, value) or not _encodable(value):
            self.note(name, hint or "Contém caracteres não permitidos.")
        else:
            return value
        return None

    def choice(self, name, options, *, required=True):
        value = self._take(name, required)
        if value is None:
            return None
        if not isinstance(value, str) or value not in options:
            self.note(name, f"Deve ser um de: {', '.join(options)}.")
            return None
        return value

    def money(self, name, *, required=True, zero=False, signed=False):
        value = self._take(name, required)
        if value is None:
            return None
        form = SIGNED_MONEY if signed else MONEY
        if not isinstance(value, str) or not form.fullmatch(value):
            self.note(name, 'Deve ser um texto decimal com duas casas, como "1234.56".')
            return None
        amount = Decimal(value)
        if not (zero or signed) and amount == 0:
            self.note(name, "Deve ser maior que zero.")
            return None
        return amount

    def date(self, name, *, required=True):
        value = self._take(name, required)
        if value is None:
            return None
        if isinstance(value, str) and is_date(value):
            return date.fromisoformat(value)
        self.note(name, "Deve ser uma data ISO (AAAA-MM-DD) existente, entre 2000 e 2099.")
        return None

    def integer(self, name, minimum, maximum, *, required=True):
        value = self._take(name, required)
        if value is None:
            return None
        # bool is an int in Python, and 1.0 is an integer in JSON Schema.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(name, "Deve ser um número inteiro.")
        elif not minimum <= value <= maximum:
            self.note(name, f"Deve estar entre {minimum} e {maximum}.")
        else:
            return value
        return None

    def number(self, name, minimum, maximum):
        """An optional number that is no money, such as a probability or seconds."""
        value = self._take(name, False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(name, "Deve ser um número.")
        elif not minimum <= value <= maximum:
            self.note(name, f"Deve estar entre {minimum} e {maximum}.")
        else:
            return value
        return None

    def numbers(self, name, lowest, highest, *, maximum):
        """An optional list of numbers that are no money."""
        value = self._take(name, False)
        if value is None:
            return None
        valid = isinstance(value, list) and 0 < len(value) <= maximum
        if not valid or not all(
            isinstance(item, int | float)
            and not isinstance(item, bool)
            and lowest <= item <= highest
            for item in value
        ):
            self.note(
                name,
                f"Deve ser uma lista de 1 a {maximum} números de {lowest} a {highest}.",
            )
            return None
        return value

    def mapping(self, name):
        """An optional object with free names."""
        value = self._take(name, False)
        if value is not None and not isinstance(value, dict):
            self.note(name, "Deve ser um objeto JSON.")
            return None
        return value

    def boolean(self, name, *, required=True):
        value = self._take(name, required)
        if value is None:
            return None
        if not isinstance(value, bool):
            self.note(name, "Deve ser true ou false.")
            return None
        return value

    def child(self, name, *, required=True):
        """A reader of the object under `name`; None when an optional one is absent."""
        value = self._take(name, required)
        if value is None:
            return None
        return Reader(value, f"{self._path}{name}.", self.notes)

    def children(self, name, *, minimum, maximum, required=True):
        """Readers of the objects in the list under `name`."""
        value = self._take(name, required)
        if value is None:
            return []
        if not isinstance(value, list) or not minimum <= len(value) <= maximum:
            self.note(name, f"Deve ser uma lista com {minimum} a {maximum} itens.")
            return []
        return [
            Reader(item, f"{self._path}{name}[{index}].", self.notes)
            for index, item in enumerate(value)
        ]

    def texts(self, name, *, maximum):
        """A list of texts."""
        value = self._take(name, True)
        valid = isinstance(value, list) and len(value) <= maximum
        if not valid or not all(isinstance(item, str) and TEXT.fullmatch(item) for item in value):
            self.note(name, f"Deve ser uma lista de até {maximum} textos.")
            return []
        return value

    def close(self):
        """Note the unknown fields."""
        for name in sorted(set(self._data) - self._seen):
            self.note(name, "Campo desconhecido.")

    def finish(self):
        """Raise the 422 problem if anything is wrong."""
        self.close()
        if self.notes:
            raise Problem(422, "DADOS_INVALIDOS", "Há campos inválidos.", self.notes)


def _encodable(value):
    # A lone surrogate is legal in JSON text, but no other system could store it.
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def query(*required, **checks):
    """The query string's parameters, each known, single and passing its check.

    `checks` maps names to predicates over the text; the names in `required` must be given. Raises a
    400 problem naming every fault.
    """
    notes = [(name, "Parâmetro obrigatório.") for name in required if name not in request.args]
    values = {}
    for name, found in request.args.lists():
        if name not in checks:
            notes.append((name, "Parâmetro desconhecido."))
        elif len(found) != 1 or not checks[name](found[0]):
            notes.append((name, "Valor inválido, ou mais de um."))
        else:
            values[name] = found[0]
    if notes:
        raise Problem(400, "PARAMETRO_INVALIDO", "Há parâmetros inválidos.", notes)
    return values


def is_text(maximum):
    """A check of texts up to that length."""
    return lambda value: len(value) <= maximum and bool(TEXT.fullmatch(value))


def is_date(value):
    """Whether the text is an ISO date that exists, from 2000 to 2099."""
    try:
        return bool(DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def is_number(maximum):
    """A check of numbers from 1 to `maximum`."""

    def check(value):
        # isdecimal() alone would take digits of other scripts.
        plain = value.isascii() and value.isdecimal() and len(value) <= 9
        return plain and 1 <= int(value) <= maximum

    return check
