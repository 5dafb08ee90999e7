"""Reads the registered cancellation of an NF-e (procEventoNFe, event 110111).

What is read is checked element by element: the official schema of the event still allows only
digits in CNPJ and key. Source: NT 2011.006 (cancellation as event), NT 2026.001.
"""

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nfelib
from lxml import etree

from .fiscal_xml import (
    CNPJ,
    CPF,
    DIGIT,
    MOMENT,
    NAMES,
    NAMESPACE,
    PRODUCTION,
    PROTOCOL,
    NfeProblem,
    Reader,
    find_one,
    find_schema_problem,
    local_name,
    read_xml,
)
from .nfe import ACCESS_KEY, Nfe, key_check_digit, nfe_from_xml
from .signature import Certificates, find_signature_problem

SCHEMA = (
    Path(nfelib.__file__).parent
    / "nfe_evento_cancel"
    / "schemas"
    / "v1_0"
    / "procEventoCancNFe_v1.00.xsd"
)

CANCELLATION = "110111"
# Registered and bound to the NF-e; registered, not bound; registered after the term.
REGISTERED = ("135", "136", "155")
EVENT_TAG = f"{{{NAMESPACE}}}procEventoNFe"

_EVENT = "n:evento/n:infEvento"
_ANSWER = "n:retEvento/n:infEvento"
FORMS = {
    f"{_EVENT}/n:CNPJ": CNPJ,
    f"{_EVENT}/n:CPF": CPF,
    f"{_EVENT}/n:chNFe": ACCESS_KEY,
    f"{_EVENT}/n:tpAmb": DIGIT,
    f"{_EVENT}/n:dhEvento": MOMENT,
    f"{_EVENT}/n:nSeqEvento": re.compile(r"[1-9][0-9]{0,2}"),
    f"{_EVENT}/n:detEvento/n:nProt": PROTOCOL,
    f"{_EVENT}/n:detEvento/n:xJust": re.compile(r".{15,255}", re.DOTALL),
    f"{_ANSWER}/n:chNFe": ACCESS_KEY,
    f"{_ANSWER}/n:tpAmb": DIGIT,
    f"{_ANSWER}/n:dhRegEvento": MOMENT,
    f"{_ANSWER}/n:nProt": PROTOCOL,
}


@dataclass(frozen=True)
class NfeCancellation:
    """A cancellation that SEFAZ registered.

    :param issuer_name: an event names its author by the number only
    :param nfe_protocol: the protocol of the NF-e that it cancels
    :param proof_problems: why its signature does not prove the issuer, empty if it does
    :param layout_problem: where a well signed file differs from the schema that is known here
    """

    key: str
    protocol: str
    nfe_protocol: str
    registered_at: datetime
    environment: str
    reason: str
    proof_problems: tuple[NfeProblem, ...] = ()
    layout_problem: NfeProblem | None = None
    issuer_name: str = "-"

    @property
    def is_production(self) -> bool:
        return self.environment == PRODUCTION

    @property
    def issuer(self) -> str:
        """The CNPJ in the key; a CPF has three zeros before it."""
        return self.key[6:20]

    @property
    def number(self) -> int:
        return int(self.key[25:34])


@dataclass(frozen=True)
class FiscalFile:
    """What a file says: an NF-e, its cancellation, or both in one envelope."""

    nfe: Nfe | None
    cancellation: NfeCancellation | None


def parse_fiscal_file(content: bytes, authorities: Certificates | None = None) -> FiscalFile:
    """Return what these bytes say.

    :param authorities: see `find_signature_problem`
    :raise NfeProblem: the first reason why they are neither an NF-e nor a cancellation
    """
    root = read_xml(content)
    if root.tag == EVENT_TAG:
        return FiscalFile(None, _cancellation_from_xml(root, authorities))
    cancellation = None
    # Some programs put the cancellation into the envelope of the NF-e.
    for event in root.findall(EVENT_TAG):
        root.remove(event)
        if event.findtext(f"{_EVENT}/n:tpEvento", "", NAMES) == CANCELLATION:
            cancellation = _cancellation_from_xml(event, authorities)
    nfe = nfe_from_xml(root, authorities)
    if cancellation and cancellation.key != nfe.key:
        raise NfeProblem("key_differs", protocol_key=cancellation.key, document_key=nfe.key)
    return FiscalFile(nfe, cancellation)


@functools.lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def _cancellation_from_xml(
    root: etree._Element, authorities: Certificates | None
) -> NfeCancellation:
    kind = root.findtext(f"{_EVENT}/n:tpEvento", "", NAMES)
    if kind != CANCELLATION:
        raise NfeProblem("other_event", kind=kind or local_name(root))
    status = root.findtext(f"{_ANSWER}/n:cStat", "", NAMES)
    protocol = root.findtext(f"{_ANSWER}/n:nProt", "", NAMES)
    if status not in REGISTERED or not protocol:
        reason = root.findtext(f"{_ANSWER}/n:xMotivo", "", NAMES)
        raise NfeProblem("not_registered", status=status, reason=reason)
    event = find_one(root, _EVENT)
    find_one(root, _ANSWER)
    reader = Reader(root, FORMS)
    key = reader.required(f"{_EVENT}/n:chNFe")
    _check_key(reader, key)
    author = reader.text(f"{_EVENT}/n:CNPJ") or reader.text(f"{_EVENT}/n:CPF")
    _check_author(reader, event, key, author)
    signature_problem = find_signature_problem(
        event, author, reader.moment(f"{_EVENT}/n:dhEvento"), authorities
    )
    return NfeCancellation(
        key=key,
        protocol=reader.required(f"{_ANSWER}/n:nProt"),
        nfe_protocol=reader.required(f"{_EVENT}/n:detEvento/n:nProt"),
        registered_at=reader.moment(f"{_ANSWER}/n:dhRegEvento"),
        environment=reader.required(f"{_EVENT}/n:tpAmb"),
        reason=reader.required(f"{_EVENT}/n:detEvento/n:xJust"),
        proof_problems=(signature_problem,) if signature_problem else (),
        layout_problem=find_schema_problem(root, _schema()),
    )


def _check_key(reader: Reader, key: str) -> None:
    answered = reader.required(f"{_ANSWER}/n:chNFe")
    if answered != key:
        raise NfeProblem("key_differs", protocol_key=answered, document_key=key)
    if key_check_digit(key) != key[-1]:
        raise NfeProblem("key_check_digit", key=key)
    if reader.required(f"{_EVENT}/n:tpAmb") != reader.required(f"{_ANSWER}/n:tpAmb"):
        raise NfeProblem("environment_differs")


def _check_author(reader: Reader, event: etree._Element, key: str, author: str) -> None:
    """Raise NfeProblem unless the issuer of the NF-e cancels it, by an event named after it."""
    if author.zfill(14) != key[6:20]:
        raise NfeProblem("other_author", author=author or "-", issuer=key[6:20])
    sequence = int(reader.required(f"{_EVENT}/n:nSeqEvento"))
    if event.get("Id") != f"ID{CANCELLATION}{key}{sequence:02}":
        raise NfeProblem("event_identifier", identifier=event.get("Id") or "-", key=key)
