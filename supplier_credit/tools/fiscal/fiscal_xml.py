"""Reads XML that claims to come from SEFAZ; anybody may have made it.

No entity, no external file and no network is ever touched, and what is too large for the layout is
refused before it is parsed.
"""

import base64
import hashlib

from lxml import etree

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"n": NAMESPACE, "s": SIGNATURE}

# SEFAZ takes NF-e of up to 500 kB; a file ten times as large is no NF-e.
LARGEST_FILE = 5 * 1024 * 1024
PRODUCTION = "1"
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf")
# As much of the file's own words as a message shows.
LONGEST_DETAIL = 200


class NfeProblem(Exception):
    """What is wrong with a file.

    :param code: one of the codes raised in this package; the addon has a text for each
    :param values: what the text needs
    """

    def __init__(self, code, **values):
        self.code = code
        self.values = {name: shorten(value) for name, value in values.items()}
        super().__init__(f"{code}: {self.values}")


def shorten(value):
    """Return a text as a message can show it: a hostile file may hold megabytes of it."""
    if not isinstance(value, str) or len(value) <= LONGEST_DETAIL:
        return value
    return value[:LONGEST_DETAIL] + "…"


def check_size(size):
    """Refuse what is larger than any NF-e.

    :param size: bytes
    """
    if size > LARGEST_FILE:
        raise NfeProblem("too_large", size=size // 1024, limit=LARGEST_FILE // 1024)


def read_xml(content):
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
        # What the declaration says cannot make the parser read other characters than seen above.
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


def local_name(element):
    return etree.QName(element).localname


def digest(element):
    """Return the digest of an element as the signature of an NF-e has it: C14N, SHA-1, base64.

    Canonicalised exclusively: the NF-e was signed before it was put into its envelope, so what the
    envelope declares is none of it.
    """
    canonical = etree.tostring(element, method="c14n", exclusive=True)
    hashed = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return base64.b64encode(hashed).decode()
