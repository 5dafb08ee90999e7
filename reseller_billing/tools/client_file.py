"""Clients in a CSV, XLSX or ODS file, whose headings are recognised. No ORM."""

import unicodedata

from .panel.data import Client, join
from .table import UnreadableTable, read_table

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


def read_clients(content: bytes) -> list[tuple[int, Client]]:
    """Return the clients of a file, in its order.

    :param content: CSV, XLSX or ODS, see `table.read_table`
    :return: list of (number of the line, Client)
    :raise UnreadableFile: if it is neither or empty, has no column of names, or too many rows
    """
    try:
        table = read_table(content, MAX_ROWS)
    except UnreadableTable as error:
        raise UnreadableFile("rows" if str(error) == "rows" else "empty") from None
    if not table:
        raise UnreadableFile("empty")
    (_number, titles), *rows = table
    columns = [FIELD_OF_HEADING.get(_simplify(title)) for title in titles]
    if "nome" not in columns:
        raise UnreadableFile("name")
    return [(number, _read_client(columns, cells)) for number, cells in rows]


def _read_client(columns: list[str | None], row: list[str]) -> Client:
    values = {}
    for name, cell in zip(columns, row, strict=False):
        # The first of several columns for the same thing that says something.
        if name and not values.get(name):
            values[name] = " ".join(cell.replace("\x00", "").split())

    def get(name: str) -> str:
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


def _simplify(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalnum, plain)).lower()
