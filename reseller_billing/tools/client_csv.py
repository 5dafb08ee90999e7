"""Clients in a CSV file: encoding, delimiter and headings found out. No ORM."""

import csv
import io
import unicodedata

from .panel.data import Client, join

# Headings as exports of Brazilian systems have them, without accents, blanks and capitals.
HEADINGS = {
    "nome": ("nome", "razaosocial", "nomecompleto", "cliente", "nomerazaosocial"),
    "tax_id": ("cpfcnpj", "cnpjcpf", "cpf", "cnpj", "documento"),
    "email": ("email", "emailprincipal", "correioeletronico"),
    "telefone": ("telefone", "fone", "telefoneprincipal"),
    "celular": ("celular", "whatsapp", "telefonecelular"),
    "cep": ("cep",),
    "logradouro": ("logradouro", "endereco", "rua"),
    "numero": ("numero", "num", "no", "n"),
    "complemento": ("complemento", "compl"),
    "bairro": ("bairro",),
    "cidade": ("cidade", "municipio"),
    "uf": ("uf", "estado"),
}
FIELD_OF_HEADING = {heading: name for name, known in HEADINGS.items() for heading in known}
MAX_ROWS = 10000


class UnreadableFile(ValueError):
    """The file is no list of clients; `str()` is one of empty, name, rows."""


def read_clients(content):
    """Return the clients of a file, in its order.

    :param content: bytes, UTF-8 (with or without mark), UTF-16 or Windows-1252
    :return: list of (number of the line, Client)
    :raise UnreadableFile: without lines, without a column of names, or with too many rows
    """
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text))
    try:
        titles = next((row for row in reader if any(cell.strip() for cell in row)), None)
        if titles is None:
            raise UnreadableFile("empty")
        columns = [FIELD_OF_HEADING.get(_simplify(title)) for title in titles]
        if "nome" not in columns:
            raise UnreadableFile("name")
        found = []
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((reader.line_num, _make_client(columns, row)))
            if len(found) > MAX_ROWS:
                raise UnreadableFile("rows")
    except csv.Error:
        raise UnreadableFile("empty") from None
    return found


def _make_client(columns, row):
    values = {}
    for name, cell in zip(columns, row, strict=False):
        # The first of several columns for the same thing that says something.
        if name and not values.get(name):
            values[name] = " ".join(cell.replace("\x00", "").split())

    def get(name):
        return values.get(name, "")

    return Client(
        name=get("nome"),
        tax_id=get("tax_id"),
        email=get("email"),
        phone=get("telefone") or get("celular"),
        zip=get("cep"),
        street=join(", ", get("logradouro"), get("numero")),
        street2=join(" - ", get("complemento"), get("bairro")),
        city=get("cidade"),
        state_code=get("uf").upper(),
    )


def _decode(content):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _find_delimiter(text):
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,\t|", key=first.count)


def _simplify(title):
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalnum, plain)).lower()
