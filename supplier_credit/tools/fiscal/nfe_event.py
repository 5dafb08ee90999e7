"""Reads the registered cancellation of an NF-e (procEventoNFe, event 110111).

The official schemas of events still allow only digits in CNPJ and key, so the few elements that
matter are checked one by one. Source: NT 2011.006 (cancellation as event), NT 2026.001.
"""

from dataclasses import dataclass

from lxml import etree

from .fiscal_xml import NAMES, NAMESPACE, PRODUCTION, NfeProblem, local_name, read_xml
from .nfe import ACCESS_KEY, Nfe, key_check_digit, nfe_from_xml

CANCELLATION = "110111"
# Registered and bound to the NF-e; registered, not bound; registered after the term.
REGISTERED = ("135", "136", "155")


@dataclass(frozen=True)
class NfeCancellation:
    """A cancellation that SEFAZ registered."""

    key: str
    protocol: str
    environment: str
    reason: str

    @property
    def is_production(self) -> bool:
        return self.environment == PRODUCTION


def parse_fiscal_file(content: bytes) -> Nfe | NfeCancellation:
    """Return the Nfe or NfeCancellation in these bytes.

    :raise NfeProblem: the first reason why it is neither
    """
    root = read_xml(content)
    if root.tag == f"{{{NAMESPACE}}}procEventoNFe":
        return _cancellation_from_xml(root)
    return nfe_from_xml(root)


def _cancellation_from_xml(root: etree._Element) -> NfeCancellation:
    event = "n:evento/n:infEvento"
    answer = "n:retEvento/n:infEvento"

    def text(path: str) -> str:
        return (root.findtext(path, "", namespaces=NAMES) or "").strip()

    kind = text(f"{event}/n:tpEvento")
    if kind != CANCELLATION:
        raise NfeProblem("other_event", kind=kind or local_name(root))
    status = text(f"{answer}/n:cStat")
    if status not in REGISTERED:
        raise NfeProblem("not_registered", status=status, reason=text(f"{answer}/n:xMotivo"))
    key = text(f"{event}/n:chNFe")
    if text(f"{answer}/n:chNFe") != key:
        raise NfeProblem(
            "key_differs", protocol_key=text(f"{answer}/n:chNFe"), document_key=key or "-"
        )
    if not ACCESS_KEY.fullmatch(key) or key_check_digit(key) != key[-1]:
        raise NfeProblem("key_check_digit", key=key)
    if text(f"{event}/n:tpAmb") != text(f"{answer}/n:tpAmb"):
        raise NfeProblem("environment_differs")
    protocol = text(f"{answer}/n:nProt")
    if not protocol:
        raise NfeProblem("not_registered", status=status, reason=text(f"{answer}/n:xMotivo"))
    return NfeCancellation(
        key=key,
        protocol=protocol,
        environment=text(f"{event}/n:tpAmb"),
        reason=text(f"{event}/n:detEvento/n:xJust"),
    )
