"""Reads an authorised NF-e (procNFe, model 55, layout 4.00) and checks it by itself.

The checks are those that need the file alone: authorisation, access key, signature, and the form of
each element that is read. The invoice checks whether the NF-e belongs to it.
Source: MOC 7.0 (layout, access key), NT 2025.002 (vNFTot), NT 2026.001 (alphanumeric CNPJ in keys).
"""

import functools
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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
)
from .signature import Certificates, find_signature_problem

SCHEMA = Path(nfelib.__file__).parent / "nfe" / "schemas" / "v4_0" / "procNFe_v4.00.xsd"

LAYOUT = "4.00"
AUTHORISED = ("100", "150")
ACCESS_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
EXIT = "1"
# Goods given away: the last digits of their CFOP, and the means of payment "no payment".
BONUS_CFOP = re.compile(r"[1-7]910")
NO_PAYMENT = "90"

_INFORMATION = "n:NFe/n:infNFe"
_PROTOCOL = "n:protNFe/n:infProt"
_TOTALS = f"{_INFORMATION}/n:total"
_ISSUE = f"{_INFORMATION}/n:ide/n:dhEmi"
_NAME = re.compile(r".{1,60}", re.DOTALL)
_MONEY = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{2})?")
# The form of everything that is read; releases of the layout differ in the rest only.
FORMS = {
    f"{_INFORMATION}/n:ide/n:cUF": re.compile(r"[0-9]{2}"),
    f"{_INFORMATION}/n:ide/n:cNF": re.compile(r"[0-9]{8}"),
    f"{_INFORMATION}/n:ide/n:mod": re.compile(r"[0-9]{2}"),
    f"{_INFORMATION}/n:ide/n:serie": re.compile(r"0|[1-9][0-9]{0,2}"),
    f"{_INFORMATION}/n:ide/n:nNF": re.compile(r"[1-9][0-9]{0,8}"),
    _ISSUE: MOMENT,
    f"{_INFORMATION}/n:ide/n:tpNF": DIGIT,
    f"{_INFORMATION}/n:ide/n:tpEmis": DIGIT,
    f"{_INFORMATION}/n:ide/n:tpAmb": DIGIT,
    f"{_INFORMATION}/n:ide/n:finNFe": DIGIT,
    f"{_INFORMATION}/n:emit/n:CNPJ": CNPJ,
    f"{_INFORMATION}/n:emit/n:CPF": CPF,
    f"{_INFORMATION}/n:emit/n:xNome": _NAME,
    f"{_INFORMATION}/n:dest/n:CNPJ": CNPJ,
    f"{_INFORMATION}/n:dest/n:CPF": CPF,
    f"{_INFORMATION}/n:dest/n:xNome": _NAME,
    f"{_TOTALS}/n:ICMSTot/n:vNF": _MONEY,
    f"{_TOTALS}/n:vNFTot": _MONEY,
    f"{_PROTOCOL}/n:chNFe": ACCESS_KEY,
    f"{_PROTOCOL}/n:tpAmb": DIGIT,
    f"{_PROTOCOL}/n:dhRecbto": MOMENT,
    f"{_PROTOCOL}/n:nProt": PROTOCOL,
    f"{_PROTOCOL}/n:digVal": re.compile(r"[0-9A-Za-z+/=]{28,44}"),
}


@dataclass(frozen=True)
class Nfe:
    """The parts of an authorised NF-e that an invoice has to agree with. Money in BRL.

    :param total: what the customer owes: vNFTot, which has the taxes on top, or else vNF
    :param is_exit: whether goods leave the issuer (tpNF 1)
    :param is_bonus: whether the goods are given away, by CFOP or means of payment
    :param references: access keys of the NF-e that this one refers to (NFref/refNFe)
    :param proof_problems: why signature and key do not prove the issuer, empty if they do
    :param layout_problem: where a well signed file differs from the schema that is known here
    """

    key: str
    model: str
    series: int
    number: int
    issued_at: datetime
    purpose: str
    environment: str
    issuer: str
    issuer_name: str
    recipient: str
    recipient_name: str
    total: Decimal
    protocol: str
    is_exit: bool
    is_bonus: bool
    has_instalments: bool
    references: tuple[str, ...] = ()
    proof_problems: tuple[NfeProblem, ...] = ()
    layout_problem: NfeProblem | None = None

    @property
    def is_production(self) -> bool:
        return self.environment == PRODUCTION

    @property
    def issue_date(self) -> date:
        """The day of issue where it was issued, which is the invoice's day."""
        return self.issued_at.date()


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


def nfe_from_xml(root: etree._Element, authorities: Certificates | None = None) -> Nfe:
    """Return the Nfe in a file.

    :param authorities: see `find_signature_problem`
    :raise NfeProblem: the first reason why it is no authorised NF-e of model 55
    """
    if local_name(root) == "NFe":
        raise NfeProblem("not_authorised_file")
    if root.tag != f"{{{NAMESPACE}}}nfeProc":
        raise NfeProblem("not_an_nfe", root=local_name(root))
    _check_authorisation(root)
    _check_envelope(root)
    nfe = _read(root, authorities)
    _check_key(root, nfe)
    _check_digest(root)
    _check_environment(root, nfe)
    return nfe


def _check_authorisation(root: etree._Element) -> None:
    status = root.findtext(f"{_PROTOCOL}/n:cStat", namespaces=NAMES)
    if status not in AUTHORISED:
        reason = root.findtext(f"{_PROTOCOL}/n:xMotivo", namespaces=NAMES)
        raise NfeProblem("not_authorised", status=status or "", reason=reason or "")


def _check_envelope(root: etree._Element) -> None:
    """Refuse what else is in the envelope: nobody signed that, and another program may read it."""
    parts = [*root.iterchildren(etree.Element)]
    if [local_name(part) for part in parts] != ["NFe", "protNFe"]:
        last = parts[-1] if parts else root
        raise NfeProblem("not_valid", line=last.sourceline, element=local_name(last))


@functools.lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def _read(root: etree._Element, authorities: Certificates | None) -> Nfe:
    layout_problem = find_schema_problem(root, _schema())
    try:
        signature_problem = _find_signature_problem(root, authorities)
    except NfeProblem as problem:
        raise layout_problem or problem from problem
    if layout_problem and signature_problem:
        # Without a good signature nothing says that SEFAZ ever saw this.
        raise layout_problem
    if root.get("versao") != LAYOUT or root.find(_INFORMATION, NAMES).get("versao") != LAYOUT:
        raise NfeProblem("not_valid", line=root.sourceline, element="versao")
    problems = filter(None, (signature_problem, _find_key_problem(root)))
    return _read_parts(root, tuple(problems), layout_problem)


def _find_signature_problem(
    root: etree._Element, authorities: Certificates | None
) -> NfeProblem | None:
    find_one(root, _PROTOCOL)
    find_one(root, "n:NFe")
    reader = Reader(root, FORMS)
    return find_signature_problem(
        find_one(root, _INFORMATION),
        _read_party(reader, "emit"),
        reader.moment(_ISSUE),
        authorities,
    )


def _read_party(reader: Reader, name: str) -> str:
    party = f"{_INFORMATION}/n:{name}"
    return reader.text(f"{party}/n:CNPJ") or reader.text(f"{party}/n:CPF")


def _read_parts(
    root: etree._Element,
    proof_problems: tuple[NfeProblem, ...],
    layout_problem: NfeProblem | None,
) -> Nfe:
    reader = Reader(root, FORMS)
    required = reader.required
    total = required(f"{_TOTALS}/n:ICMSTot/n:vNF")
    return Nfe(
        key=required(f"{_PROTOCOL}/n:chNFe"),
        model=required(f"{_INFORMATION}/n:ide/n:mod"),
        series=int(required(f"{_INFORMATION}/n:ide/n:serie")),
        number=int(required(f"{_INFORMATION}/n:ide/n:nNF")),
        issued_at=reader.moment(_ISSUE),
        purpose=required(f"{_INFORMATION}/n:ide/n:finNFe"),
        environment=required(f"{_INFORMATION}/n:ide/n:tpAmb"),
        issuer=_read_party(reader, "emit"),
        issuer_name=required(f"{_INFORMATION}/n:emit/n:xNome"),
        recipient=_read_party(reader, "dest"),
        recipient_name=reader.text(f"{_INFORMATION}/n:dest/n:xNome"),
        total=Decimal(reader.text(f"{_TOTALS}/n:vNFTot") or total),
        protocol=required(f"{_PROTOCOL}/n:nProt"),
        is_exit=required(f"{_INFORMATION}/n:ide/n:tpNF") == EXIT,
        is_bonus=_is_bonus(root),
        has_instalments=root.find(f"{_INFORMATION}/n:cobr/n:dup", NAMES) is not None,
        references=tuple(
            element.text or ""
            for element in root.iterfind(f"{_INFORMATION}/n:ide/n:NFref/n:refNFe", NAMES)
        ),
        proof_problems=proof_problems,
        layout_problem=layout_problem,
    )


def _is_bonus(root: etree._Element) -> bool:
    codes = [
        element.text or ""
        for element in root.iterfind(f"{_INFORMATION}/n:det/n:prod/n:CFOP", NAMES)
    ]
    means = {
        element.text for element in root.iterfind(f"{_INFORMATION}/n:pag/n:detPag/n:tPag", NAMES)
    }
    return all(map(BONUS_CFOP.fullmatch, codes)) or means == {NO_PAYMENT}


def _check_key(root: etree._Element, nfe: Nfe) -> None:
    identifier = root.find(_INFORMATION, NAMES).get("Id", "")
    if identifier != f"NFe{nfe.key}":
        raise NfeProblem("key_differs", protocol_key=nfe.key, document_key=identifier[3:])
    if key_check_digit(nfe.key) != nfe.key[-1]:
        raise NfeProblem("key_check_digit", key=nfe.key)
    in_key = (nfe.key[6:20], nfe.key[20:22], int(nfe.key[22:25]), int(nfe.key[25:34]))
    in_document = (nfe.issuer.zfill(14), nfe.model, nfe.series, nfe.number)
    if in_key != in_document:
        raise NfeProblem("key_content", key=nfe.key)
    if nfe.model != "55":
        raise NfeProblem("wrong_model", model=nfe.model)


def _find_key_problem(root: etree._Element) -> NfeProblem | None:
    """Return that the key was not made of this NF-e's state, month, kind of issue and code."""
    reader = Reader(root, FORMS)
    key = reader.required(f"{_PROTOCOL}/n:chNFe")
    in_document = (
        reader.required(f"{_INFORMATION}/n:ide/n:cUF"),
        f"{reader.moment(_ISSUE):%y%m}",
        reader.required(f"{_INFORMATION}/n:ide/n:tpEmis"),
        reader.required(f"{_INFORMATION}/n:ide/n:cNF"),
    )
    if (key[:2], key[2:6], key[34], key[35:43]) == in_document:
        return None
    return NfeProblem("key_origin", key=key)


def _check_digest(root: etree._Element) -> None:
    protocol = Reader(root, FORMS).required(f"{_PROTOCOL}/n:digVal")
    signature = root.findtext(
        "n:NFe/s:Signature/s:SignedInfo/s:Reference/s:DigestValue", namespaces=NAMES
    )
    if protocol != signature:
        raise NfeProblem("digest_differs")


def _check_environment(root: etree._Element, nfe: Nfe) -> None:
    if Reader(root, FORMS).required(f"{_PROTOCOL}/n:tpAmb") != nfe.environment:
        raise NfeProblem("environment_differs")
