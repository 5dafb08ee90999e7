"""Verifies the signature of an NF-e or of an event (XMLDSig with a certificate of ICP-Brasil).

A signature proves that the holder of the certificate wrote the content and that nobody changed it
since. It does not prove that SEFAZ authorised it: SEFAZ alone can say that.
Source: MOC 7.0, "Padrão de assinatura digital"; DOC-ICP-04 (subject alternative names).
"""

import base64
import binascii
import functools
import warnings
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from OpenSSL import crypto

from .fiscal_xml import NAMES, NfeProblem

with warnings.catch_warnings():
    # signxml 3.2, which Odoo's pins lead to, imports what pyOpenSSL deprecates; signxml 4 does not.
    warnings.simplefilter("ignore", DeprecationWarning)
    from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
    from signxml.exceptions import SignXMLException

# What the certificate of a company, and of a person, says about its holder. A person's number
# stands after the eight digits of the date of birth.
COMPANY_NUMBER = x509.ObjectIdentifier("2.16.76.1.3.3")
PERSON_DATA = x509.ObjectIdentifier("2.16.76.1.3.1")
PERSON_NUMBER = slice(8, 19)
# A company's branches share the first eight characters of the CNPJ, and may share a certificate.
CNPJ_LENGTH = 14
CNPJ_ROOT = slice(0, 8)

CERTIFICATE_FILES = ("*.pem", "*.crt", "*.cer")

Certificates = tuple[x509.Certificate, ...]

_CONFIGURATION = SignatureConfiguration(
    location="./",
    # The layout of the NF-e prescribes SHA-1; nothing else here is verified with it.
    signature_methods=frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA1, DigestAlgorithm.SHA256}),
)


class _Verifier(XMLVerifier):
    # libxml2 adds xmlns="" to descendants when it canonicalises a part of a document inclusively.
    # Every element of these documents has a namespace, which `_check_namespaces` makes sure of.
    excise_empty_xmlns_declarations = True


def find_signature_problem(
    signed: etree._Element, issuer: str, moment: datetime, authorities: Certificates | None = None
) -> NfeProblem | None:
    """Return why the signature does not prove that the issuer wrote this; None if it does.

    :param signed: infNFe or infEvento; its signature is the element beside it
    :param issuer: CNPJ or CPF whose certificate must have signed
    :param moment: of the signature, with time zone; the certificate must have been valid
    :param authorities: certificates that the signer's must descend from; None leaves this out
    """
    try:
        signature = _find_signature(signed)
        certificate = _read_certificate(signature)
        _verify(signed, certificate)
        _check_holder(certificate, issuer)
        _check_validity(certificate, moment)
        if authorities is not None:
            _check_descent(certificate, authorities, moment)
    except NfeProblem as problem:
        return problem
    return None


def read_authorities(folder: str) -> Certificates:
    """Return the certificates in a folder of this server: PEM or DER, roots and intermediates.

    :raise NfeProblem: when the folder cannot be read, or holds none
    """
    try:
        paths = [path for kind in CERTIFICATE_FILES for path in sorted(Path(folder).glob(kind))]
        found = tuple(_load(path, path.stat().st_mtime_ns) for path in paths)
    except (OSError, ValueError) as error:
        raise NfeProblem("authorities_unreadable", folder=folder) from error
    if not found:
        raise NfeProblem("authorities_unreadable", folder=folder)
    return found


@functools.lru_cache(maxsize=512)
def _load(path: Path, _changed: int) -> x509.Certificate:
    content = path.read_bytes()
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _find_signature(signed: etree._Element) -> etree._Element:
    signatures = signed.getparent().findall("s:Signature", NAMES)
    if len(signatures) != 1:
        raise NfeProblem("not_signed")
    return signatures[0]


def _read_certificate(signature: etree._Element) -> x509.Certificate:
    text = signature.findtext("s:KeyInfo/s:X509Data/s:X509Certificate", "", NAMES)
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text))
    except ValueError as error:
        raise NfeProblem("certificate_unreadable") from error


def _verify(signed: etree._Element, certificate: x509.Certificate) -> None:
    """Raise NfeProblem unless the certificate's key signed exactly this element as it is."""
    _check_namespaces(signed.getparent())
    # Signed before it was put into its envelope, whose declarations do not belong to it.
    alone = etree.fromstring(etree.tostring(signed.getparent(), method="c14n", exclusive=True))
    try:
        result = _Verifier().verify(
            alone,
            x509_cert=certificate.public_bytes(Encoding.PEM).decode(),
            id_attribute="Id",
            expect_config=_CONFIGURATION,
        )
    except (SignXMLException, etree.LxmlError, ValueError, binascii.Error) as error:
        raise NfeProblem("signature_differs") from error
    seen = result.signed_xml
    if seen is None or (seen.tag, seen.get("Id")) != (signed.tag, signed.get("Id")):
        raise NfeProblem("signature_differs")


def _check_namespaces(document: etree._Element) -> None:
    for element in document.iter(etree.Element):
        if not etree.QName(element).namespace:
            raise NfeProblem("signature_differs")


def _check_holder(certificate: x509.Certificate, issuer: str) -> None:
    holders = _read_holders(certificate)
    part = CNPJ_ROOT if len(issuer) == CNPJ_LENGTH else slice(None)
    if issuer[part] not in {holder[part] for holder in holders if len(holder) == len(issuer)}:
        raise NfeProblem("certificate_other", holder=", ".join(holders) or "-", issuer=issuer)


def _read_holders(certificate: x509.Certificate) -> list[str]:
    """Return the CNPJ and CPF that the certificate names."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names: Iterable[x509.OtherName] = extension.value.get_values_for_type(x509.OtherName)
        texts = [(name.type_id, _decode(name.value)) for name in names]
    except (x509.ExtensionNotFound, ValueError):
        return []
    companies = [text for kind, text in texts if kind == COMPANY_NUMBER]
    return companies + [text[PERSON_NUMBER] for kind, text in texts if kind == PERSON_DATA]


def _decode(value: bytes) -> str:
    """Return the text of an ASN.1 value; authorities use octet strings and character strings."""
    native = core.load(value).native
    return native.decode("ascii") if isinstance(native, bytes) else str(native)


def _check_validity(certificate: x509.Certificate, moment: datetime) -> None:
    # Read by pyOpenSSL: the names of cryptography's own attributes differ between its versions.
    readable = crypto.X509.from_cryptography(certificate)
    begin, end = map(_read_moment, (readable.get_notBefore(), readable.get_notAfter()))
    if not begin <= moment <= end:
        raise NfeProblem(
            "certificate_expired", begin=begin.date(), end=end.date(), moment=moment.date()
        )


def _read_moment(value: bytes | None) -> datetime:
    moment = datetime.strptime((value or b"").decode(), "%Y%m%d%H%M%SZ")
    return moment.replace(tzinfo=timezone.utc)


def _check_descent(
    certificate: x509.Certificate, authorities: Certificates, moment: datetime
) -> None:
    store = crypto.X509Store()
    for authority in authorities:
        store.add_cert(crypto.X509.from_cryptography(authority))
    # An intermediate authority that the administrator trusts needs no root beside it.
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(moment.astimezone(timezone.utc).replace(tzinfo=None))
    try:
        crypto.X509StoreContext(
            store, crypto.X509.from_cryptography(certificate)
        ).verify_certificate()
    except crypto.X509StoreContextError as error:
        raise NfeProblem("certificate_untrusted") from error
