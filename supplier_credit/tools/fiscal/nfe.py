"""Reads an authorised NF-e (procNFe, model 55, layout 4.00) and checks it by itself.

The checks are those that need the file alone: official schema, authorisation, access key and
digests. The invoice checks whether the NF-e belongs to it.
Source: MOC 7.0 (layout, access key), NT 2026.001 (alphanumeric CNPJ in keys).
"""

import functools
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import nfelib
from lxml import etree

from .fiscal_xml import (
    NAMES,
    NAMESPACE,
    PRODUCTION,
    SIGNATURE,
    NfeProblem,
    digest,
    local_name,
    read_xml,
)

SCHEMA = Path(nfelib.__file__).parent / "nfe" / "schemas" / "v4_0" / "procNFe_v4.00.xsd"

AUTHORISED = ("100", "150")
ACCESS_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
SHA1 = f"{SIGNATURE}sha1"


@dataclass(frozen=True)
class Nfe:
    """The parts of an authorised NF-e that an invoice has to agree with. Money in BRL.

    :param is_unaltered: whether the digest that was signed and authorised is that of the content
    :param references: access keys of the NF-e that this one refers to (NFref/refNFe)
    """

    key: str
    model: str
    series: int
    number: int
    issue_date: date
    purpose: str
    environment: str
    issuer: str
    issuer_name: str
    recipient: str
    recipient_name: str
    total: Decimal
    protocol: str
    has_instalments: bool
    is_unaltered: bool
    references: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        return self.environment == PRODUCTION


def key_check_digit(key: str) -> str:
    """Return the check digit of the first 43 characters of an access key.

    Modulo 11 with weights 2 to 9 from the right, each character worth its ASCII code minus 48,
    which leaves digits as they are and admits the letters of alphanumeric CNPJs.
    """
    total = sum(
        (ord(character) - 48) * (2 + position % 8)
        for position, character in enumerate(reversed(key[:43]))
    )
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)


def parse_nfe(content: bytes) -> Nfe:
    """Return the Nfe in these bytes.

    :raise NfeProblem: the first reason why it is no authorised NF-e of model 55
    """
    return nfe_from_xml(read_xml(content))


def nfe_from_xml(root: etree._Element) -> Nfe:
    """As `parse_nfe`, for a file that is already read."""
    if local_name(root) == "NFe":
        raise NfeProblem("not_authorised_file")
    if root.tag != f"{{{NAMESPACE}}}nfeProc":
        raise NfeProblem("not_an_nfe", root=local_name(root))
    _check_authorisation(root)
    _check_schema(root)
    try:
        nfe = _read(root)
    except (ValueError, ArithmeticError) as error:
        raise NfeProblem("not_valid", line=root.sourceline, detail=str(error)) from error
    _check_key(root, nfe)
    _check_digest(root)
    _check_environment(root, nfe)
    return nfe


def _check_authorisation(root: etree._Element) -> None:
    status = root.findtext("n:protNFe/n:infProt/n:cStat", namespaces=NAMES)
    if status not in AUTHORISED:
        reason = root.findtext("n:protNFe/n:infProt/n:xMotivo", namespaces=NAMES)
        raise NfeProblem("not_authorised", status=status or "", reason=reason or "")


@functools.lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def _check_schema(root: etree._Element) -> None:
    schema = _schema()
    if not schema.validate(root):
        first = schema.error_log[0]
        raise NfeProblem("not_valid", line=first.line, detail=first.message)


def _read(root: etree._Element) -> Nfe:
    def text(path: str, default: str = "") -> str:
        return root.findtext(path, default, namespaces=NAMES)

    information = "n:NFe/n:infNFe"
    issuer = f"{information}/n:emit"
    recipient = f"{information}/n:dest"
    return Nfe(
        key=text("n:protNFe/n:infProt/n:chNFe"),
        model=text(f"{information}/n:ide/n:mod"),
        series=int(text(f"{information}/n:ide/n:serie")),
        number=int(text(f"{information}/n:ide/n:nNF")),
        issue_date=date.fromisoformat(text(f"{information}/n:ide/n:dhEmi")[:10]),
        purpose=text(f"{information}/n:ide/n:finNFe"),
        environment=text(f"{information}/n:ide/n:tpAmb"),
        issuer=text(f"{issuer}/n:CNPJ") or text(f"{issuer}/n:CPF"),
        issuer_name=text(f"{issuer}/n:xNome"),
        recipient=text(f"{recipient}/n:CNPJ") or text(f"{recipient}/n:CPF"),
        recipient_name=text(f"{recipient}/n:xNome"),
        total=Decimal(text(f"{information}/n:total/n:ICMSTot/n:vNF")),
        protocol=text("n:protNFe/n:infProt/n:nProt"),
        has_instalments=root.find(f"{information}/n:cobr/n:dup", NAMES) is not None,
        is_unaltered=_is_unaltered(root),
        references=tuple(
            element.text
            for element in root.iterfind(f"{information}/n:ide/n:NFref/n:refNFe", NAMES)
        ),
    )


def _check_key(root: etree._Element, nfe: Nfe) -> None:
    identifier = root.find("n:NFe/n:infNFe", NAMES).get("Id", "")
    if identifier != f"NFe{nfe.key}":
        raise NfeProblem("key_differs", protocol_key=nfe.key, document_key=identifier[3:])
    if not ACCESS_KEY.fullmatch(nfe.key) or key_check_digit(nfe.key) != nfe.key[-1]:
        raise NfeProblem("key_check_digit", key=nfe.key)
    in_key = (nfe.key[6:20], nfe.key[20:22], int(nfe.key[22:25]), int(nfe.key[25:34]))
    in_document = (nfe.issuer.zfill(14), nfe.model, nfe.series, nfe.number)
    if in_key != in_document:
        raise NfeProblem("key_content", key=nfe.key)
    if nfe.model != "55":
        raise NfeProblem("wrong_model", model=nfe.model)


def _check_digest(root: etree._Element) -> None:
    protocol = root.findtext("n:protNFe/n:infProt/n:digVal", namespaces=NAMES)
    signature = root.findtext(
        "n:NFe/s:Signature/s:SignedInfo/s:Reference/s:DigestValue", namespaces=NAMES
    )
    if not protocol or protocol != signature:
        raise NfeProblem("digest_differs")


def _check_environment(root: etree._Element, nfe: Nfe) -> None:
    protocol = root.findtext("n:protNFe/n:infProt/n:tpAmb", namespaces=NAMES)
    if protocol != nfe.environment:
        raise NfeProblem("environment_differs")


def _is_unaltered(root: etree._Element) -> bool:
    information = root.find("n:NFe/n:infNFe", NAMES)
    reference = root.find("n:NFe/s:Signature/s:SignedInfo/s:Reference", NAMES)
    return (
        reference.get("URI") == f"#{information.get('Id')}"
        and reference.find("s:DigestMethod", NAMES).get("Algorithm") == SHA1
        and reference.findtext("s:DigestValue", namespaces=NAMES) == digest(information)
    )
