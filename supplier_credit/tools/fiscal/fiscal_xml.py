"""Reads XML that claims to come from SEFAZ; anybody may have made it.

No entity, external file or network is ever used, and a file too large for the layout is refused
before it is parsed.
"""

import base64
import hashlib
from typing import Any

from lxml import etree

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"n": NAMESPACE, "s": SIGNATURE}

# SEFAZ accepts NF-e of up to 500 kB; a file ten times as large is no NF-e.
LARGEST_FILE = 5 * 1024 * 1024
PRODUCTION = "1"
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf")
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
    """Return the root element of these bytes.

    :raise NfeProblem: when they are no plain XML in UTF-8, the only encoding of the layout
    """
    check_size(len(content))
    if not content.strip():
        raise NfeProblem("empty")
    if content.startswith(COMPRESSED):
        raise NfeProblem("compressed")
    try:
        text = content.decode("utf-8")
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
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NfeProblem("not_xml", detail=str(error)) from error


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def digest(element: etree._Element) -> str:
    """Return the digest of an element as the signature of an NF-e has it: C14N, SHA-1, base64.

    Canonicalised exclusively: the NF-e was signed before it was put into its envelope, so the
    envelope's declarations do not belong to it.
    """
    canonical = etree.tostring(element, method="c14n", exclusive=True)
    hashed = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return base64.b64encode(hashed).decode()
