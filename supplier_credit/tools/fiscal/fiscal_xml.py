"""Reads XML that claims to come from SEFAZ; anybody may have made it.

No entity, external file or network is ever used, and a file too large for the layout is refused
before it is parsed.
"""

import codecs
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lxml import etree

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"n": NAMESPACE, "s": SIGNATURE}

# SEFAZ accepts NF-e of up to 500 kB; a file ten times as large is no NF-e.
LARGEST_FILE = 5 * 1024 * 1024
PRODUCTION = "1"
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf")
# Forms that NF-e and events have in common.
CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
CPF = re.compile(r"[0-9]{11}")
DIGIT = re.compile(r"[0-9]")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:00|Z)")
PROTOCOL = re.compile(r"[0-9]{15}(?:[0-9]{2})?")

# Characters of the file's own text that a message shows.
LONGEST_DETAIL = 200


class NfeProblem(Exception):
    """What is wrong with a file.

    :param code: one of the codes raised in this package; the addon has a text for each
    :param values: shown in the text
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = {name: shorten(value) for name, value in values.items()}
        super().__init__(f"{code}: {self.values}")


def shorten(value: Any) -> Any:
    """Return a text cut to the length of a message: a hostile file may hold megabytes of it."""
    if not isinstance(value, str) or len(value) <= LONGEST_DETAIL:
        return value
    return value[:LONGEST_DETAIL] + "…"


def check_size(size: int) -> None:
    """Refuse a file that is larger than any NF-e.

    :param size: bytes
    :raise NfeProblem: with code too_large
    """
    if size > LARGEST_FILE:
        raise NfeProblem("too_large", size=size // 1024, limit=LARGEST_FILE // 1024)


def read_xml(content: bytes) -> etree._Element:
    """Return the root element of these bytes; whoever reads, checks or draws a file reads it so.

    A byte order mark, blanks before the declaration and NUL bytes at the end are what transport
    adds to a file; they are left out. UTF-8 is the only encoding of the layout, whatever the
    declaration says.

    :raise NfeProblem: when they are no plain XML in UTF-8
    """
    check_size(len(content))
    plain = content.removeprefix(codecs.BOM_UTF8).lstrip().rstrip(b"\0 \t\r\n")
    if not plain:
        raise NfeProblem("empty")
    if plain.startswith(COMPRESSED):
        raise NfeProblem("compressed")
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NfeProblem("wrong_encoding") from error
    # Looked for before parsing, so that no entity is ever declared.
    if "<!doctype" in text.lower():
        raise NfeProblem("has_doctype")
    parser = etree.XMLParser(
        # The declaration must not make the parser read other characters than were checked above.
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    try:
        return etree.fromstring(plain, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise NfeProblem("not_xml", line=line, column=column) from error
    except ValueError as error:
        raise NfeProblem("not_xml", line=1, column=1) from error


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def find_schema_problem(root: etree._Element, schema: etree.XMLSchema) -> "NfeProblem | None":
    """Return where a file first differs from its official schema, None if it does not."""
    if schema.validate(root):
        return None
    first = schema.error_log[0]
    element = re.match(r"Element '(?:{[^}]*})?([^']*)'", first.message)
    return NfeProblem("not_valid", line=first.line, element=element[1] if element else "-")


def find_one(parent: etree._Element, path: str) -> etree._Element:
    """Return the only element at a path.

    :raise NfeProblem: when there is none, or another one that could be taken for it
    """
    found = parent.findall(path, NAMES)
    if len(found) != 1:
        name = path.rpartition(":")[2]
        line = (found[1] if found else parent).sourceline
        raise NfeProblem("not_valid", line=line, element=name)
    return found[0]


class Reader:
    """Reads elements of a file and checks each by itself, whatever release its layout is of.

    :param forms: the pattern of each path that is read
    """

    def __init__(self, root: etree._Element, forms: Mapping[str, re.Pattern[str]]) -> None:
        self._root = root
        self._forms = forms

    def text(self, path: str) -> str:
        """Return the text at a path of `forms`, empty where the element is not there.

        :raise NfeProblem: when it is there twice, or not of its form
        """
        found = self._root.findall(path, NAMES)
        if not found:
            return ""
        text = found[0].text or ""
        if len(found) > 1 or len(found[0]) or not self._forms[path].fullmatch(text):
            raise NfeProblem("not_valid", line=found[-1].sourceline, element=local_name(found[-1]))
        return text

    def required(self, path: str) -> str:
        """As `text`; an element that is not there is a problem, too."""
        if text := self.text(path):
            return text
        raise NfeProblem("not_valid", line=self._root.sourceline, element=path.rpartition(":")[2])

    def moment(self, path: str) -> datetime:
        """As `required`, with time zone; the form alone lets 30 February pass."""
        text = self.required(path)
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError as error:
            raise NfeProblem("not_valid", line=1, element=path.rpartition(":")[2]) from error
